"""A product's page: what it is, what it costs, and what was changed of it."""

from uuid import UUID

from django.http import HttpResponse

from florin.contracts import line_kinds
from florin.contracts.line_kinds import LineKind
from florin.domain.catalogue.models import Product
from florin.domain.staff.rights import Right
from florin.kernel.database import find
from florin.screens.office.shared import timeline
from florin.screens.office.shared.access import StaffRequest, page, shows


@shows(Right.SEE_PRODUCTS)
def product(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Show a product."""
    return page(request, "products/detail.html", _context(request, pk))


@shows(Right.SEE_PRODUCTS)
def show_timeline(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Show the timeline as it is now; 204 if it is as the page has it."""
    context = _context(request, pk)
    if request.GET.get("seen") == context["mark"]:
        return HttpResponse(status=204)
    return page(request, "products/timeline.html", context)


def _context(request: StaffRequest, pk: UUID) -> dict[str, object]:
    shown = find(Product.objects.filter(company=request.user.company), pk=pk)
    entries = timeline.timeline(request.user.company_id, pk)
    kind = line_kinds.words(LineKind(shown.kind))
    return {"product": shown, "kind": kind, "entries": entries, "mark": timeline.mark(entries)}
