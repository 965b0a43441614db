"""Payments on both sides: what the processor moved for each, what our books have, and what that means."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, Max, OuterRef, Q, Sum

from florin.contracts import capabilities
from florin.contracts.processor import MovementKind
from florin.domain.attempts.methods import Method
from florin.domain.disputes.models import Dispute
from florin.domain.ledger.models import Account, Entry, Line
from florin.domain.payments.models import Payment, Return
from florin.domain.payouts.models import Difference, Movement
from florin.domain.refunds.lifecycle import RefundState
from florin.domain.refunds.models import Refund
from florin.kernel.fees import FeeSchedule
from florin.kernel.money import Money

Kind = Difference.Kind
_AT_ONCE = 500
# What a movement is about, and so which of our entries it is compared with.
_TAKEN, _REFUNDED, _CONTESTED = "taken", "refunded", "contested"
_ABOUT = {
    MovementKind.PAYMENT.value: _TAKEN,
    MovementKind.PAYMENT_REVERSED.value: _TAKEN,
    MovementKind.REFUND.value: _REFUNDED,
    MovementKind.REFUND_FAILED.value: _REFUNDED,
    MovementKind.DISPUTE.value: _CONTESTED,
    MovementKind.DISPUTE_WON.value: _CONTESTED,
}
_SAID = {_TAKEN: Kind.AMOUNT, _REFUNDED: Kind.REFUND, _CONTESTED: Kind.DISPUTE}


@dataclass(frozen=True, slots=True)
class Found:
    """Something in which the two do not agree now; ``ours`` and ``theirs`` are short texts."""

    kind: Difference.Kind
    subject: str
    ours: str = ""
    theirs: str = ""
    payment: Payment | None = None


@dataclass(slots=True)
class ComparedPayment:
    """One payment on both sides, in minor units by what it is about and currency.

    ``taken`` is the movement that brought it in, ``untaken`` what of it was reversed because it was not taken
    after all, ``later`` are those that followed. ``moved_at`` is when we booked something last; ``is_asking``
    while a refund waits for the processor's answer, or has not moved anything there yet.
    """

    payment: Payment
    taken: Movement | None = None
    untaken: list[Movement] = field(default_factory=list)
    later: list[Movement] = field(default_factory=list)
    reported: Counter[tuple[str, str]] = field(default_factory=Counter)
    booked: Counter[tuple[str, str]] = field(default_factory=Counter)
    moved_at: datetime | None = None
    is_asking: bool = False

    @property
    def gross(self) -> int:
        """What was really taken: of a card that was held for more, the processor takes the rest back.

        As the payer paid it, where the processor converted it.
        """
        came = [self.taken] if self.taken else []
        return sum(movement.presented_or_gross for movement in (*came, *self.untaken))

    @property
    def agrees(self) -> bool:
        """Whether both sides moved the same for it."""
        return not any(self.gap(about, currency) for about, currency in {*self.reported, *self.booked})

    def gap(self, about: str, currency: str) -> int:
        """Return what our books have more than the processor."""
        place = (about, currency)
        return self.booked.get(place, 0) - self.reported.get(place, 0)


def draw_up(keys: Sequence[UUID]) -> list[ComparedPayment]:
    """Draw up payments on both sides, in seven queries for five hundred of them."""
    found = []
    for start in range(0, len(keys), _AT_ONCE):
        found += _draw_up(keys[start : start + _AT_ONCE])
    return found


def compare_payments(rows: Iterable[ComparedPayment], *, calm: datetime, fees: FeeSchedule) -> list[Found]:
    """Say what differs; what we booked after ``calm`` may not be in what the processor told, and can wait."""
    return [found for row in rows for found in _compare_payment(row, calm, fees)]


def _draw_up(keys: Sequence[UUID]) -> list[ComparedPayment]:
    payments = Payment.objects.select_related("company").filter(pk__in=keys)
    rows = {payment.pk: ComparedPayment(payment) for payment in payments}
    for movement in Movement.objects.filter(payment__in=keys).select_related("refund").order_by("at", "pk"):
        if movement.payment_id is None:
            continue
        row = rows[movement.payment_id]
        payers = movement.payers
        row.reported[_ABOUT.get(movement.kind, _TAKEN), payers.currency] += payers.minor
        if movement.kind == MovementKind.PAYMENT:
            row.taken = movement
        elif movement.kind == MovementKind.PAYMENT_REVERSED:
            row.untaken.append(movement)
        else:
            row.later.append(movement)
    sources = {f"payment:{key}": (key, _TAKEN) for key in keys}
    for model, name, about in (
        (Refund, "refund", _REFUNDED),
        (Dispute, "dispute", _CONTESTED),
        (Return, "return", _CONTESTED),
    ):
        pairs = model.objects.filter(payment__in=keys).values_list("pk", "payment")
        sources |= {f"{name}:{key}": (payment, about) for key, payment in pairs}
    lines = Line.objects.filter(entry__source__in=list(sources), account=Account.PROCESSOR)
    for source, kind, currency, amount, at in lines.values_list(
        "entry__source", "entry__kind", "currency"
    ).annotate(Sum("amount"), Max("entry__posted_at")):
        key, about = sources[source]
        row = rows[key]
        row.booked[_CONTESTED if kind == Entry.Kind.RETURN else about, currency] += int(amount)
        row.moved_at = max(at, row.moved_at or at)
    reported = Movement.objects.filter(payment=OuterRef("payment"), source=OuterRef("reference"))
    unmoved = Q(~Exists(reported), state=RefundState.PENDING)
    asking = Refund.objects.filter(Q(state=RefundState.REQUESTED) | unmoved, payment__in=keys)
    for key in asking.values_list("payment", flat=True):
        rows[key].is_asking = True
    return list(rows.values())


def _compare_payment(row: ComparedPayment, calm: datetime, fees: FeeSchedule) -> list[Found]:
    payment, taken = row.payment, row.taken
    if row.is_asking or (row.moved_at and row.moved_at > calm and not row.agrees):
        return []
    if taken is None:
        if row.agrees:
            return []
        return [
            Found(Kind.MISSING_PAYMENT, payment.number, ours=write_amount(payment.money), payment=payment)
        ]
    if taken.payers.currency != payment.currency:
        return [
            Found(
                Kind.CURRENCY,
                payment.number,
                ours=write_amount(payment.money),
                theirs=text(taken.gross, taken.currency),
                payment=payment,
            )
        ]
    if row.gross != payment.amount:
        return [
            Found(
                Kind.AMOUNT,
                payment.number,
                ours=write_amount(payment.money),
                theirs=text(row.gross, payment.currency),
                payment=payment,
            )
        ]
    about_fees = [*_about_fee(row, taken, fees), *_about_later_fees(row, fees)]
    tells = capabilities.for_gateway(payment.gateway).tells_fees
    return [*(about_fees if tells else ()), *_about_the_rest(row, taken)]


def _about_fee(row: ComparedPayment, taken: Movement, fees: FeeSchedule) -> list[Found]:
    """Return a fee that is not what we booked, or not near what the operator's schedule says (R15).

    Where the processor converted the payment, the fee is booked with the movement itself. No fee at all in an
    account of the company's own means that the platform pays it.
    """
    payment, fee = row.payment, Money(taken.fee, taken.currency)
    booked = fee if taken.is_converted else Money(payment.fee or 0, payment.currency)
    settled = Money(taken.gross if taken.is_converted else payment.amount, taken.currency)
    if booked != fee:
        ours = booked
    elif (payment.account and not fee) or fees.tolerates(fee, of=settled, method=payment.method):
        return []
    else:
        ours = fees.of_payment(settled, method=payment.method)
    return [
        Found(
            Kind.FEE,
            payment.number,
            ours=write_amount(ours),
            theirs=text(taken.fee, taken.currency),
            payment=payment,
        )
    ]


def _about_later_fees(row: ComparedPayment, fees: FeeSchedule) -> list[Found]:
    """Return refunds that brought back another part of the fee, and disputes that cost something else."""
    payment, before, found = row.payment, 0, []
    for movement in row.later:
        expected = None
        match MovementKind(movement.kind):
            case MovementKind.REFUND if movement.payers.currency == payment.currency and row.taken:
                back = Money(-movement.presented_or_gross, payment.currency)
                settled = Money(row.taken.gross, row.taken.currency) if row.taken.is_converted else None
                expected = -fees.returned(
                    back, of=payment.money, method=payment.method, before=before, settled=settled
                )
                before += back.minor
            case MovementKind.REFUND_FAILED:
                before -= movement.presented_or_gross
            case MovementKind.DISPUTE if payment.method == Method.CARD:
                expected = fees.of_dispute(movement.currency)
            case _:
                pass
        if expected is not None and expected.minor != movement.fee:
            subject = movement.refund.number if movement.refund else movement.source
            theirs = text(movement.fee, movement.currency)
            found.append(
                Found(Kind.FEE, subject, ours=write_amount(expected), theirs=theirs, payment=payment)
            )
    return found


def _about_the_rest(row: ComparedPayment, taken: Movement) -> list[Found]:
    """Return what else moved on one side only; a fee that differs is told already."""
    reported = _TAKEN if not taken.is_converted and (row.payment.fee or 0) != taken.fee else ""
    return [
        Found(
            _SAID[about],
            row.payment.number,
            ours=text(row.booked[about, currency], currency),
            theirs=text(row.reported[about, currency], currency),
            payment=row.payment,
        )
        for about, currency in sorted({*row.reported, *row.booked})
        if about != reported and row.gap(about, currency)
    ]


def write_amount(money: Money) -> str:
    """Write an amount as it is kept: the same in every language, for ``amount_in`` to read."""
    return f"{money.decimal} {money.currency}"


def text(minor: int, currency: str) -> str:
    """Write minor units of a currency as ``write_amount`` does."""
    return write_amount(Money(minor, currency))


def amount_in(kept: str) -> Money | None:
    """Read what ``write_amount`` wrote; none if it is no amount but a word."""
    figures, _space, currency = kept.partition(" ")
    try:
        return Money.parse(figures, currency) if currency else None
    except ValueError:
        return None
