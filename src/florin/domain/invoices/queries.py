"""Finding open invoices among a million: each page is sought by where the last one ended, on an index.

First the keys of a page are sought among the ledger's items alone, for they know the balance and indexes
hold the open ones; only then is what a row shows fetched, for those few.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.expressions import BaseExpression

from florin.domain.companies import numbers
from florin.domain.companies.numbers import Series
from florin.domain.customers import queries as customers
from florin.domain.customers.models import Customer
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Item
from florin.domain.orders.models import Order
from florin.kernel import paging
from florin.kernel.money import Money
from florin.kernel.paging import Column, Slice, by_day

# As many customers are named one by one, so that PostgreSQL knows how many invoices to expect of them.
_MOST_NAMED = 200

# Of the numbers that begin as typed, so many are looked at: who wants more types more.
MOST_BEGUN = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenInvoiceFilter:
    """Which open invoices; what is empty or None asks for nothing.

    ``words`` are the beginning of a number or PO number, or words of the customer. ``upto`` freezes a list:
    what was issued after that key was made is not in it. ``only`` is a condition on items of the caller's.
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
class Page(Slice[OpenRow]):
    """One page; ``cut`` if more numbers begin as entered than were looked at."""

    cut: bool = False


@dataclass(frozen=True, slots=True)
class Sums:
    """How many invoices are open, of how many customers, and what they come to in each currency."""

    count: int = 0
    customers: int = 0
    totals: Sequence[Money] = ()


@dataclass(frozen=True, slots=True)
class _Conditions:
    """Conditions of which one must hold, and whether more numbers begin as typed than were looked at."""

    conditions: Sequence[Q]
    cut: bool


# What the list can be sorted by, rising; each has an index.
SORTS: Mapping[str, Sequence[Column]] = {
    "due": by_day("due_on"),
    "issued": by_day("opened_on"),
    "balance": (Column("currency", str), Column("balance", int), Column("pk", UUID)),
    "customer": (Column("customer__name", str), Column("customer_id", UUID), *by_day("due_on")),
}
_SHOWN = (
    *("item_id", "pk", "order_id", "customer_id", "customer__name", "number", "order__po_number"),
    *("issued_on", "due_on", "total", "currency", "item__balance"),
)


# How far an order's invoice can be paid, as a list of orders is narrowed to it.
PAID = ("open", "overdue", "paid")


def narrow_orders(orders: QuerySet[Order], paid: str, *, today: date) -> QuerySet[Order]:
    """Keep the orders whose invoice is one of ``PAID`` on a day; a void one is none of them."""
    conditions = {
        "open": Q(item__balance__gt=0),
        "overdue": Q(item__balance__gt=0, item__due_on__lt=today),
        "paid": Q(item__balance=0),
    }
    found = Invoice.objects.filter(conditions[paid], void=False, order=OuterRef("pk"))
    return orders.filter(Exists(found))


def page(company_id: UUID, filters: OpenInvoiceFilter, *, sort: str, after: str = "") -> Page:
    """Return the page that follows ``after``, in two queries (four when words are given).

    ``sort`` is one of ``SORTS``, with a minus if it falls. What cannot be a mark means the first page. Of the
    invoice and PO numbers that begin with the words, only the first ``MOST_BEGUN`` are looked at.
    """
    ways = _conditions(company_id, filters)
    found = _sought(company_id, filters, ways, sort=sort, after=after, most=paging.ROWS + 1)
    shown = _rows([values[-1] for values in found[: paging.ROWS]])
    last = "" if len(found) <= paging.ROWS else paging.mark(found[paging.ROWS - 1])
    return Page(shown, last, ways is not None and ways.cut)


def keys(company_id: UUID, filters: OpenInvoiceFilter, *, most: int) -> list[UUID]:
    """Return the keys of all open invoices that fit, but at most so many, the earliest due."""
    items = _items(company_id, filters, most)
    return list(Invoice.objects.filter(item__in=items).values_list("pk", flat=True))


def among(company_id: UUID, filters: OpenInvoiceFilter, invoices: Collection[UUID]) -> set[UUID]:
    """Return which of some invoices fit."""
    these = Q(pk__in=Invoice.objects.filter(pk__in=invoices).values("item"))
    some = replace(filters, only=these if filters.only is None else Q(filters.only) & these)
    return set(keys(company_id, some, most=len(invoices)))


def sums(company_id: UUID, invoices: Collection[UUID]) -> Sums:
    """Say what some invoices come to, in one query."""
    items = Invoice.objects.filter(company_id=company_id, pk__in=invoices).values("item")
    return _sums(Item.objects.filter(pk__in=items))


def sums_of(company_id: UUID, filters: OpenInvoiceFilter, *, most: int) -> Sums:
    """Say what all open invoices that fit come to, but at most so many, the earliest due."""
    return _sums(Item.objects.filter(pk__in=_items(company_id, filters, most)))


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


def _sought(
    company_id: UUID,
    filters: OpenInvoiceFilter,
    ways: _Conditions | None,
    *,
    sort: str = "due",
    after: str = "",
    most: int,
) -> list[tuple[Any, ...]]:
    """Return of the items that follow ``after`` the columns they are sorted by, the key the last.

    Words may fit by number, PO number or customer, which are in three tables: each way is sought by itself
    on its own index, and what is found is merged. One condition with OR would keep every index out.
    """
    columns, falling = SORTS[sort.removeprefix("-")], sort.startswith("-")
    named = {f"sort_{place}": F(column.name) for place, column in enumerate(columns)}
    order = [f"-{name}" if falling else name for name in named]
    base = paging.following(_open(company_id, filters), columns, after, falling=falling).annotate(**named)
    if sort.removeprefix("-") == "customer":
        base = base.filter(customer__company_id=company_id)  # the index of names begins with it
    if ways is None:
        return list(base.order_by(*order).values_list(*named)[:most])
    if not ways.conditions:
        return []
    first, *others = (
        base.filter(condition).order_by(*order).values_list(*named)[:most] for condition in ways.conditions
    )
    return list(first.union(*others).order_by(*order)[:most]) if others else list(first)


def _items(company_id: UUID, filters: OpenInvoiceFilter, most: int) -> list[UUID]:
    ways = _conditions(company_id, filters)
    return [values[-1] for values in _sought(company_id, filters, ways, most=most)]


def _sums(items: QuerySet[Item]) -> Sums:
    whose, totals, count = set(), dict[str, int](), 0
    for customer, currency, balance in items.filter(balance__gt=0).values_list(
        "customer_id", "currency", "balance"
    ):
        whose.add(customer)
        totals[currency] = totals.get(currency, 0) + balance
        count += 1
    return Sums(count, len(whose), [Money(minor, currency) for currency, minor in sorted(totals.items())])


def _open(company_id: UUID, filters: OpenInvoiceFilter) -> QuerySet[Item]:
    found = Item.objects.filter(company_id=company_id, kind=Item.Kind.INVOICE).exclude(balance=0)
    if filters.customer:
        found = found.filter(customer_id=filters.customer)
    if filters.due_from:
        found = found.filter(due_on__gte=filters.due_from)
    if filters.due_to:
        found = found.filter(due_on__lte=filters.due_to)
    if filters.currency:
        found = found.filter(currency=filters.currency)
    if filters.upto:
        found = found.filter(pk__lte=filters.upto)
    return found if filters.only is None else found.filter(filters.only)


def _conditions(company_id: UUID, filters: OpenInvoiceFilter) -> _Conditions | None:
    """Return the ways in which words may fit, those that nothing fulfils left out; None without words."""
    words = _plain(filters.words)
    if not words:
        return None
    begun = _begun(company_id, words)
    found = customers.search(company_id, words).order_by().values_list("pk", flat=True)
    named = list(found[: _MOST_NAMED + 1])
    ways = [Q(pk__in=begun)] if begun else []
    if len(named) > _MOST_NAMED:
        ways.append(Q(customer__in=Customer.objects.filter(pk__in=found).values("pk")))
    elif named:
        ways.append(Q(customer__in=named))
    return _Conditions(ways, len(begun) >= MOST_BEGUN)


def _begun(company_id: UUID, words: str) -> list[UUID]:
    """Return the first items whose number or PO number begins as typed; "10023" means "INV-10023" too."""
    numbered = Item.objects.filter(company_id=company_id, kind=Item.Kind.INVOICE).exclude(balance=0)
    beginnings = [words]
    if words[0].isdigit():
        usual = numbers.begin(Series.INVOICE)
        beginnings += [
            f"{begin}{words}" for begin in {usual, numbers.beginning_of(company_id, Series.INVOICE)}
        ]
    some = [
        *(numbered.filter(number__istartswith=words).values_list("pk") for words in beginnings),
        Invoice.objects.filter(
            item__in=numbered, order__company_id=company_id, order__po_number__istartswith=words
        ).values_list("item"),
    ]
    first, *others = (one.order_by()[:MOST_BEGUN] for one in some)
    return [key for (key,) in first.union(*others)]


def _plain(words: str) -> str:
    return words.replace("\x00", "").strip()


def _rows(items: Sequence[UUID]) -> list[OpenRow]:
    """Return what a list shows of these items' invoices, in the same order."""
    found = {
        values[0]: _open_row(values) for values in Invoice.objects.filter(item__in=items).values_list(*_SHOWN)
    }
    return [found[item] for item in items]


def _open_row(values: Sequence[Any]) -> OpenRow:
    _item, invoice, order, customer, name, number, po_number, issued, due, total, currency, balance = values
    return OpenRow(
        invoice_id=invoice,
        order_id=order,
        customer_id=customer,
        customer=name,
        number=number,
        po_number=po_number,
        issued_on=issued,
        due_on=due,
        total=Money(total, currency),
        balance=Money(balance, currency),
    )


def order_status(order: Order, invoice: Invoice | None, *, today: date) -> str:
    """Return how an order stands: its state, or once it is invoiced: paid, overdue, partly or open.

    ``today`` is the company's. One that is overdue is so even if it is paid in part.
    """
    if invoice is None or invoice.void:
        return order.state
    if not invoice.item.balance:
        return "paid"
    if invoice.due_on < today:
        return "overdue"
    return "partly" if invoice.item.balance < invoice.total else "open"
