"""Ending checkout sessions that were opened before something was switched off or revoked."""

from florin.domain.payments.lifecycle import FINAL
from florin.domain.payments.models import Attempt, AttemptDebt
from florin.kernel.jobs import Job, later


def expire(**conditions: object) -> None:
    """Ask for the end of the sessions whose attempts fit, once the caller's transaction commits.

    Whoever still owes the same invoices by another link presses Pay again.
    """
    # Told as the index of unfinished attempts tells it, so that the finished ones are never read.
    unfinished = Attempt.objects.exclude(state__in=sorted(FINAL)).filter(
        state=Attempt.State.OPENED, **conditions
    )
    debts = AttemptDebt.objects.filter(attempt__in=unfinished)
    items = sorted({str(item) for item in debts.values_list("item_id", flat=True)})
    if items:
        later(Job.EXPIRE_SESSIONS, items=items)
