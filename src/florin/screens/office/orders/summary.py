"""Order Entry > Order Summary: every order, found, sorted and paged without ever counting them."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Length
from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from florin.domain.companies.models import Company
from florin.domain.invoices.models import Invoice
from florin.domain.orders import queries
from florin.domain.orders.lifecycle import OrderState
from florin.domain.orders.models import Order
from florin.domain.orders.queries import Wanted
from florin.domain.staff.rights import Right
from florin.kernel import clock
from florin.screens.office.shared import order_status, paging, parsing
from florin.screens.office.shared.access import StaffRequest, page, requires
from florin.screens.office.shared.paging import Column
from florin.screens.office.shared.parsing import InvalidInput

_PAID = {"open", "overdue", "paid"}

# What a list can be sorted by, rising; each has an index that yields it without sorting everything.
_SORTS = {
    "number": (Column("length", int), Column("number", str)),
    "customer": (Column("customer__name", str), Column("pk", UUID)),
    "ordered": (Column("ordered_on", date.fromisoformat), Column("pk", UUID)),
    "total": (Column("total", int), Column("pk", UUID)),
}
_KEYS = {
    "length": Length("number"),
    "day_apart": Coalesce("ordered_on", "ordered_on"),
    "total_apart": Coalesce("total", "total"),
}
_APART = {"ordered": "day_apart", "total": "total_apart"}
_LATEST = "-ordered"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the filters say: as typed, and what is wrong with it, field by field."""

    wanted: Wanted
    paid: str
    sort: str
    typed: dict[str, str]
    errors: dict[str, str]

    @property
    def more(self) -> bool:
        """Whether one of the filters behind "More filters" is in use."""
        return any(self.typed[name] for name in ("customer", "number", "po", "since", "until"))

    @property
    def anything(self) -> bool:
        """Whether the list is narrowed at all."""
        return self.more or any(self.typed[name] for name in ("q", "state", "paid"))

    @property
    def sorts(self) -> dict[str, str]:
        """What pressing each column's heading sorts by: the other way round the second time."""
        return {name: f"-{name}" if self.sort == name else name for name in _SORTS}

    @property
    def ways(self) -> dict[str, str]:
        """How a column is sorted now, in the words of ``aria-sort``."""
        return {self.sort.removeprefix("-"): "descending" if self.sort.startswith("-") else "ascending"}


@require_safe
@requires(Right.SEND_INVOICE)
def orders(request: StaffRequest) -> HttpResponse:
    """Show orders, each with what is still owed on it and what can be done with it (R4)."""
    asked = _read(request.GET)
    after = request.GET.get("after", "")
    found = queries.search(request.user.company_id, asked.wanted)
    narrowed = _narrow(found.orders, request.user.company, asked.paid).annotate(**_KEYS)
    shown = paging.slice_of(narrowed, _columns(asked.sort, few=found.few), after)
    context = {
        "rows": order_status.with_invoices(request.user.company, shown.rows),
        "after": shown.after,
        "first": not after,
        "asked": asked,
    }
    part = request.htmx and not request.htmx.history_restore_request
    return page(request, "orders/rows.html" if part else "orders/summary.html", context)


def _read(query: QueryDict) -> Asked:
    """Read the filters; a date that is none narrows nothing, and says so beside its field."""
    names = ("q", "state", "paid", "customer", "number", "po", "since", "until", "sort")
    values = {name: parsing.search(query.get(name, "")) for name in names}
    errors: dict[str, str] = {}
    days: dict[str, date | None] = {"since": None, "until": None}
    for name in days:
        try:
            days[name] = parsing.day(values[name])
        except InvalidInput as problem:
            errors[name] = str(problem)
    if days["since"] and days["until"] and days["since"] > days["until"]:
        errors["until"] = _("This day is before the first one.")
    wanted = Wanted(
        words=values["q"],
        number=values["number"],
        po_number=values["po"],
        customer=values["customer"],
        state=values["state"] if values["state"] in set(OrderState) else "",
        since=days["since"],
        until=days["until"],
    )
    sort = values["sort"] if values["sort"].removeprefix("-") in _SORTS else _LATEST
    paid = values["paid"] if values["paid"] in _PAID else ""
    return Asked(wanted, paid, sort, values, errors)


def _columns(sort: str, *, few: bool) -> list[Column]:
    """Return what to sort by; few orders are sorted by a key that no index knows, so that none is walked."""
    name, falling = sort.removeprefix("-"), sort.startswith("-")
    columns = [Column(column.name, column.read, falling) for column in _SORTS[name]]
    if few and name in _APART:
        columns[0] = Column(_APART[name], columns[0].read, falling)
    return columns


def _narrow(orders: QuerySet[Order], company: Company, paid: str) -> QuerySet[Order]:
    """Keep the orders whose invoice is open, overdue or paid."""
    if not paid:
        return orders
    today = clock.today(company.time_zone)
    conditions = {
        "open": Q(item__balance__gt=0),
        "overdue": Q(item__balance__gt=0, item__due_on__lt=today),
        "paid": Q(item__balance=0),
    }
    invoices = Invoice.objects.filter(conditions[paid], void=False, order=OuterRef("pk"))
    return orders.filter(Exists(invoices))
