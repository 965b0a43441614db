"""The states of one customer's part of a batch."""

from enum import StrEnum

from florin.kernel.lifecycle import Lifecycle


class PartState(StrEnum):
    """What became of the part; each but the first is final, so no part is sent twice."""

    QUEUED = "queued"
    SENT = "sent"
    SKIPPED = "skipped"
    FAILED = "failed"


PART = Lifecycle(
    {
        PartState.QUEUED: frozenset({PartState.SENT, PartState.SKIPPED, PartState.FAILED}),
        PartState.SENT: frozenset(),
        PartState.SKIPPED: frozenset(),
        PartState.FAILED: frozenset(),
    }
)
