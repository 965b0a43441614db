"""The states of a dispute."""

from enum import StrEnum

from florin.kernel.lifecycle import Lifecycle


class DisputeState(StrEnum):
    """How far a dispute has come."""

    INQUIRY = "inquiry"  # the payer's bank asks; no money has moved
    NEEDS_RESPONSE = "needs_response"  # the money is held; evidence is awaited
    UNDER_REVIEW = "under_review"  # the payer's bank decides
    WON = "won"  # the money came back
    LOST = "lost"  # the money is gone; the invoices are open again
    CLOSED = "closed"  # an inquiry that came to nothing


_S = DisputeState

DISPUTE = Lifecycle(
    {
        _S.INQUIRY: frozenset({_S.NEEDS_RESPONSE, _S.UNDER_REVIEW, _S.WON, _S.LOST, _S.CLOSED}),
        _S.NEEDS_RESPONSE: frozenset({_S.UNDER_REVIEW, _S.WON, _S.LOST}),
        _S.UNDER_REVIEW: frozenset({_S.NEEDS_RESPONSE, _S.WON, _S.LOST}),
        # A bank may take up a decided case once more.
        _S.WON: frozenset({_S.LOST}),
        _S.LOST: frozenset({_S.WON}),
        _S.CLOSED: frozenset({_S.NEEDS_RESPONSE}),
    }
)

OPEN = frozenset({_S.INQUIRY, _S.NEEDS_RESPONSE, _S.UNDER_REVIEW})
