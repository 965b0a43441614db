"""The figures on Home, each reckoned by the database in one query."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, Model, OuterRef, Q, QuerySet, Sum

from florin.contracts.documents import Aging
from florin.domain.companies.models import Company
from florin.domain.disputes.lifecycle import LOSSES
from florin.domain.disputes.models import Dispute
from florin.domain.ledger import aging
from florin.domain.payments.models import Payment, Return, Reversal
from florin.domain.payouts.models import Movement
from florin.domain.refunds.models import Refund
from florin.kernel import clock
from florin.kernel.money import Money

_BAR = 1000  # the bar's width in its own units


@dataclass(frozen=True, slots=True)
class Bucket:
    """What is owed within one span of days late, and its place on the bar."""

    name: str
    amount: Money
    start: int
    width: int


@dataclass(frozen=True, slots=True)
class Owed:
    """What is owed in one currency: open invoices by how late they are, and open credits (negative)."""

    invoices: Money
    credit: Money
    buckets: Sequence[Bucket]

    @property
    def total(self) -> Money:
        """What is owed after the open credits; below zero if they are more."""
        return self.invoices + self.credit


@dataclass(frozen=True, slots=True)
class Span:
    """What came in during some days, and what went back or is held, and was charged, in them."""

    gross: Money
    back: Money
    fees: Money

    @property
    def net(self) -> Money:
        """What is left of it."""
        return self.gross - self.back - self.fees


@dataclass(frozen=True, slots=True)
class Collected:
    """What came in and went back during this week and this month, in one currency."""

    week: Span
    month: Span


def owed(company: Company) -> list[Owed]:
    """Return what customers owe today in each currency, by how late it is, and what they have open."""
    return [_owed(currency, found) for currency, found in aging.by_currency(company).items()]


def collected(company: Company) -> list[Collected]:
    """Return what came in and went back since Monday and since the first of the month, in eight queries.

    What staff undid never came in. Refunds and returns go back on the day on which they happen, whenever the
    payment came in, and what a dispute holds or has lost on the day on which it was opened; the same holds
    for what they cost. Fees of what the processor converted count in the currency in which it took them. The
    days are the company's.
    """
    today = clock.today(company.time_zone)
    since = _Since(
        week=clock.midnight(today - timedelta(days=today.weekday()), company.time_zone),
        month=clock.midnight(today.replace(day=1), company.time_zone),
    )
    undone = Reversal.objects.filter(payment=OuterRef("pk"))
    payments = Payment.objects.filter(~Exists(undone), company=company)
    came_in = since.sums(payments, "received_at")
    refunds = Refund.objects.filter(company=company).exclude(state=Refund.State.FAILED)
    disputes = Dispute.objects.filter(company=company)
    taken = disputes.filter(Q(held__gt=0) | Q(state__in=sorted(LOSSES)))
    fees = [
        since.sums(payments, "received_at", of="fee"),
        since.sums(disputes, "opened_at", of="fee"),
        since.sums(refunds, "requested_at", of="fee_returned", sign=-1),
        since.sums(Movement.objects.filter(company=company, presented__isnull=False), "at", of="fee"),
    ]
    back = [
        since.sums(refunds, "requested_at"),
        since.sums(
            Return.objects.filter(payment__company=company),
            "returned_at",
            of="payment__amount",
            per="payment__",
        ),
        since.sums(taken, "opened_at"),
    ]
    currencies = sorted({currency for sums in (came_in, *back, *fees) for currency in sums})
    return [_collected(currency, came_in, back, fees) for currency in currencies or [company.currency]]


_Sums = dict[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class _Since:
    """The beginnings of this week and of this month."""

    week: datetime
    month: datetime

    def sums(
        self, rows: QuerySet[Model], at: str, *, of: str = "amount", per: str = "", sign: int = 1
    ) -> _Sums:
        """Add up rows by currency: those since Monday, and those since the first of the month."""
        found = (
            rows.filter(**{f"{at}__gte": min(self.week, self.month)})
            .values_list(f"{per}currency")
            .annotate(
                week=Sum(of, filter=Q(**{f"{at}__gte": self.week}), default=0),
                month=Sum(of, filter=Q(**{f"{at}__gte": self.month}), default=0),
            )
        )
        return {currency: (sign * int(week), sign * int(month)) for currency, week, month in found}


def _collected(currency: str, came_in: _Sums, back: Sequence[_Sums], fees: Sequence[_Sums]) -> Collected:
    def total(sums: Sequence[_Sums], place: int) -> Money:
        return Money(sum(each.get(currency, (0, 0))[place] for each in sums), currency)

    week, month = (Span(total([came_in], place), total(back, place), total(fees, place)) for place in (0, 1))
    return Collected(week, month)


def _owed(currency: str, found: Aging) -> Owed:
    buckets, reached = [], 0
    for name, amount in found.buckets.items():
        start, end = (_BAR * upto // (found.owed or 1) for upto in (reached, reached + amount))
        buckets.append(Bucket(name, Money(amount, currency), start, end - start))
        reached += amount
    return Owed(Money(found.owed, currency), Money(found.credits, currency), buckets)
