"""The figures on Home, each reckoned by the database in one query."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q, Sum

from florin.domain.companies.models import Company
from florin.domain.ledger.models import Item
from florin.domain.payments.models import Payment
from florin.kernel import clock
from florin.kernel.money import Money

_BAR = 1000  # the bar's width in its own units
_ENDS = (0, 30, 60, 90)  # days late at which one bucket ends


@dataclass(frozen=True, slots=True)
class Bucket:
    """What is owed within one span of days late, and its place on the bar."""

    name: str
    amount: Money
    start: int
    width: int


@dataclass(frozen=True, slots=True)
class Owed:
    """What is owed in one currency, by how late it is."""

    total: Money
    buckets: Sequence[Bucket]


@dataclass(frozen=True, slots=True)
class Collected:
    """What came in during this week and this month, in one currency."""

    week: Money
    month: Money


def owed(company: Company) -> list[Owed]:
    """Return what customers owe today in each currency: current, 1-30, 31-60, 61-90 and over 90 days late."""
    today = clock.today(company.time_zone)
    spans = _spans(today)
    rows = (
        Item.objects.filter(company=company, kind=Item.Kind.INVOICE)
        .exclude(balance=0)
        .values("currency")
        .annotate(**{name: Sum("balance", filter=span, default=0) for name, span in spans.items()})
        .order_by("currency")
    )
    return [_owed(row["currency"], [(name, int(row[name])) for name in spans]) for row in rows]


def collected(company: Company) -> list[Collected]:
    """Return what came in since Monday and since the first of the month, in the company's time zone."""
    today = clock.today(company.time_zone)
    month = _midnight(today.replace(day=1), company)
    week = _midnight(today - timedelta(days=today.weekday()), company)
    rows = (
        Payment.objects.filter(company=company, received_at__gte=min(month, week))
        .values("currency")
        .annotate(
            week=Sum("amount", filter=Q(received_at__gte=week), default=0),
            month=Sum("amount", filter=Q(received_at__gte=month), default=0),
        )
        .order_by("currency")
    )
    found = [
        Collected(Money(int(row["week"]), row["currency"]), Money(int(row["month"]), row["currency"]))
        for row in rows
    ]
    nothing = Money.zero(company.currency)
    return found or [Collected(nothing, nothing)]


def _spans(today: date) -> dict[str, Q]:
    one, two, three, four = (today - timedelta(days=days) for days in _ENDS)
    return {
        "current": Q(due_on__gte=one),
        "late_1": Q(due_on__lt=one, due_on__gte=two),
        "late_31": Q(due_on__lt=two, due_on__gte=three),
        "late_61": Q(due_on__lt=three, due_on__gte=four),
        "late_91": Q(due_on__lt=four),
    }


def _owed(currency: str, amounts: Sequence[tuple[str, int]]) -> Owed:
    whole = sum(amount for _name, amount in amounts)
    buckets, reached = [], 0
    for name, amount in amounts:
        start, end = _BAR * reached // whole, _BAR * (reached + amount) // whole
        buckets.append(Bucket(name, Money(amount, currency), start, end - start))
        reached += amount
    return Owed(Money(whole, currency), buckets)


def _midnight(day: date, company: Company) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(company.time_zone))
