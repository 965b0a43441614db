"""Refunds: deciding on one, booking it, and taking in what the processor says of it (R21).

Every verb runs in the caller's transaction, which holds the payment's lock (``allocating.lock``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import F
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from florin.contracts.processor import RefundReport
from florin.contracts.reasons import RefundFailure
from florin.domain.companies import numbers
from florin.domain.companies.numbers import Series
from florin.domain.ledger.models import Item
from florin.domain.payments import allocating
from florin.domain.payments.allocating import AllocatedAmount
from florin.domain.payments.models import Payment
from florin.domain.refunds import booking, queries
from florin.domain.refunds.lifecycle import REFUND, RefundState
from florin.domain.refunds.models import Refund
from florin.domain.refunds.queries import Room, Source
from florin.kernel import clock, formats
from florin.kernel.database import locked
from florin.kernel.errors import Refusal
from florin.kernel.money import Money

PROCESSOR = "processor"
_FIRST_CHECK = timedelta(seconds=30)  # longer than a call may take
_SHORTEST_PAUSE = timedelta(seconds=5)
_LONGEST_PAUSE = timedelta(minutes=10)
_PENDING_PAUSE = timedelta(hours=1)
_LONGEST_FAILURE = 200
_LONGEST_CODE = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be sent back: how much from which item, by the items' keys, in minor units.

    Either from the payment's own money, or from one other open credit of the customer. ``submission``
    names the form: sent twice, it is one refund.
    """

    amounts: Mapping[UUID, int]
    reason: str
    submission: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What has just become of a refund; ``before`` is nothing if it is new to us."""

    refund: Refund
    before: RefundState | None


def request(payment: Payment, wish: Wish, *, by: str) -> Refund:
    """Decide on a refund and book it: the money counts as gone until it fails.

    What was paid at the counter is paid back in the same way, at once; else the processor is to be asked.

    Raises:
        Refusal: if the payment cannot be refunded (any more), if that is more than is left or than the chosen
            items hold, or if there is no reason.
    """
    parts, credit = _lock_chosen(payment, wish)
    room = queries.room(payment)
    _check(room, wish)
    refund = _new(payment, sum(wish.amounts.values()), by=by)
    refund.credit, refund.reason, refund.submission = credit, wish.reason.strip(), wish.submission
    if not payment.is_online:
        refund.state = RefundState.SUCCEEDED
    booking.deallocate(refund, parts, by=by)
    return _save(refund)


def record(payment: Payment, report: RefundReport) -> Change | None:
    """Take in what the processor says of one refund; return what is new, if anything is.

    Safe to repeat, in any order. A refund made at the processor's dashboard is booked once; one in another
    currency than its payment is left to reconciliation.
    """
    refund = _known(payment, report)
    if refund is None:
        return _book_outside(payment, report)
    before = RefundState(refund.state)
    if before == RefundState.FAILED:
        return None
    refund.reference, refund.unknown_since = report.reference, None
    refund.awaits_balance = report.awaits_balance
    if report.fee is not None and report.fee.currency == refund.currency:
        booking.learn_fee(refund, report.fee.minor)
    after = RefundState(report.outcome.value)
    if after == before or after not in REFUND.moves[before]:  # the latter is old news
        refund.check_at = clock.now() + _PENDING_PAUSE
        refund.save()
        return None
    _move(refund, after, failure=report.failure, code=f"{report.code}")
    return Change(refund, before)


def refused(refund_id: UUID, why: RefundFailure, *, code: str) -> Change | None:
    """Book a refund back that the processor will not make; nothing if it is further along meanwhile."""
    refund = Refund.objects.get(pk=refund_id)
    if refund.state != RefundState.REQUESTED:
        return None
    before = RefundState(refund.state)
    _move(refund, RefundState.FAILED, failure=why, code=code)
    return Change(refund, before)


def mark_unknown(refund_id: UUID) -> None:
    """Remember that the answer is missing, and ask again soon, then ever later.

    The request may still be under way, so it is repeated with the same key.
    """
    now = clock.now()
    since = Refund.objects.values_list("unknown_since", flat=True).get(pk=refund_id) or now
    Refund.objects.filter(pk=refund_id).update(
        unknown_since=since, check_at=now + min(max(now - since, _SHORTEST_PAUSE), _LONGEST_PAUSE)
    )


def postpone(refund_id: UUID, *, seconds: int) -> None:
    """Ask again after a while, because the processor is asked too often; nothing else is known by that."""
    check_at = clock.now() + timedelta(seconds=seconds)
    Refund.objects.filter(pk=refund_id).update(check_at=check_at)


def broke_down(refund_id: UUID) -> None:
    """Remember that the processor broke down over a request, which is over then: the next has another key."""
    Refund.objects.filter(pk=refund_id).update(unanswered=F("unanswered") + 1)
    mark_unknown(refund_id)


def _lock_chosen(payment: Payment, wish: Wish) -> tuple[list[AllocatedAmount], Item | None]:
    """Lock what a wish names; return the payment's own parts of it, or the other credit."""
    amounts = {key: amount for key, amount in wish.amounts.items() if amount}
    own = [part for part in allocating.current_allocations(payment) if part.item.pk in amounts]
    others = amounts.keys() - {part.item.pk for part in own}
    if not others:
        items = allocating.lock_around(payment, own)
        return [
            AllocatedAmount(items[part.item.pk], part.invoice_id, amounts[part.item.pk]) for part in own
        ], None
    if own or len(others) > 1:
        raise Refusal(
            _("Send back either what this payment paid or one other credit; the rest is a refund of its own.")
        )
    found = locked(Item.objects.filter(company=payment.company, customer=payment.customer), others)
    if not found:
        raise Refusal(_("This is not a credit of the customer; look at the page again."))
    return [], next(iter(found.values()))


def _check(room: Room, wish: Wish) -> None:
    if room.obstacle:
        raise Refusal(room.obstacle)
    if not wish.reason.strip():
        raise Refusal(_("Say why the money is sent back."))
    sources = {source.item.pk: source for source in room.sources}
    for key, amount in wish.amounts.items():
        _check_source(sources.get(key), amount)
    total = sum(wish.amounts.values())
    if total <= 0:
        raise Refusal(_("Give the amount that is to be sent back."))
    if total > room.left:
        raise Refusal(
            _("Only %(amount)s of this payment can still be sent back.") % {"amount": _text(room.money)}
        )


def _check_source(source: Source | None, amount: int) -> None:
    if amount < 0:
        raise Refusal(_("Give the amount that is to be sent back."))
    if not amount:
        return
    if source is None:
        raise Refusal(_("Nothing can be taken from there any more; look at the page again."))
    if amount > source.available:
        raise Refusal(
            _("Only %(amount)s can be taken from %(number)s.")
            % {"amount": _text(Money(source.available, source.item.currency)), "number": source.item.number}
        )


def _known(payment: Payment, report: RefundReport) -> Refund | None:
    """Find which of ours is reported: by its reference, or by our key if it has none and has not failed."""
    ours = Refund.objects.filter(payment=payment).select_related("credit")
    known = ours.filter(reference=report.reference).first()
    if known is None and (key := _key(report.refund)):
        known = ours.filter(pk=key, reference="").exclude(state=RefundState.FAILED).first()
    if known is not None:
        known.payment = payment
    return known


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _book_outside(payment: Payment, report: RefundReport) -> Change | None:
    state = RefundState(report.outcome.value)
    if state == RefundState.FAILED or report.amount.currency != payment.currency:
        return None  # what came back before we heard of it moved nothing in the end
    refund = _new(payment, report.amount.minor, by=PROCESSOR)
    refund.reference, refund.state, refund.is_outside = report.reference, state, True
    refund.awaits_balance = report.awaits_balance
    refund.reason = _("Made at the processor's dashboard")
    refund.check_at = clock.now() + _PENDING_PAUSE
    booking.take_anywhere(refund)
    if report.fee is not None and report.fee.currency == refund.currency:
        booking.learn_fee(refund, report.fee.minor)
    return Change(_save(refund), None)


def _move(refund: Refund, state: RefundState, *, failure: str, code: str = "") -> None:
    REFUND.check(RefundState(refund.state), state)
    refund.state, refund.unknown_since = state, None
    refund.check_at = clock.now() + _PENDING_PAUSE
    if state == RefundState.FAILED:
        refund.failure, refund.code = failure[:_LONGEST_FAILURE], code[:_LONGEST_CODE]
        booking.put_back(refund)
    refund.save()


def _new(payment: Payment, amount: int, *, by: str) -> Refund:
    now = clock.now()
    return Refund(
        company=payment.company,
        customer=payment.customer,
        payment=payment,
        currency=payment.currency,
        amount=amount,
        requested_at=now,
        requested_by=by,
        check_at=now + _FIRST_CHECK,
    )


def _save(refund: Refund) -> Refund:
    """Save a new refund last, because the number's lock holds up the whole company."""
    refund.number = numbers.following(refund.company_id, Series.REFUND)
    refund.save(force_insert=True)
    return refund


def _text(amount: Money) -> str:
    return formats.money(amount, get_language() or "en")
