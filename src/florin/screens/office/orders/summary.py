"""Order Entry > Order Summary: every order, found, sorted and paged without ever counting them."""

from uuid import UUID

from django.db.models.functions import Coalesce, Length
from django.http import HttpResponse

from florin.domain.invoices import queries as invoices
from florin.domain.orders import queries
from florin.domain.orders.lifecycle import OrderState
from florin.domain.orders.queries import OrderFilter
from florin.domain.staff.rights import Right
from florin.kernel import clock
from florin.kernel.paging import Column, by_day
from florin.screens.office.shared import order_status, parsing
from florin.screens.office.shared.access import StaffRequest, shows
from florin.screens.office.shared.listing import Filters, Listing, choice, show

# What a list can be sorted by, rising; each has an index that yields it without sorting everything.
_SORTS = {
    "number": (Column("length", int), Column("number", str)),
    "customer": (Column("customer__name", str), Column("pk", UUID)),
    "ordered": by_day("ordered_on"),
    "total": (Column("total", int), Column("pk", UUID)),
}
_KEYS = {
    "length": Length("number"),
    "day_apart": Coalesce("ordered_on", "ordered_on"),
    "total_apart": Coalesce("total", "total"),
}
_APART = {"ordered": "day_apart", "total": "total_apart"}
_ORDERS = Listing(
    _SORTS,
    usual="-ordered",
    filters={
        "q": str,
        "state": choice(*OrderState),
        "paid": choice(*invoices.PAID),
        "customer": str,
        "number": str,
        "po": str,
        "since": parsing.day,
        "until": parsing.day,
    },
    folded=("customer", "number", "po", "since", "until"),
    span=("since", "until"),
)


@shows(Right.SEND_INVOICE)
def orders(request: StaffRequest) -> HttpResponse:
    """Show orders, each with what is still owed on it and what can be done with it (R4)."""
    company, filters = request.user.company, _ORDERS.read(request.GET)
    found = queries.search(company.pk, _matching(filters))
    orders, paid = found.orders.annotate(**_KEYS), filters.text("paid")
    if paid:
        orders = invoices.narrow_orders(orders, paid, today=clock.today(company.time_zone))
    # Few orders are sorted by a key that no index knows, so that none is walked.
    shown = filters.slice(orders, _APART if found.few else None)
    context = {"rows": order_status.with_invoices(company, shown.rows)}
    return show(request, filters, shown, context, whole="orders/summary.html", rows="orders/rows.html")


def _matching(filters: Filters) -> OrderFilter:
    return OrderFilter(
        words=filters.text("q"),
        number=filters.text("number"),
        po_number=filters.text("po"),
        customer=filters.text("customer"),
        state=filters.text("state"),
        since=filters.day("since"),
        until=filters.day("until"),
    )
