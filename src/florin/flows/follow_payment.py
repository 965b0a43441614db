"""Something may have happened to a payment after it was taken: ask the processor, and book what is new.

ask -> lock -> fee, refunds, returns, disputes -> timeline, mails -> ask again until there is nothing new
"""

from uuid import UUID

from django.db import transaction

from florin.contracts.processor import GatewayRefusal, PaymentEvents
from florin.domain.attempts.methods import Method
from florin.domain.payments import allocating, settling
from florin.domain.payments.models import Payment
from florin.domain.refusals import services as refusals
from florin.edges.gateways import registry
from florin.flows import follow_dispute, record_refusal, refund_payment, return_payment

_MOST_ROUNDS = 4


def follow(payment_id: UUID) -> None:
    """Make our records agree with the processor's about what followed one payment.

    Safe to call from anywhere, at once and again, and for any payment. An answer may be overtaken on its way
    by a newer one; so whoever has booked more than the fee asks once more.

    Raises:
        GatewayError: if the processor does not answer; ask again later.
        GatewayRefusal: if it says no; people are told.
    """
    payment = Payment.objects.annotate(was_refused=refusals.has_open()).get(pk=payment_id)
    if not payment.is_online:
        return
    gateway = registry.get(payment.gateway, payment.account)
    try:
        for _ in range(_MOST_ROUNDS):
            if not _record(payment_id, gateway.payment_events(payment.reference)):
                break
    except GatewayRefusal as refusal:
        record_refusal.about_payment(payment, refusal)
        raise
    if payment.was_refused:
        record_refusal.over(payment.company_id, ["payment_events"], subject=payment.pk)


@transaction.atomic(durable=True)
def _record(payment_id: UUID, events: PaymentEvents) -> bool:
    """Book what is new, and say whether anything but the fee was, which never changes."""
    payment = allocating.lock(payment_id)
    if events.fee and events.fee.currency == payment.currency:
        settling.record_fee(payment, events.fee)
    # The oldest first, here and below.
    news = [refund_payment.take_in(payment, refund) for refund in reversed(events.refunds)]
    news += [
        return_payment.take_in(payment, report)
        if payment.method == Method.ACH
        else follow_dispute.take_in(payment, report)
        for report in reversed(events.disputes)
    ]
    return any(news)
