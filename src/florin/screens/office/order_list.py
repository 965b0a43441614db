"""Order Entry > Order Summary: every order, the latest first."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from florin.domain.orders import queries
from florin.domain.orders.lifecycle import OrderState
from florin.domain.staff.rights import Right
from florin.screens.office import paging, reading
from florin.screens.office.doors import StaffRequest, needs, page

_LONGEST_SEARCH = 120


@require_safe
@needs(Right.SEND_INVOICE)
def orders(request: StaffRequest) -> HttpResponse:
    """Show orders by number, PO number or customer, each with what is still owed on it (R4)."""
    words = request.GET.get("q", "")[:_LONGEST_SEARCH]
    state = request.GET.get("state", "")
    found = queries.search(request.user.company_id, words)
    if state in set(OrderState):
        found = found.filter(state=state)
    shown = paging.slice_of(found, request.GET.get("after", ""))
    context = {
        "rows": reading.with_invoices(request.user.company, shown.rows),
        "after": shown.after,
        "first": not request.GET.get("after"),
        "words": words,
        "state": state,
    }
    return page(
        request,
        "order_rows.html" if request.htmx and not request.htmx.history_restore_request else "orders.html",
        context,
    )
