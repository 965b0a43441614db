"""Reading orders: found by the beginnings of numbers and by customers, which indexes know, however many."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from florin.domain.customers import queries as customers
from florin.domain.orders.models import Order

# As many customers are named one by one, so that PostgreSQL knows how many orders to expect of them.
_MOST_NAMED = 200
# As many orders are sorted in a blink; more of them are better met while walking along the sort's index.
_FEW = 10_000
_NOBODY = Q(pk__in=[])


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFilter:
    """Which orders: ``words`` fit a number, a PO number or a customer; every other field narrows further."""

    words: str = ""
    number: str = ""
    po_number: str = ""
    customer: str = ""
    state: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The orders that fit, in no order yet; ``few`` of them are to be sorted rather than walked to.

    Numbers grow with time: whoever looks for old ones along the latest orders passes all others first, and
    PostgreSQL, which takes the two for unrelated, would do so.
    """

    orders: QuerySet[Order]
    few: bool


def search(company_id: UUID, filters: OrderFilter) -> Found:
    """Return the company's orders that fit; customers come along.

    Numbers and PO numbers are found by how they begin, customers as ``customers.queries.search`` does.
    """
    found = Found(Order.objects.filter(company_id=company_id), few=False)
    if number := _plain(filters.number):
        found = _beginning(found, Q(number__istartswith=number))
    if po_number := _plain(filters.po_number):
        found = _beginning(found, Q(po_number__istartswith=po_number))
    if customer := _plain(filters.customer):
        found = Found(found.orders.filter(_fitting(company_id, customer) or _NOBODY), found.few)
    if words := _plain(filters.words):
        found = _by_words(company_id, found, words)
    orders = found.orders.select_related("customer").filter(customer__company_id=company_id)
    if filters.state:
        orders = orders.filter(state=filters.state)
    if filters.since:
        orders = orders.filter(ordered_on__gte=filters.since)
    if filters.until:
        orders = orders.filter(ordered_on__lte=filters.until)
    return Found(orders, found.few)


def _by_words(company_id: UUID, found: Found, words: str) -> Found:
    """Keep what fits as a number or as a customer, and ask only for what there is of the two."""
    beginning = _beginning(found, Q(number__istartswith=words) | Q(po_number__istartswith=words))
    of_customers = _fitting(company_id, words)
    if not of_customers:
        return beginning
    orders = found.orders.filter(of_customers)
    if beginning.few and not beginning.orders.exists():
        return Found(orders, found.few)
    return Found(beginning.orders | orders, found.few)


def _beginning(found: Found, begins: Q) -> Found:
    orders = found.orders.filter(begins)
    return Found(orders, found.few or orders[: _FEW + 1].count() <= _FEW)


def _fitting(company_id: UUID, words: str) -> Q:
    """Ask for the customers first: a condition on the joined table would keep every index out.

    Empty if there are none.
    """
    found = customers.search(company_id, words).order_by().values_list("pk", flat=True)
    keys = list(found[: _MOST_NAMED + 1])
    if len(keys) <= _MOST_NAMED:
        return Q(customer__in=keys) if keys else Q()
    return Q(customer__in=found)


def _plain(words: str) -> str:
    return words.replace("\x00", "").strip()
