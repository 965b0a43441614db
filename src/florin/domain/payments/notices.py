"""The notices inbox: a notice is stored first, and believed only in so far as it says whom to ask about."""

from datetime import timedelta

from django.db.models import QuerySet

from florin.domain.payments.models import ProcessorNotice
from florin.kernel import clock
from florin.kernel.processor import Notice


def store(gateway: str, notice: Notice, body: bytes) -> bool:
    """Keep a notice; false when it is already here (processors send some of them twice)."""
    row = ProcessorNotice(
        gateway=gateway,
        event=notice.event,
        kind=notice.kind,
        attempt=notice.attempt,
        payment=notice.payment,
        account=notice.account,
        body=body,
        received_at=clock.now(),
    )
    ProcessorNotice.objects.bulk_create([row], ignore_conflicts=True)
    return ProcessorNotice.objects.filter(pk=row.pk).exists()


def handled(gateway: str, event: str, outcome: str) -> None:
    """Record what came of a notice."""
    ProcessorNotice.objects.filter(gateway=gateway, event=event).update(
        handled_at=clock.now(), outcome=outcome[:40]
    )


def is_older(gateway: str, event: str, age: timedelta) -> bool:
    """Whether a notice came longer ago than this."""
    mine = ProcessorNotice.objects.filter(gateway=gateway, event=event)
    return mine.filter(received_at__lt=clock.now() - age).exists()


def left_behind() -> QuerySet[ProcessorNotice]:
    """Return notices that nobody has handled for a minute: the job was lost with its worker."""
    return ProcessorNotice.objects.filter(
        handled_at__isnull=True, received_at__lt=clock.now() - timedelta(minutes=1)
    ).order_by("received_at")
