"""Money goes back to the payer by the way on which it came (R21).

decide and book -> ask the processor -> record -> mails -> timeline; if it fails: book back -> mails

Every network call is outside a transaction. A request that is not answered is asked about, never forgotten.
"""

import logging
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from florin.contracts import capabilities, refund_failures
from florin.contracts.emails import (
    AffectedInvoice,
    RefundFailed,
    RefundFailedNotice,
    RefundInitiated,
    RefundNotice,
)
from florin.contracts.processor import (
    GatewayBusy,
    GatewayError,
    GatewayFault,
    GatewayRefusal,
    GatewayThrottled,
    RefundReport,
    RefusalReason,
)
from florin.contracts.reasons import RefundFailure
from florin.domain.activity import services as activity
from florin.domain.companies.models import Company
from florin.domain.credits.models import Credit
from florin.domain.disputes import queries as disputes
from florin.domain.disputes.lifecycle import LOSSES
from florin.domain.payments import allocating
from florin.domain.payments.models import Payment
from florin.domain.refunds import booking, queries, services
from florin.domain.refunds.lifecycle import RefundState
from florin.domain.refunds.models import Refund
from florin.domain.refunds.queries import Room
from florin.domain.refunds.services import Change, Wish
from florin.domain.staff.models import User
from florin.edges.gateways import registry
from florin.edges.gateways.interface import Gateway
from florin.flows import expire_sessions, notify, record_refusal, return_payment
from florin.flows.notify import Event
from florin.kernel import clock, formats
from florin.kernel.database import find
from florin.kernel.errors import Conflict, Refusal
from florin.kernel.money import Money
from florin.kernel.submissions import once

_log = logging.getLogger(__name__)
_MOST_AT_ONCE = 200
_NEVER_FOUND = timedelta(days=1)
_FAILURES = {
    RefusalReason.BALANCE: RefundFailure.LOW_BALANCE,
    RefusalReason.DECLINED: RefundFailure.DECLINED,
    RefusalReason.KEY: RefundFailure.KEY,
    RefusalReason.PERMISSION: RefundFailure.PERMISSION,
}
_MENDABLE = {
    RefusalReason.KEY,
    RefusalReason.PERMISSION,
    RefusalReason.ACCOUNT_GONE,
    RefusalReason.PARAMETER,
}


def read_room(company: Company, payment_id: UUID) -> Room:
    """Return what of a payment can be sent back now, and from where; changes nothing.

    Raises:
        NotFound: if the company has no such payment.
    """
    payment = find(
        Payment.objects.filter(company=company).select_related("company", "customer"), pk=payment_id
    )
    room, contested = queries.room(payment), _contested(payment)
    return replace(room, obstacle=contested) if contested else room


def refund(company: Company, payment_id: UUID, wish: Wish, *, by: User) -> Refund:
    """Send money back as a cashier wishes, and return the refund as it stands then.

    The same press is one refund. If the processor does not answer, the refund stays requested and is asked
    about until the truth is known.

    Raises:
        NotFound: if the company has no such payment.
        Refusal: if it cannot be refunded so; the sentence says why.
    """
    decided, is_new = once(lambda: _decide(company, payment_id, wish, by))
    if is_new and decided.state == RefundState.REQUESTED:
        _send(decided)
    return Refund.objects.get(pk=decided.pk)


def take_in(payment: Payment, report: RefundReport) -> bool:
    """Make our records agree with what the processor says of one refund; return whether it was news.

    The payment is locked, in the caller's transaction. Safe to repeat, in any order; a refund made at the
    processor's dashboard is booked exactly once.
    """
    change = services.record(payment, report)
    if change is not None:
        _notify(change)
    return change is not None


def poll() -> int:
    """Ask about every refund whose turn it is, and return how many there were."""
    due = list(queries.due(clock.now()).values_list("pk", flat=True)[:_MOST_AT_ONCE])
    for refund_id in due:
        try:
            ask(refund_id)
        except Exception:  # noqa: BLE001 - one refund that trips us keeps no other waiting
            _log.exception("Refund %s cannot be asked about", refund_id)
            services.mark_unknown(refund_id)
    return len(due)


def ask(refund_id: UUID) -> None:
    """Find out what became of a refund; one that the processor never heard of is asked for again."""
    asked = Refund.objects.select_related("payment").get(pk=refund_id)
    try:
        known = _gateway(asked.payment).payment_events(asked.payment.reference).refunds
    except GatewayThrottled as problem:
        services.postpone(refund_id, seconds=problem.retry_after)
        return
    except GatewayError:
        services.mark_unknown(refund_id)
        return
    except GatewayRefusal as refusal:
        _not_told(asked, refusal)
        return
    _record(asked.payment_id, list(reversed(known)))  # the oldest first
    if Refund.objects.get(pk=refund_id).state == RefundState.REQUESTED:
        _send(asked)  # with the key as it was before the look-up


def _send(asked: Refund) -> None:
    payment = asked.payment
    key = f"{asked.pk}:refund:{asked.unanswered}"
    try:
        report = _gateway(payment).refund(payment.reference, asked.money, key=key, refund=str(asked.pk))
    except GatewayRefusal as refusal:
        _not_made(asked, refusal)
    except GatewayBusy:
        services.mark_unknown(asked.pk)  # somebody else is asking for the same, and will record it
    except GatewayThrottled as problem:
        services.postpone(asked.pk, seconds=problem.retry_after)
    except GatewayFault:
        services.broke_down(asked.pk)
    except GatewayError:
        services.mark_unknown(asked.pk)
    else:
        _record(payment.pk, [report])
        record_refusal.over(payment.company_id, ["refund"], subject=payment.pk)


def _not_made(asked: Refund, refusal: GatewayRefusal) -> None:
    if refusal.reason == RefusalReason.KEY_REUSED:  # what the key stands for is over
        services.broke_down(asked.pk)
        return
    if refusal.reason in _MENDABLE:  # the others are about this refund, which says so itself
        record_refusal.about_payment(asked.payment, refusal)
    _refused(asked, refusal)


def _not_told(asked: Refund, refusal: GatewayRefusal) -> None:
    """Ask again after a look-up was refused; not for ever about a payment that is not there."""
    since = record_refusal.about_payment(asked.payment, refusal)
    if refusal.reason == RefusalReason.NOT_FOUND and since <= clock.now() - _NEVER_FOUND:
        _refused(asked, refusal)
    else:
        services.mark_unknown(asked.pk)


@transaction.atomic(durable=True)
def _decide(company: Company, payment_id: UUID, wish: Wish, by: User) -> tuple[Refund, bool]:
    payment = allocating.lock(payment_id, company)
    known = queries.find_by_submission(company, wish.submission)
    if known is not None and known.payment_id == payment.pk:
        return known, False
    if known is not None:
        raise Conflict(_("This form was used for another payment. Open it again."))
    if contested := _contested(payment):
        raise Conflict(contested)
    _check_last_digits(payment, sum(wish.amounts.values()))
    decided = services.request(payment, wish, by=by.name)
    _note_new(decided, actor=by.name)
    _expire_sessions(decided)
    if decided.state == RefundState.SUCCEEDED:
        _notify_initiated(decided)
    return decided, True


def _check_last_digits(payment: Payment, amount: int) -> None:
    limits = capabilities.for_gateway(payment.gateway).limits(payment.currency) if payment.is_online else None
    if limits and amount % limits.step:
        near = Money(max(amount // limits.step, 1) * limits.step, payment.currency)
        raise Refusal(
            _("The processor cannot send back the last digits of this amount. Refund %(near)s, for example.")
            % {"near": formats.money(near, get_language() or "en")}
        )


def _contested(payment: Payment) -> str:
    """Say what a dispute has against a refund; refunds and disputes do not know each other, and meet here."""
    if disputes.blocks(payment):
        return _("The payer disputes this payment; wait until the payer's bank has decided.")
    if disputes.of_payment(payment).filter(state__in=LOSSES).exists():
        return _("This payment has gone back to the payer by a dispute that was lost.")
    return ""


@transaction.atomic(durable=True)
def _record(payment_id: UUID, reports: list[RefundReport]) -> None:
    payment = allocating.lock(payment_id)
    for report in reports:
        take_in(payment, report)


@transaction.atomic(durable=True)
def _refused(asked: Refund, refusal: GatewayRefusal) -> None:
    """Book a refund back; people read why in our words, and the processor's own are kept beside it."""
    allocating.lock(asked.payment_id)
    why = _FAILURES.get(refusal.reason, RefundFailure.REFUSED)
    change = services.refused(asked.pk, why, code=f"{refusal.code}: {refusal}")
    if change is not None:
        _notify(change)


def _notify(change: Change) -> None:
    """Tell payer and company, once each, and the timelines, what became of a refund."""
    made, state = change.refund, RefundState(change.refund.state)
    if change.before is None:
        _note_new(made)
        _expire_sessions(made)
    if change.before in {None, RefundState.REQUESTED} and state != RefundState.FAILED:
        _notify_initiated(made)
    if change.before is not None and state == RefundState.SUCCEEDED:
        _note(activity.Kind.REFUND_SUCCEEDED, made)
    if state == RefundState.FAILED:
        _notify_failed(made, payer_knows=change.before != RefundState.REQUESTED)


def _notify_initiated(made: Refund) -> None:
    event = _event(made, "initiated")
    email = RefundInitiated(
        about=event.about,
        method=made.payment.method_in(event.payer_reads),
        number=made.number,
        reference=made.payment.reference,
        reason=made.reason,
        way=made.payment.method,
        lines=_lines(made),
        waits=made.awaits_balance,
    )
    notify.payer(event, email, to=return_payment.payers(made.payment))
    notify.company(event, RefundNotice.like(email, method=made.payment.method_in(made.company.reads)))


def _notify_failed(made: Refund, *, payer_knows: bool) -> None:
    """Tell the company that the money is with it again, and the payer, if they were promised it."""
    event = _event(made, "failed")
    email = RefundFailedNotice(
        about=event.about,
        method=made.payment.method_in(made.company.reads),
        number=made.number,
        reference=made.payment.reference,
        reason=made.failure,
    )
    if payer_knows:
        payers = RefundFailed.like(email, method=made.payment.method_in(event.payer_reads))
        notify.payer(event, payers, to=return_payment.payers(made.payment))
    notify.company(event, email)
    with override(made.company.reads):
        _note(activity.Kind.REFUND_FAILED, made, reason=refund_failures.words(made.failure))
    _expire_sessions(made)


def _event(made: Refund, what: str) -> Event:
    return Event(
        key=f"refund:{made.pk}:{what}",
        company=made.company,
        customer=made.customer,
        amount=made.money,
        subjects=_subjects(made),
        path=reverse("office:payment", args=[made.payment_id]),
    )


def _lines(made: Refund) -> tuple[AffectedInvoice, ...]:
    """List the invoices that are owed again because of a refund."""
    return tuple(
        AffectedInvoice(number=part.item.number, amount=part.amount, balance=part.item.balance)
        for part in booking.taken(made)
        if part.invoice_id
    )


def _expire_sessions(made: Refund) -> None:
    expire_sessions.expire_wanting(booking.items_of(made))


def _subjects(made: Refund) -> list[UUID]:
    """Return whose timelines a refund belongs to: its own, the payment's, its invoices', its credit's."""
    touched = allocating.touched(made.payment, booking.taken(made))
    credit = Credit.objects.filter(item=made.credit_id).values_list("pk", flat=True) if made.credit_id else ()
    return [made.pk, *touched, *credit]


def _note_new(made: Refund, *, actor: str = activity.SYSTEM) -> None:
    """Tell the timelines of a new refund; of one that is done already they need one line."""
    is_done = made.state == RefundState.SUCCEEDED
    kind = activity.Kind.REFUND_SUCCEEDED if is_done else activity.Kind.REFUND_INITIATED
    _note(kind, made, actor=actor, reason=made.reason)


def _note(kind: activity.Kind, made: Refund, *, actor: str = activity.SYSTEM, reason: str = "") -> None:
    activity.note(
        made.company_id,
        kind,
        subjects=_subjects(made),
        actor=actor,
        number=made.number,
        payment=str(made.payment_id),
        **({"reason": reason} if reason else {}),
        **activity.details_of(made.money),
    )


def _gateway(payment: Payment) -> Gateway:
    return registry.get(payment.gateway, payment.account)
