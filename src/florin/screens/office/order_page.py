"""An order's page: what it says, what is owed on it, and its timeline, which keeps itself up to date."""

import hashlib
from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from florin.domain.staff.rights import Right
from florin.screens.office import links_sent, reading, stories
from florin.screens.office.doors import StaffRequest, needs, page
from florin.screens.office.reading import Standing
from florin.screens.office.stories import Story


@require_safe
@needs(Right.SEND_INVOICE)
def order(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Show an order with its invoice, links and timeline."""
    shown = reading.standing(request.user.company, pk)
    told = stories.timeline(request.user.company_id, pk)
    context = {
        "shown": shown,
        "lines": shown.order.lines.all(),
        "links": links_sent.told(reading.links_of(shown.invoice)),
        "stories": told,
        "mark": _mark(shown, told),
    }
    return page(request, "order.html", context)


@require_safe
@needs(Right.SEND_INVOICE)
def timeline(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Show the timeline and the balance as they are now; 204 if they are as the page has them."""
    shown = reading.standing(request.user.company, pk)
    told = stories.timeline(request.user.company_id, pk)
    mark = _mark(shown, told)
    if request.GET.get("seen") == mark:
        return HttpResponse(status=204)
    context = {
        "shown": shown,
        "links": links_sent.told(reading.links_of(shown.invoice)),
        "stories": told,
        "mark": mark,
    }
    return page(request, "order_news.html", context)


def _mark(shown: Standing, told: list[Story]) -> str:
    """Return a short text that changes whenever something on the page would."""
    latest = told[0].key if told else ""
    text = f"{latest} {shown.order.state} {shown.balance} {shown.held} {shown.badge}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]
