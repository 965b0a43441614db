"""Comparing the processor's account of our money with the books, payment by payment and as a whole.

What differs and cannot be mended for certain is kept as a ``Difference`` for a person, and closes by itself
when it no longer holds.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max, Q, QuerySet, Sum

from florin.domain.companies.models import PaymentsAccount
from florin.domain.disputes.models import Dispute
from florin.domain.ledger import checking
from florin.domain.ledger.checking import Finding
from florin.domain.ledger.models import Account, Entry, Line
from florin.domain.payments.models import ONLINE, Attempt, Payment, Return
from florin.domain.payouts.models import Difference, Movement, Payout
from florin.domain.refunds.lifecycle import RefundState
from florin.domain.refunds.models import Refund
from florin.kernel import clock
from florin.kernel.fees import FeeSchedule
from florin.kernel.money import Money
from florin.kernel.processor import MovementKind

Kind = Difference.Kind
BY_ITSELF = "reconciliation"
_AT_ONCE = 500
# What a movement is about, and so which of our entries it is compared with.
_TAKEN, _REFUNDED, _CONTESTED = "taken", "refunded", "contested"
_ABOUT = {
    MovementKind.PAYMENT.value: _TAKEN,
    MovementKind.REFUND.value: _REFUNDED,
    MovementKind.REFUND_FAILED.value: _REFUNDED,
    MovementKind.DISPUTE.value: _CONTESTED,
    MovementKind.DISPUTE_WON.value: _CONTESTED,
}
_SAID = {_TAKEN: Kind.AMOUNT, _REFUNDED: Kind.REFUND, _CONTESTED: Kind.DISPUTE}

_CHECKS = {
    "what the processor moved apart from our payments is booked": """
        SELECT movement.reference, movement.net || ' is not ' || coalesce(sum(line.amount), 0)
        FROM payouts_movement movement
        LEFT JOIN ledger_entry entry ON entry.key = 'movement:' || movement.id
        LEFT JOIN ledger_line line ON line.entry_id = entry.id AND line.account = 'processor'
        WHERE movement.payment_id IS NULL
        GROUP BY movement.id HAVING movement.net <> coalesce(sum(line.amount), 0)
    """,
    "what the processor moved for our payments is booked there alone": """
        SELECT movement.reference, entry.key FROM payouts_movement movement
        JOIN ledger_entry entry ON entry.key = 'movement:' || movement.id
        WHERE movement.payment_id IS NOT NULL
    """,
}


@dataclass(frozen=True, slots=True)
class Found:
    """Something in which the two do not agree now; ``ours`` and ``theirs`` are short texts."""

    kind: Difference.Kind
    subject: str
    ours: str = ""
    theirs: str = ""
    payment: Payment | None = None


@dataclass(slots=True)
class Standing:
    """One payment on both sides, in minor units by what it is about and currency.

    ``moved_at`` is when we booked something last; ``is_asking`` while a refund waits for an answer.
    """

    payment: Payment
    taken: Movement | None = None
    told: Counter[tuple[str, str]] = field(default_factory=Counter)
    booked: Counter[tuple[str, str]] = field(default_factory=Counter)
    moved_at: datetime | None = None
    is_asking: bool = False

    @property
    def agrees(self) -> bool:
        """Whether both sides moved the same for it."""
        return not any(self.gap(about, currency) for about, currency in {*self.told, *self.booked})

    def gap(self, about: str, currency: str) -> int:
        """Return what our books have more than the processor."""
        place = (about, currency)
        return self.booked.get(place, 0) - self.told.get(place, 0)


@contextmanager
def still_picture() -> Iterator[None]:
    """See the tables as they are at one instant, however long the reading takes; nothing is written."""
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def findings() -> list[Finding]:
    """Return every movement that is not booked as it must be."""
    return checking.run(_CHECKS)


def in_question(account: PaymentsAccount, *, since: datetime) -> list[UUID]:
    """Return the payments that a comparison looks at: those that moved since, or differed before."""
    company = account.company_id
    recent = Payment.objects.filter(company=company, received_at__gte=since, method__in=ONLINE)
    keys = {
        *recent.filter(gateway=account.gateway, account=account.reference).values_list("pk", flat=True),
        *_open(account).filter(payment__isnull=False).values_list("payment", flat=True),
        *Movement.objects.filter(company=company, at__gte=since, payment__isnull=False).values_list(
            "payment", flat=True
        ),
        *Refund.objects.filter(company=company, requested_at__gte=since).values_list("payment", flat=True),
        *Dispute.objects.filter(company=company, opened_at__gte=since).values_list("payment", flat=True),
        *Return.objects.filter(payment__company=company, returned_at__gte=since).values_list(
            "payment", flat=True
        ),
    }
    online = Payment.objects.filter(pk__in=keys, method__in=ONLINE).values_list("pk", flat=True)
    return sorted(online)


def standings(keys: Sequence[UUID]) -> list[Standing]:
    """Draw up payments on both sides, in seven queries for five hundred of them."""
    found = []
    for start in range(0, len(keys), _AT_ONCE):
        found += _standings(keys[start : start + _AT_ONCE])
    return found


def judge(rows: Iterable[Standing], *, calm: datetime, fees: FeeSchedule) -> list[Found]:
    """Say what differs; what we booked after ``calm`` may not be in what the processor told, and can wait."""
    return [found for row in rows for found in _judge(row, calm, fees)]


def about_movements(account: PaymentsAccount, *, since: datetime) -> list[Found]:
    """Return money that the processor moved and we know nothing of."""
    named = list(_open(account).values_list("subject", flat=True))
    first = Attempt.objects.filter(company=account.company_id).order_by("pk").first()
    loose = Movement.objects.filter(
        Q(at__gte=since) | Q(reference__in=named),
        company=account.company_id,
        payment__isnull=True,
        kind__in=[MovementKind.PAYMENT.value, MovementKind.OTHER.value],
        # What was in the account before Florin came is no difference of ours.
        at__gte=first.started_at if first else clock.now(),
    )
    return [
        Found(
            Kind.UNKNOWN_PAYMENT if row.kind == MovementKind.PAYMENT else Kind.OTHER,
            row.reference,
            theirs=_text(row.gross, row.currency),
        )
        for row in loose
    ]


def about_payouts(account: PaymentsAccount, *, since: datetime) -> list[Found]:
    """Return payouts that are not the sum of their parts; of one made by hand, the processor names none."""
    named = list(_open(account).filter(kind=Kind.PAYOUT).values_list("subject", flat=True))
    rows = Payout.objects.filter(Q(made_at__gte=since) | Q(reference__in=named), company=account.company_id)
    summed = rows.annotate(parts=Sum("movements__net"))
    return [
        Found(
            Kind.PAYOUT,
            row.reference,
            ours=_text(int(row.parts), row.currency),
            theirs=_text(row.amount, row.currency),
        )
        for row in summed
        if row.parts is not None and row.parts != row.amount
    ]


def about_the_whole(account: PaymentsAccount, rows: Sequence[Standing]) -> list[Found]:
    """Prove that books and processor come to the same in the end, but for what single payments explain."""
    booked = Line.objects.filter(entry__company=account.company_id, account=Account.PROCESSOR)
    told = Movement.objects.filter(company=account.company_id)
    ours = Counter({line: int(sum_) for line, sum_ in booked.values_list("currency").annotate(Sum("amount"))})
    theirs = Counter({line: int(sum_) for line, sum_ in told.values_list("currency").annotate(Sum("net"))})
    explained: Counter[str] = Counter()
    for row in rows:
        for about, currency in {*row.told, *row.booked}:
            explained[currency] += row.gap(about, currency)
    return [
        Found(
            Kind.OTHER,
            f"{Account.PROCESSOR.label} {currency}",
            ours=_text(ours[currency], currency),
            theirs=_text(theirs[currency], currency),
        )
        for currency in sorted({*ours, *theirs})
        if ours[currency] - theirs[currency] != explained[currency]
    ]


def note(account: PaymentsAccount, found: Collection[Found]) -> int:
    """Keep what differs, close what no longer does, and return how many are open; the account is locked.

    What a person has settled stays settled while it is the same.
    """
    now = clock.now()
    known = {(row.kind, row.subject): row for row in _open(account)}
    settled = set(
        Difference.objects.filter(company=account.company_id, subject__in=[one.subject for one in found])
        .exclude(settled_by=BY_ITSELF)
        .exclude(settled_at=None)
        .values_list("kind", "subject", "ours", "theirs")
    )
    for one in found:
        row = known.pop((one.kind.value, one.subject), None)
        if row is None and (one.kind.value, one.subject, one.ours, one.theirs) in settled:
            continue
        row = row or Difference(company=account.company, found_at=now, payment=one.payment)
        row.kind, row.subject, row.ours, row.theirs = one.kind, one.subject, one.ours, one.theirs
        row.save()
    gone = Difference.objects.filter(pk__in=[row.pk for row in known.values()])
    gone.update(settled_at=now, settled_by=BY_ITSELF)
    return _open(account).count()


def _open(account: PaymentsAccount) -> QuerySet[Difference]:
    return Difference.objects.filter(company=account.company_id, settled_at__isnull=True)


def _standings(keys: Sequence[UUID]) -> list[Standing]:
    payments = Payment.objects.select_related("company").filter(pk__in=keys)
    rows = {payment.pk: Standing(payment) for payment in payments}
    for movement in Movement.objects.filter(payment__in=keys):
        if movement.payment_id is None:
            continue
        row = rows[movement.payment_id]
        row.told[_ABOUT.get(movement.kind, _TAKEN), movement.currency] += movement.net
        if movement.kind == MovementKind.PAYMENT:
            row.taken = movement
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
    asking = Refund.objects.filter(payment__in=keys, state=RefundState.REQUESTED)
    for key in asking.values_list("payment", flat=True):
        rows[key].is_asking = True
    return list(rows.values())


def _judge(row: Standing, calm: datetime, fees: FeeSchedule) -> list[Found]:
    payment, taken = row.payment, row.taken
    if row.is_asking or (row.moved_at and row.moved_at > calm and not row.agrees):
        return []
    if taken is None:
        if row.agrees:
            return []
        return [Found(Kind.MISSING_PAYMENT, payment.number, ours=_said(payment.money), payment=payment)]
    if taken.currency != payment.currency:
        return [
            Found(
                Kind.CURRENCY,
                payment.number,
                ours=_said(payment.money),
                theirs=_text(taken.gross, taken.currency),
                payment=payment,
            )
        ]
    if taken.gross != payment.amount:
        return [
            Found(
                Kind.AMOUNT,
                payment.number,
                ours=_said(payment.money),
                theirs=_text(taken.gross, taken.currency),
                payment=payment,
            )
        ]
    return [*_about_fee(row, taken, fees), *_about_the_rest(row, taken)]


def _about_fee(row: Standing, taken: Movement, fees: FeeSchedule) -> list[Found]:
    """Return a fee that is not what we booked, or not what the operator's schedule says (R15)."""
    payment = row.payment
    booked = Money(payment.fee or 0, payment.currency)
    expected = fees.of_payment(payment.money, method=payment.method)
    ours = booked if booked.minor != taken.fee else expected
    if ours.minor == taken.fee:
        return []
    return [
        Found(
            Kind.FEE,
            payment.number,
            ours=_said(ours),
            theirs=_text(taken.fee, taken.currency),
            payment=payment,
        )
    ]


def _about_the_rest(row: Standing, taken: Movement) -> list[Found]:
    """Return what else moved on one side only; a fee that differs is told already."""
    told = _TAKEN if (row.payment.fee or 0) != taken.fee else ""
    return [
        Found(
            _SAID[about],
            row.payment.number,
            ours=_text(row.booked[about, currency], currency),
            theirs=_text(row.told[about, currency], currency),
            payment=row.payment,
        )
        for about, currency in sorted({*row.told, *row.booked})
        if about != told and row.gap(about, currency)
    ]


def _said(money: Money) -> str:
    return f"{money.decimal} {money.currency}"


def _text(minor: int, currency: str) -> str:
    return _said(Money(minor, currency))
