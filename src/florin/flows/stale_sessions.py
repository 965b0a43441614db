"""Ending checkout sessions that a change has overtaken: of a balance, a switch, or a link revoked."""

from collections.abc import Iterable
from uuid import UUID

from florin.domain.payments import attempts
from florin.domain.payments.lifecycle import FINAL
from florin.domain.payments.models import Attempt, AttemptDebt
from florin.kernel.jobs import Job, later


def expire_wanting(items: Iterable[UUID]) -> None:
    """Ask for the end of the sessions that are to pay or use one of these items, whose balance has changed.

    As ``expire``, once the caller's transaction commits; whoever was quicker is charged what is owed by then.
    """
    keys = list(items)
    if attempts.rivals(keys).exists():
        later(Job.EXPIRE_SESSIONS, items=[str(key) for key in keys])


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
