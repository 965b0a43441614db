"""Order Entry > Order Summary: every order, found, sorted and paged without ever counting them."""

from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Length
from django.http import HttpResponse
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
from florin.screens.office.shared.listing import Filters, Listing, choice
from florin.screens.office.shared.paging import Column

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
_LISTING = Listing(
    {
        "q": str,
        "state": choice(*OrderState),
        "paid": choice("open", "overdue", "paid"),
        "customer": str,
        "number": str,
        "po": str,
        "since": parsing.day,
        "until": parsing.day,
    },
    _SORTS,
    usual="-ordered",
    folded=("customer", "number", "po", "since", "until"),
    days=("since", "until"),
)


@require_safe
@requires(Right.SEND_INVOICE)
def orders(request: StaffRequest) -> HttpResponse:
    """Show orders, each with what is still owed on it and what can be done with it (R4)."""
    asked = _LISTING.read(request.GET)
    found = queries.search(request.user.company_id, _wanted(asked))
    narrowed = _narrow(found.orders, request.user.company, asked.text("paid")).annotate(**_KEYS)
    # Few orders are sorted by a key that no index knows, so that none is walked.
    shown = paging.slice_of(narrowed, asked.columns(_APART if found.few else None), asked.after)
    context = {
        "rows": order_status.with_invoices(request.user.company, shown.rows),
        "after": shown.after,
        "first": not asked.after,
        "asked": asked,
    }
    part = request.htmx and not request.htmx.history_restore_request
    return page(request, "orders/rows.html" if part else "orders/summary.html", context)


def _wanted(asked: Filters) -> Wanted:
    return Wanted(
        words=asked.text("q"),
        number=asked.text("number"),
        po_number=asked.text("po"),
        customer=asked.text("customer"),
        state=asked.text("state"),
        since=asked.day("since"),
        until=asked.day("until"),
    )


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
