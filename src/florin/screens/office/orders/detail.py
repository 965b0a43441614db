"""An order's page: what it says, what is owed on it, and its timeline, which keeps itself up to date."""

from collections.abc import Sequence
from uuid import UUID

from django.http import HttpResponse

from florin.contracts import line_kinds
from florin.domain.staff.rights import Right
from florin.screens.office.shared import order_status, payment_links, timeline
from florin.screens.office.shared.access import StaffRequest, page, shows
from florin.screens.office.shared.order_status import ShownOrder
from florin.screens.office.shared.timeline import TimelineEntry


@shows(Right.SEND_INVOICE)
def order(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Show an order with its invoice, links and timeline."""
    shown = order_status.read_order(request.user.company, pk)
    entries = timeline.timeline(request.user.company_id, pk)
    lines = shown.order.lines.all()
    context = {
        "shown": shown,
        "lines": lines,
        "subtotals": line_kinds.subtotals((line.kind, line.total) for line in lines),
        "links": payment_links.describe_links(order_status.links_of(shown.invoice)),
        "entries": entries,
        "mark": _mark(shown, entries),
    }
    return page(request, "orders/detail.html", context)


@shows(Right.SEND_INVOICE)
def show_timeline(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Show the timeline and the balance as they are now; 204 if they are as the page has them."""
    shown = order_status.read_order(request.user.company, pk)
    entries = timeline.timeline(request.user.company_id, pk)
    mark = _mark(shown, entries)
    if request.GET.get("seen") == mark:
        return HttpResponse(status=204)
    context = {
        "shown": shown,
        "links": payment_links.describe_links(order_status.links_of(shown.invoice)),
        "entries": entries,
        "mark": mark,
    }
    return page(request, "orders/updates.html", context)


def _mark(shown: ShownOrder, entries: Sequence[TimelineEntry]) -> str:
    return timeline.mark(entries, shown.order.state, shown.balance, shown.held, shown.badge)
