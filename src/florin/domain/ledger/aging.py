"""Who owes how much, by how late it is: by the company's days, credits apart."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from uuid import UUID

from django.db.models import BigIntegerField, Q, QuerySet, Sum
from django.db.models.functions import Cast

from florin.contracts.documents import Aging
from florin.domain.companies.models import Company
from florin.domain.ledger.models import Item
from florin.kernel import clock

_BUCKETS = tuple(bucket.name for bucket in fields(Aging))
_ENDS = (0, 30, 60, 90)  # days late at which a bucket ends


@dataclass(frozen=True, slots=True)
class CustomerAging:
    """What one customer owes in one currency, by how late it is."""

    customer_id: UUID
    number: str
    name: str
    currency: str
    aging: Aging


def by_customer(company: Company, words: str = "") -> list[CustomerAging]:
    """Return who owes or has an open credit today, one row per customer and currency (one query).

    Words narrow by the beginning of the customer's number or a part of the name.
    """
    items = _open_items(company)
    words = words.replace("\x00", "").strip()
    if words:
        items = items.filter(Q(customer__number__istartswith=words) | Q(customer__name__icontains=words))
    named = items.values_list("customer_id", "customer__number", "customer__name", "currency")
    rows = named.annotate(**_sums(company)).order_by("customer__number", "currency")
    return [
        CustomerAging(customer, number, name, currency, Aging(*amounts))
        for customer, number, name, currency, *amounts in rows
    ]


def by_currency(company: Company) -> dict[str, Aging]:
    """Return what all customers together owe today and have open as credit, by currency (one query)."""
    rows = _open_items(company).values_list("currency").annotate(**_sums(company)).order_by("currency")
    return {currency: Aging(*amounts) for currency, *amounts in rows}


def totals(rows: Iterable[CustomerAging]) -> dict[str, Aging]:
    """Add rows up, each currency by itself; the currencies in alphabetical order."""
    found: dict[str, list[Aging]] = {}
    for row in rows:
        found.setdefault(row.currency, []).append(row.aging)
    return {
        currency: Aging(**{name: sum(getattr(part, name) for part in found[currency]) for name in _BUCKETS})
        for currency in sorted(found)
    }


def sort_balances(balances: Iterable[tuple[date, int]], on: date) -> Aging:
    """Sort balances, each with the day on which it is due, by how late they are on a day.

    What is negative is a credit, however old. The buckets end as those of ``by_customer`` do.
    """
    amounts: dict[str, int] = dict.fromkeys(_BUCKETS, 0)
    for due_on, balance in balances:
        amounts[bucket(due_on, on) if balance > 0 else "credits"] += balance
    return Aging(**amounts)


def bucket(due_on: date, on: date) -> str:
    """Name the bucket of something that is due on a day: still current on that day itself."""
    late = days_late(due_on, on)
    return next((name for name, end in zip(_BUCKETS, _ENDS, strict=False) if late <= end), "over_90")


def days_late(due_on: date, on: date) -> int:
    """Return for how many days something is overdue on a day: none on the day on which it is due."""
    return max((on - due_on).days, 0)


def _open_items(company: Company) -> QuerySet[Item]:
    return Item.objects.filter(company=company).exclude(balance=0)


def _sums(company: Company) -> dict[str, Cast]:
    """Return the sum of each bucket, named apart from the fields: a sum must not shadow a column."""
    return {
        f"of_{name}": Cast(Sum("balance", filter=span, default=0), BigIntegerField())
        for name, span in _spans(clock.today(company.time_zone)).items()
    }


def _spans(today: date) -> Mapping[str, Q]:
    one, two, three, four = (today - timedelta(days=days) for days in _ENDS)
    owed = Q(balance__gt=0)
    return {
        "current": owed & Q(due_on__gte=one),
        "to_30": owed & Q(due_on__lt=one, due_on__gte=two),
        "to_60": owed & Q(due_on__lt=two, due_on__gte=three),
        "to_90": owed & Q(due_on__lt=three, due_on__gte=four),
        "over_90": owed & Q(due_on__lt=four),
        "credits": Q(balance__lt=0),
    }
