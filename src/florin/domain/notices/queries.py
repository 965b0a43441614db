"""Reading the notices inbox: what is still to be handled, and since when."""

from collections.abc import Collection
from datetime import timedelta

from django.db.models import QuerySet

from florin.domain.notices.models import ProcessorNotice
from florin.kernel import clock


def waiting(gateway: str, event: str) -> list[str]:
    """Return an event and all others about the same that nobody has handled yet: one question answers them.

    Empty if the event itself has been handled, together with another.
    """
    unhandled = ProcessorNotice.objects.filter(gateway=gateway, handled_at__isnull=True)
    mine = unhandled.filter(event=event).first()
    if mine is None:
        return []
    alike = unhandled.filter(account=mine.account, attempt=mine.attempt)
    if not mine.attempt:
        alike = alike.filter(payment=mine.payment)
        alike = alike.exclude(payout="") if mine.payout else alike.filter(payout="")
    return list(alike.values_list("event", flat=True))


def older(gateway: str, events: Collection[str], age: timedelta) -> list[str]:
    """Return which of the notices came longer ago than this."""
    notices = ProcessorNotice.objects.filter(gateway=gateway, event__in=events)
    return list(notices.filter(received_at__lt=clock.now() - age).values_list("event", flat=True))


def left_behind() -> QuerySet[ProcessorNotice]:
    """Return notices that nobody has handled for a minute: the job was lost with its worker."""
    return ProcessorNotice.objects.filter(
        handled_at__isnull=True, received_at__lt=clock.now() - timedelta(minutes=1)
    ).order_by("received_at")
