"""Something may have happened to an attempt: ask the processor, take the money or let it go, book it.

ask the processor -> lock -> reserve -> capture (or void) -> lock -> book -> receipt -> mails -> timeline

Return page, notice and poller all call ``settle``. Every network call is outside a transaction.
"""

import logging
import math
import time
from datetime import timedelta
from threading import Lock
from uuid import UUID

from django.db import transaction

from florin.contracts import capabilities
from florin.contracts.emails import NotCharged, PaymentNotice
from florin.contracts.processor import (
    GatewayBusy,
    GatewayError,
    GatewayRefusal,
    GatewayThrottled,
    Outcome,
    RefusalReason,
    Report,
)
from florin.domain.activity import services as activity
from florin.domain.attempts import services as attempts
from florin.domain.attempts.methods import Method
from florin.domain.attempts.models import Attempt
from florin.domain.links import services as links
from florin.domain.outbox import services as outbox
from florin.domain.outbox.services import NewMessage
from florin.domain.payments import settling
from florin.domain.payments.models import Payment
from florin.domain.payments.settling import Booked, Capture, Decision, Declined, Ended, Pending, Void, Wait
from florin.domain.payouts import services as payouts
from florin.domain.receipts import services as receipts
from florin.domain.refusals import services as refusals
from florin.edges.gateways import registry
from florin.edges.gateways.interface import Gateway
from florin.flows import (
    charge_return_fee,
    expire_sessions,
    notify_of_debit,
    record_decline,
    record_refusal,
    return_payment,
    start_checkout,
)
from florin.kernel import clock
from florin.kernel.database import find
from florin.kernel.money import Money

_log = logging.getLogger(__name__)
_MOST_STEPS = 4
_AWAITS_PAYER = "awaits_payer"
_PAUSE_SECONDS = 1
_NEVER_FOUND = timedelta(days=1)

# When payers made this process ask, for each attempt; infinity while it waits for the answer.
_asked: dict[UUID, float] = {}
_asked_lock = Lock()


def settle(attempt_id: UUID) -> None:
    """Make our records agree with the processor's about one attempt; end its session if it is stale.

    Safe to call from anywhere, at once and again: money is taken and booked exactly once. When the processor
    does not answer, the attempt is marked as unknown and the poller asks again.
    """
    found = Attempt.objects.select_related("link__customer").annotate(was_refused=refusals.has_open())
    attempt = found.get(pk=attempt_id)
    if attempts.ended_unseen(attempt):
        attempts.refused(attempt)
        return
    gateway = registry.get(attempt.gateway, attempt.account)
    try:
        answered = _settle(attempt, gateway)
    except (GatewayError, GatewayRefusal) as problem:
        _not_told(attempt, problem)
        return
    if attempt.was_refused:
        record_refusal.over(attempt.company_id, answered, subject=attempt.pk)
        record_refusal.over(attempt.company_id, ["start"], subject=attempt.link_id, since=attempt.started_at)


def check(token: str, attempt_id: UUID) -> Attempt:
    """Settle an attempt on behalf of its payer, and return it as it is afterwards.

    Whoever presses, each process asks about an attempt once at a time and then rests a second: a holder of
    the link could otherwise make us ask without end. A press that comes too soon finds what we know already.

    Raises:
        NotFound: if the link is unknown, or the attempt is not one of it.
    """
    mine = Attempt.objects.filter(link=links.find(token))
    if attempts.is_undecided(find(mine, pk=attempt_id)):
        _settle_politely(attempt_id)
    return find(mine.select_related("company", "link"), pk=attempt_id)


def poll() -> int:
    """Settle every attempt whose turn it is, and return how many there were."""
    due = list(attempts.due(clock.now()).values_list("pk", flat=True)[:200])
    for attempt_id in due:
        try:
            settle(attempt_id)
        except Exception:  # noqa: BLE001 - one attempt that trips us keeps no other waiting
            _log.exception("Attempt %s cannot be settled", attempt_id)
            attempts.mark_unknown(attempt_id)
    return len(due)


def expire_competing(items: list[UUID]) -> None:
    """End the sessions that were opened for another amount than is owed now; safe to repeat.

    A payer who was quicker than we are is settled like anybody else: for what is still owed.
    """
    for attempt in attempts.competing_attempts(items).exclude(reference=""):
        try:
            registry.get(attempt.gateway, attempt.account).expire(
                attempt.reference, key=_key(attempt.pk, "expire")
            )
        except (GatewayError, GatewayRefusal) as problem:
            _not_told(attempt, problem)
        else:
            settle(attempt.pk)


def _not_told(attempt: Attempt, problem: GatewayError | GatewayRefusal) -> None:
    """Remember that we do not know what has become of an attempt, and when to ask again.

    A session that is refused is none. A look-up that is refused says nothing about the money.
    """
    match problem:
        case GatewayBusy():
            return  # somebody else is asking for the same thing, and will book it
        case GatewayThrottled(retry_after=seconds):
            attempts.postpone(attempt.pk, seconds=seconds)
        case GatewayRefusal():
            _refused(attempt, problem)
        case _:
            attempts.mark_unknown(attempt.pk)


def _refused(attempt: Attempt, refusal: GatewayRefusal) -> None:
    """Tell people, and ask again; not for ever about what the processor says that it does not have.

    It may say so for a while only, when it is asked with the key of another account.
    """
    since = record_refusal.about_attempt(attempt, refusal)
    if not attempt.reference:
        attempts.refused(attempt)
    elif refusal.reason == RefusalReason.NOT_FOUND and since <= clock.now() - _NEVER_FOUND:
        _give_up(attempt.pk)
    else:
        attempts.mark_unknown(attempt.pk)


@transaction.atomic(durable=True)
def _give_up(attempt_id: UUID) -> None:
    """End an attempt that the processor does not have; whether there was money, a person must find out.

    Money that turns up all the same is booked.
    """
    attempt = settling.lock(attempt_id)
    if settling.give_up(attempt):
        _note(activity.Kind.CHECKOUT_LOST, attempt, amount=attempt.money)
        expire_sessions.expire_wanting(attempts.items_of(attempt))


def _settle_politely(attempt_id: UUID) -> None:
    """Settle, unless a payer makes this process ask about the same attempt right now, or did just before."""
    with _asked_lock:
        now = time.monotonic()
        for known in [known for known, asked_at in _asked.items() if now - asked_at >= _PAUSE_SECONDS]:
            del _asked[known]
        if attempt_id in _asked:
            return
        _asked[attempt_id] = math.inf
    try:
        settle(attempt_id)
    finally:
        _asked[attempt_id] = time.monotonic()


def _settle(attempt: Attempt, gateway: Gateway) -> list[str]:
    """Take it as far as it goes now, and return which verbs the processor answered."""
    report, answered = _look_up(gateway, attempt), ["look_up", "expire"]
    for _ in range(_MOST_STEPS):
        match _record(attempt.pk, report):
            case Capture(amount):
                report = gateway.capture(
                    report.reference, amount, key=_key(attempt.pk, "capture"), payment=report.payment
                )
                answered.append("capture")
            case Void():
                report = gateway.void(report.reference, key=_key(attempt.pk, "void"), payment=report.payment)
                answered.append("void")
            case Declined() if expire_sessions.is_overtaken(attempt):  # it was one too many
                report = _look_up(gateway, attempt)
            case Booked() | Ended() | Pending() | Declined() | Wait():
                return answered
    attempts.mark_unknown(attempt.pk)  # asked to take or release it, the processor still only holds it
    return answered


def _look_up(gateway: Gateway, attempt: Attempt) -> Report:
    """Ask what became of an attempt; a session still open though the bill is another by now ends first."""
    reference = _reference(gateway, attempt)
    report = gateway.look_up(reference)
    if report.outcome != Outcome.OPEN or not expire_sessions.is_overtaken(attempt):
        return report
    gateway.expire(reference, key=_key(attempt.pk, "expire"))
    return gateway.look_up(reference)


def _reference(gateway: Gateway, attempt: Attempt) -> str:
    """Return the session of an attempt; if we never heard of one, ask with the same key again."""
    if attempt.reference:
        return attempt.reference
    started = gateway.start(start_checkout.order_for(attempt))
    attempts.opened(attempt, reference=started.reference, url=started.url)
    return started.reference


def _key(attempt_id: UUID, verb: str) -> str:
    """Return the idempotency key of a call.

    It changes with each answer that is missing: a processor replays a stored failure for ever, and by then
    the look-up has told us that the call took no effect. An intent is captured once whatever the key.
    """
    unanswered = Attempt.objects.values_list("unanswered", flat=True).get(pk=attempt_id)
    return f"{attempt_id}:{verb}:{unanswered}"


@transaction.atomic(durable=True)
def _record(attempt_id: UUID, report: Report) -> Decision:
    attempt = settling.lock(attempt_id)
    limits = capabilities.for_gateway(attempt.gateway).limits(attempt.currency)
    decision = settling.record(attempt, report, multiple=limits.step)
    match decision:
        case Booked(payment):
            _after_booking(attempt, payment)
        case Pending():
            _after_initiation(attempt, report)
        case Ended() if attempt.state == Attempt.State.FAILED:
            _after_failure(attempt, report)
        case Declined(reason, code):
            record_decline.note(attempt, attempt.decline, reason=reason, code=code)
        case Ended(released=True):
            _after_release(attempt, report)
        case Ended():
            _note(activity.Kind.CHECKOUT_FAILED, attempt, amount=attempt.money)
        case Capture() | Void() | Wait():
            pass
    return decision


def _after_booking(attempt: Attempt, payment: Payment) -> None:
    if payment.method == Method.ACH:
        payouts.adopt(payment)
    receipt = receipts.issue(payment)
    subjects = [*attempts.touched(attempt), payment.pk]
    for email, language, recipients in (
        (receipts.write_email(receipt), receipt.document.language, return_payment.payers(payment)),
        (PaymentNotice(receipt=receipt.pk), attempt.company.reads, [attempt.company.email]),
    ):
        outbox.enqueue(
            NewMessage(
                company_id=attempt.company_id,
                event=f"payment:{payment.pk}",
                email=email,
                language=language,
                recipients=recipients,
                subjects=subjects,
            )
        )
    activity.note(
        attempt.company_id,
        activity.Kind.PAYMENT_RECEIVED,
        subjects=subjects,
        actor=payment.payer_email or attempt.link.customer.name,
        number=payment.number,
        payment=str(payment.pk),
        method=payment.method_text,
        **activity.details_of(payment.money),
    )
    excess = receipt.document.excess
    if excess:
        _note(activity.Kind.OVERPAID, attempt, amount=Money(excess, payment.currency))
    put = payment.allocations.values_list("item", flat=True)  # an overpayment is an open credit
    expire_sessions.expire_wanting([*attempts.items_of(attempt), *put])


def _after_initiation(attempt: Attempt, report: Report) -> None:
    """Tell payer and company that a bank payment is under way, or awaits its payer: initiated is not paid.

    A card's is left to the processor, which asks the payer itself; it is told when it is decided.
    """
    expire_sessions.expire_wanting(attempts.items_of(attempt))
    if attempt.method != Method.ACH:
        return
    notify_of_debit.initiated(attempt, report, to=_payers(attempt, report))
    about = {"state": _AWAITS_PAYER} if attempt.awaits_payer else {}
    _note(activity.Kind.PAYMENT_INITIATED, attempt, amount=attempt.money, **about)


def _after_failure(attempt: Attempt, report: Report) -> None:
    """Tell payer and company that the bank did not pay: the invoices are as open as before, and a fee is due.

    The fee is charged in the transaction in which the attempt fails, so once.
    """
    fee = charge_return_fee.charge_for(attempt, report.failure)
    notify_of_debit.failed(attempt, report, fee, to=_payers(attempt, report))
    _note(
        activity.Kind.PAYMENT_FAILED,
        attempt,
        amount=attempt.money,
        code=report.failure,
        fee=fee.number if fee else "",
    )
    expire_sessions.expire_wanting(attempts.items_of(attempt))  # an open credit that it held is free again


def _payers(attempt: Attempt, report: Report) -> list[str]:
    return [report.payer_email] if report.payer_email else attempt.link.recipients


def _after_release(attempt: Attempt, report: Report) -> None:
    """Tell a payer whose card was held that nothing was charged (product decisions, "authorised first")."""
    outbox.enqueue(
        NewMessage(
            company_id=attempt.company_id,
            event=f"attempt:{attempt.pk}:released",
            email=NotCharged(amount=attempt.total, currency=attempt.currency),
            language=attempt.link.language,
            recipients=_payers(attempt, report),
            subjects=attempts.touched(attempt),
        )
    )
    _note(activity.Kind.NOT_CHARGED, attempt, amount=attempt.money)
    expire_sessions.expire_wanting(attempts.items_of(attempt))  # as after a failure


def _note(kind: activity.Kind, attempt: Attempt, *, amount: Money, **about: str) -> None:
    activity.note(
        attempt.company_id,
        kind,
        subjects=attempts.touched(attempt),
        actor=attempt.link.customer.name,
        **about,
        **activity.details_of(amount),
    )
