"""Finding open invoices among a million: each page is sought by where the last one ended, on an index.

The list is driven by the ledger's items, for they know the balance: an index holds the open ones only.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet, Value
from django.db.models.expressions import BaseExpression
from django.db.models.fields.tuple_lookups import (  # type: ignore[import-untyped]  # its stubs lack it
    Tuple,
    TupleGreaterThan,
    TupleLessThan,
)

from florin.domain.companies.numbers import Series
from florin.domain.customers import queries as customers
from florin.domain.customers.models import Customer
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Item
from florin.kernel.money import Money

# As many customers are named one by one, so that PostgreSQL knows how many invoices to expect of them.
_MOST_NAMED = 200


class Order(StrEnum):
    """In which order the list stands; each has an index."""

    DUE = "due"
    LAST_DUE = "-due"
    NEWEST = "-issued"
    LARGEST = "-balance"
    CUSTOMER = "customer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which open invoices; what is empty or None asks for nothing.

    ``words`` are the beginning of a number or PO number, or words of the customer. ``upto`` freezes a list:
    what was issued after that key was made is not in it. ``only`` is a condition of the caller's.
    """

    words: str = ""
    customer: UUID | None = None
    due_from: date | None = None
    due_to: date | None = None
    currency: str = ""
    upto: UUID | None = None
    only: Q | BaseExpression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRow:
    """One open invoice as a list shows it."""

    invoice_id: UUID
    order_id: UUID
    customer_id: UUID
    customer: str
    number: str
    po_number: str
    issued_on: date
    due_on: date
    total: Money
    balance: Money


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and the mark after which the next page begins; it is empty on the last page."""

    rows: Sequence[OpenRow]
    after: str


@dataclass(frozen=True, slots=True)
class _Sorting:
    """By which columns an order sorts, whether they fall, and how each is read back from a mark."""

    columns: Sequence[str]
    falling: bool
    read: Sequence[Any]


_BY = {
    Order.DUE: _Sorting(["item__due_on", "item"], falling=False, read=[date.fromisoformat, UUID]),
    Order.LAST_DUE: _Sorting(["item__due_on", "item"], falling=True, read=[date.fromisoformat, UUID]),
    Order.NEWEST: _Sorting(["item__opened_on", "item"], falling=True, read=[date.fromisoformat, UUID]),
    Order.LARGEST: _Sorting(["item__currency", "item__balance", "item"], falling=True, read=[str, int, UUID]),
    Order.CUSTOMER: _Sorting(
        ["customer__name", "customer", "item__due_on", "item"],
        falling=False,
        read=[str, UUID, date.fromisoformat, UUID],
    ),
}
_SHOWN = (
    *("pk", "order_id", "customer_id", "customer__name", "number", "order__po_number"),
    *("issued_on", "due_on", "total", "currency", "item__balance"),
)
_BETWEEN = "|"
_LONGEST_MARK = 400


def page(company_id: UUID, wanted: Wanted, *, order: Order, after: str = "", rows: int) -> Page:
    """Return the page that follows ``after``, in one query (two when it is searched for customers).

    A mark that cannot be one means the first page.
    """
    sorting = _BY[order]
    mark = _read(after, sorting)
    found = _sorted(company_id, wanted, sorting, mark=mark, most=rows + 1)
    shown = [_row(values[len(sorting.columns) :]) for values in found[:rows]]
    if len(found) <= rows:
        return Page(shown, "")
    return Page(shown, _BETWEEN.join(str(part) for part in reversed(found[rows - 1][: len(sorting.columns)])))


def keys(company_id: UUID, wanted: Wanted, *, most: int) -> list[UUID]:
    """Return the keys of all open invoices that fit, the earliest due first, but at most so many."""
    sorting = _BY[Order.DUE]
    found = _sorted(company_id, wanted, sorting, mark=None, most=most, shown=("pk",))
    return [values[-1] for values in found]


def among(company_id: UUID, wanted: Wanted, invoices: Collection[UUID]) -> set[UUID]:
    """Return which of some invoices fit."""
    some = replace(
        wanted, only=Q(pk__in=invoices) if wanted.only is None else Q(wanted.only, pk__in=invoices)
    )
    return set(keys(company_id, some, most=len(invoices)))


def sums(company_id: UUID, invoices: Collection[UUID]) -> tuple[int, int, list[Money]]:
    """Return how many of some invoices are open, of how many customers, and what they come to (one query)."""
    rows = Invoice.objects.filter(company_id=company_id, pk__in=invoices, item__balance__gt=0).values_list(
        "customer_id", "currency", "item__balance"
    )
    whose, totals, count = set(), dict[str, int](), 0
    for customer, currency, balance in rows:
        whose.add(customer)
        totals[currency] = totals.get(currency, 0) + balance
        count += 1
    return count, len(whose), [Money(minor, currency) for currency, minor in sorted(totals.items())]


def currencies(company_id: UUID, most: int = 20) -> list[str]:
    """Return the currencies in which something is open, hopping along the index from one to the next."""
    found: list[str] = []
    owed = Item.objects.filter(company_id=company_id, kind=Item.Kind.INVOICE).exclude(balance=0)
    while len(found) < most:
        later = owed.filter(currency__gt=found[-1]) if found else owed
        following = later.order_by("currency").values_list("currency", flat=True).first()
        if following is None:
            break
        found.append(following)
    return found


def _sorted(
    company_id: UUID,
    wanted: Wanted,
    sorting: _Sorting,
    *,
    mark: Sequence[Any] | None,
    most: int,
    shown: Sequence[str] = _SHOWN,
) -> list[tuple[Any, ...]]:
    """Return rows: the columns they are sorted by, then ``shown``.

    Words may fit by number, PO number or customer, which are in three tables: each way is sought by itself
    on its own index, and what is found is merged. One condition with OR would keep every index out.
    """
    named = {f"sort_{place}": F(column) for place, column in enumerate(sorting.columns)}
    order = [f"-{name}" if sorting.falling else name for name in named]
    base = _beyond(_open(company_id, wanted), sorting, mark).annotate(**named)
    ways = _ways(company_id, wanted.words)
    if not ways:
        return list(base.order_by(*order).values_list(*named, *shown)[:most])
    first, *others = (base.filter(way).order_by(*order).values_list(*named, *shown)[:most] for way in ways)
    return list(first.union(*others).order_by(*order)[:most])


def _open(company_id: UUID, wanted: Wanted) -> QuerySet[Invoice]:
    found = Invoice.objects.filter(item__company_id=company_id, item__kind=Item.Kind.INVOICE)
    found = found.exclude(item__balance=0)
    if wanted.customer:
        found = found.filter(item__customer_id=wanted.customer)
    if wanted.due_from:
        found = found.filter(item__due_on__gte=wanted.due_from)
    if wanted.due_to:
        found = found.filter(item__due_on__lte=wanted.due_to)
    if wanted.currency:
        found = found.filter(item__currency=wanted.currency)
    if wanted.upto:
        found = found.filter(item__lte=wanted.upto)
    return found if wanted.only is None else found.filter(wanted.only)


def _ways(company_id: UUID, words: str) -> list[Q]:
    words = words.replace("\x00", "").strip()
    if not words:
        return []
    ways = [Q(item__number__istartswith=words), Q(order__po_number__istartswith=words)]
    ways[1] &= Q(order__company_id=company_id)
    if words[0].isdigit():
        ways.append(Q(item__number__istartswith=f"{Series.INVOICE}-{words}"))
    found = customers.search(company_id, words).order_by().values_list("pk", flat=True)
    named = list(found[: _MOST_NAMED + 1])
    if len(named) > _MOST_NAMED:
        ways.append(Q(item__customer__in=Customer.objects.filter(pk__in=found).values("pk")))
    elif named:
        ways.append(Q(item__customer__in=named))
    return ways


def _beyond(found: QuerySet[Invoice], sorting: _Sorting, mark: Sequence[Any] | None) -> QuerySet[Invoice]:
    """Leave out what was on earlier pages: PostgreSQL seeks the mark in the index."""
    if mark is None:
        return found
    first = f"{sorting.columns[0]}__{'lte' if sorting.falling else 'gte'}"
    columns = Tuple(*(F(column) for column in sorting.columns))
    beyond = TupleLessThan if sorting.falling else TupleGreaterThan
    return found.filter(beyond(columns, tuple(Value(part) for part in mark)), **{first: mark[0]})


def _read(after: str, sorting: _Sorting) -> list[Any] | None:
    # Written backwards, so that a name comes last and may hold what stands between.
    parts = after[:_LONGEST_MARK].replace("\x00", "").split(_BETWEEN, len(sorting.columns) - 1)
    try:
        return [read(part) for read, part in zip(sorting.read, reversed(parts), strict=True)]
    except ValueError:
        return None


def _row(values: Sequence[Any]) -> OpenRow:
    invoice, order, customer, name, number, po_number, issued_on, due_on, total, currency, balance = values
    return OpenRow(
        invoice_id=invoice,
        order_id=order,
        customer_id=customer,
        customer=name,
        number=number,
        po_number=po_number,
        issued_on=issued_on,
        due_on=due_on,
        total=Money(total, currency),
        balance=Money(balance, currency),
    )
