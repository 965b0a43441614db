"""The states of a refund."""

from enum import StrEnum

from florin.kernel.lifecycle import Lifecycle


class RefundState(StrEnum):
    """How far a refund has come. The books count it from the first moment until it fails."""

    REQUESTED = "requested"  # decided and booked; the processor has not answered yet
    PENDING = "pending"  # on its way to the payer
    SUCCEEDED = "succeeded"  # the payer has it
    FAILED = "failed"  # it came back, or was never made; the money is where it was


_S = RefundState

REFUND = Lifecycle(
    {
        _S.REQUESTED: frozenset({_S.PENDING, _S.SUCCEEDED, _S.FAILED}),
        _S.PENDING: frozenset({_S.SUCCEEDED, _S.FAILED}),
        _S.SUCCEEDED: frozenset({_S.FAILED}),  # a bank may send it back days later
        _S.FAILED: frozenset(),
    }
)
