"""The processor knocks: store the notice, answer, then ask the processor what happened.

check the signature -> store -> job -> settle the attempt, follow the payment, look at account or payouts
"""

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from florin.contracts.processor import GatewayError, GatewayRefusal, Notice, RefusalReason
from florin.domain.attempts.models import Attempt
from florin.domain.notices import queries as notices
from florin.domain.notices import services as inbox
from florin.domain.payments.models import Payment
from florin.edges.gateways import registry
from florin.flows import follow_payment, onboard_account, reconcile, record_decline, settle_payment
from florin.kernel.jobs import Job, later

_log = logging.getLogger(__name__)
_AT_ONCE = 200
# A notice may come before we have booked the payment that it is about.
_WAIT_FOR_PAYMENT = timedelta(minutes=15)
# Where the key is at fault somebody can mend it; the processor itself repeats a notice for three days.
_MENDABLE = {RefusalReason.KEY, RefusalReason.PERMISSION}
_WAIT_FOR_KEY = timedelta(days=3)


@transaction.atomic(durable=True)
def receive(gateway_name: str, headers: Mapping[str, str], body: bytes) -> None:
    """Take in what a processor sent, all or nothing. Safe to receive twice, late, early, or out of order.

    Raises:
        BadNotice: if the processor did not sign it.
        LookupError: if there is no such gateway.
    """
    for notice in registry.get(gateway_name).read_notice(headers, body):
        if inbox.store(gateway_name, notice, body):
            if _is_but_a_decline(gateway_name, notice):
                inbox.handled(gateway_name, [notice.event], "decline counted")
                continue
            later(
                Job.HANDLE_NOTICE,
                gateway=gateway_name,
                event=notice.event,
                attempt=notice.attempt,
                payment=notice.payment,
                account=notice.account,
                payout=notice.payout,
            )


def _is_but_a_decline(gateway_name: str, notice: Notice) -> bool:
    """Count the refused card that a notice tells of; true if that was all, so that nobody need be asked.

    A look-up would tell the last of several only, and a thief could make us ask without end. The notice is
    believed because it is signed, and it moves no money.
    """
    key = _key(notice.attempt) if notice.decline else None
    return key is not None and record_decline.noticed(gateway_name, key, notice)


def handle(
    gateway_name: str, event: str, attempt: str, *, payment: str = "", account: str = "", payout: str = ""
) -> None:
    """Find out what a stored notice is about, and all that wait for the same answer. Safe to repeat.

    If the processor does not answer, or the payment is not booked yet, the sweep asks again.
    """
    events = notices.waiting(gateway_name, event)
    if not events:
        return
    key = _key(attempt)
    known = Attempt.objects.filter(pk=key, gateway=gateway_name).first() if key else None
    if known is not None:
        settle_payment.settle(known.pk)
        known.refresh_from_db()
        record_decline.spread(known)
        inbox.handled(gateway_name, events, f"attempt is {known.state}")
    elif payout:
        _ask(gateway_name, events, lambda: reconcile.catch_up(gateway_name, account), "payouts taken in")
    elif payment and not attempt:
        _follow(gateway_name, events, payment, account)
    elif account and not attempt:
        _ask(
            gateway_name, events, lambda: onboard_account.noticed(gateway_name, account), "account looked at"
        )
    else:
        inbox.handled(gateway_name, events, "about nothing of ours")


def sweep() -> None:
    """Handle notices whose job was lost, or whose question was not answered. Safe to repeat."""
    for notice in notices.left_behind()[:_AT_ONCE]:
        about = {"payment": notice.payment, "account": notice.account, "payout": notice.payout}
        try:
            handle(notice.gateway, notice.event, notice.attempt, **about)
        except Exception:  # noqa: BLE001 - one notice that trips us keeps no other waiting
            _log.exception("Notice %s cannot be handled", notice.event)


def _follow(gateway_name: str, events: list[str], reference: str, account: str) -> None:
    """Follow the payment that a notice tells something about."""
    payments = Payment.objects.filter(reference=reference, gateway=gateway_name, account=account)
    payment = payments.first()
    if payment is None:
        if old := notices.older(gateway_name, events, _WAIT_FOR_PAYMENT):
            inbox.handled(gateway_name, old, "about nothing of ours")
        return
    _ask(gateway_name, events, lambda: follow_payment.follow(payment.pk), "payment followed")


def _ask(gateway_name: str, events: list[str], question: Callable[[], bool | None], done: str) -> None:
    """Ask the processor what it gave notice of; without an answer the notices wait, and the sweep asks again.

    ``done`` is what then became of the notices, unless the question says that nobody here is meant.
    """
    try:
        known = question()
    except GatewayError:
        _log.warning("Notices of %s wait (%s): the processor does not answer", gateway_name, done)
    except GatewayRefusal as refusal:
        _refused(gateway_name, events, refusal)
    else:
        inbox.handled(gateway_name, events, "about nothing of ours" if known is False else done)


def _refused(gateway_name: str, events: list[str], refusal: GatewayRefusal) -> None:
    """Ask no more what the processor refuses to tell; where the key is at fault, for three days still."""
    if refusal.reason in _MENDABLE:
        events = notices.older(gateway_name, events, _WAIT_FOR_KEY)
    inbox.handled(gateway_name, events, f"refused: {refusal.reason.value}")


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
