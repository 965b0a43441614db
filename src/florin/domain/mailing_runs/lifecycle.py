"""The states of a run item: what became of one customer's mail in a mailing run."""

from enum import StrEnum

from florin.kernel.lifecycle import Lifecycle


class RunItemState(StrEnum):
    """Each but the first is final, so nobody is mailed twice."""

    QUEUED = "queued"
    SENT = "sent"
    SKIPPED = "skipped"
    FAILED = "failed"


RUN_ITEM = Lifecycle(
    {
        RunItemState.QUEUED: frozenset({RunItemState.SENT, RunItemState.SKIPPED, RunItemState.FAILED}),
        RunItemState.SENT: frozenset(),
        RunItemState.SKIPPED: frozenset(),
        RunItemState.FAILED: frozenset(),
    }
)
