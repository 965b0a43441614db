"""The states of an attempt to pay."""

from enum import StrEnum

from florin.kernel.lifecycle import Lifecycle


class AttemptState(StrEnum):
    """How far an attempt has come. An *unknown* answer is not a state but a mark on one: see ADR 4."""

    OPENED = "opened"  # the payer is, or was, on the processor's page
    PENDING = "pending"  # bank or payer has yet to do something; the debt is reserved for days
    CAPTURING = "capturing"  # authorised; the debt is reserved and the money is being taken
    VOIDING = "voiding"  # authorised, but nothing is owed any more; the hold is being released
    SETTLED = "settled"  # the money is taken and booked
    CANCELLED = "cancelled"  # the hold was released; nothing was taken
    FAILED = "failed"  # the bank did not pay a debit that was under way
    EXPIRED = "expired"  # the session ended without payment


_S = AttemptState

ATTEMPT = Lifecycle(
    {
        _S.OPENED: frozenset(
            {_S.PENDING, _S.CAPTURING, _S.VOIDING, _S.SETTLED, _S.FAILED, _S.CANCELLED, _S.EXPIRED}
        ),
        _S.PENDING: frozenset({_S.CAPTURING, _S.VOIDING, _S.SETTLED, _S.FAILED, _S.CANCELLED}),
        _S.CAPTURING: frozenset({_S.SETTLED, _S.CANCELLED}),
        _S.VOIDING: frozenset({_S.CANCELLED, _S.SETTLED}),
        _S.SETTLED: frozenset(),
        # Money can arrive after we gave up on it; it must never be turned away.
        _S.CANCELLED: frozenset({_S.SETTLED}),
        _S.FAILED: frozenset({_S.SETTLED}),
        _S.EXPIRED: frozenset({_S.PENDING, _S.CAPTURING, _S.VOIDING, _S.SETTLED}),
    }
)

FINAL = frozenset({_S.SETTLED, _S.CANCELLED, _S.FAILED, _S.EXPIRED})
HOLDING = frozenset({_S.PENDING, _S.CAPTURING})  # only these reserve something
