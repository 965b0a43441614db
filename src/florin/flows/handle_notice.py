"""The processor knocks: store the notice, answer, then ask the processor what happened.

check the signature -> store -> job -> settle
"""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from florin.domain.payments import notices
from florin.domain.payments.models import Attempt
from florin.edges.gateways import registry
from florin.flows import settle_payment
from florin.kernel.jobs import Job, later


@transaction.atomic(durable=True)
def receive(gateway_name: str, headers: Mapping[str, str], body: bytes) -> None:
    """Take a notice in. Safe to receive twice, late, early, or out of order.

    Raises:
        BadNotice: if the processor did not sign it.
        LookupError: if there is no such gateway.
    """
    notice = registry.get(gateway_name).read_notice(headers, body)
    if notices.store(gateway_name, notice, body):
        later(Job.HANDLE_NOTICE, gateway=gateway_name, event=notice.event, attempt=notice.attempt)


def handle(gateway_name: str, event: str, attempt: str) -> None:
    """Find out what a stored notice is about. Safe to repeat."""
    key = _key(attempt)
    known = Attempt.objects.filter(pk=key, gateway=gateway_name).first() if key else None
    if known is None:
        notices.handled(gateway_name, event, "about nothing of ours")
        return
    settle_payment.settle(known.pk)
    known.refresh_from_db()
    notices.handled(gateway_name, event, f"attempt is {known.state}")


def sweep() -> None:
    """Handle notices whose job was lost. Safe to repeat."""
    for notice in notices.left_behind()[:200]:
        handle(notice.gateway, notice.event, notice.attempt)


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
