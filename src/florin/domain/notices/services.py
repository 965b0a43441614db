"""The notices inbox: a notice is stored first, and believed only in so far as it says whom to ask about."""

from collections.abc import Collection

from florin.contracts.processor import Notice
from florin.domain.notices.models import ProcessorNotice
from florin.kernel import clock


def store(gateway: str, notice: Notice, body: bytes) -> bool:
    """Keep a notice; false when it is already here (processors send some of them twice)."""
    row = ProcessorNotice(
        gateway=gateway,
        event=notice.event,
        kind=notice.kind,
        attempt=notice.attempt,
        payment=notice.payment,
        account=notice.account,
        payout=notice.payout,
        body=body,
        received_at=clock.now(),
    )
    ProcessorNotice.objects.bulk_create([row], ignore_conflicts=True)
    return ProcessorNotice.objects.filter(pk=row.pk).exists()


def reopen(notice: ProcessorNotice) -> None:
    """Take a locked notice for one that nobody has handled."""
    notice.handled_at, notice.outcome = None, ""
    notice.save(update_fields=["handled_at", "outcome"])


def handled(gateway: str, events: Collection[str], outcome: str) -> None:
    """Record what came of notices."""
    ProcessorNotice.objects.filter(gateway=gateway, event__in=events).update(
        handled_at=clock.now(), outcome=outcome[:40]
    )
