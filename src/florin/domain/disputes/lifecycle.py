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
    APPEALABLE = "appealable"  # as lost, but an appeal is still taken
    APPEALED = "appealed"  # as lost, but the decision is being looked at again
    CLOSED = "closed"  # an inquiry that came to nothing


_S = DisputeState

LOSSES = frozenset({_S.LOST, _S.APPEALABLE, _S.APPEALED})
"""States in which the money is gone."""
AWAITING_ANSWER = frozenset({_S.INQUIRY, _S.NEEDS_RESPONSE, _S.APPEALABLE})
"""States in which the company can still say something."""
OPEN = AWAITING_ANSWER | {_S.UNDER_REVIEW, _S.APPEALED}
_DECIDED = LOSSES | {_S.WON}
DISPUTE = Lifecycle(
    {
        _S.INQUIRY: _DECIDED | {_S.NEEDS_RESPONSE, _S.UNDER_REVIEW, _S.CLOSED},
        _S.NEEDS_RESPONSE: _DECIDED | {_S.UNDER_REVIEW},
        _S.UNDER_REVIEW: _DECIDED | {_S.NEEDS_RESPONSE},
        # A bank may take up a decided case once more.
        _S.WON: LOSSES,
        _S.LOST: _DECIDED - {_S.LOST},
        _S.APPEALABLE: _DECIDED - {_S.APPEALABLE},
        _S.APPEALED: _DECIDED - {_S.APPEALED},
        _S.CLOSED: frozenset({_S.NEEDS_RESPONSE}),
    }
)
