"""Setup > Customers: the list, found by number, name or address."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from florin.domain.customers import queries
from florin.domain.staff.rights import Right
from florin.screens.office.shared import paging
from florin.screens.office.shared.access import StaffRequest, page, requires
from florin.screens.office.shared.paging import Column
from florin.screens.office.shared.parsing import search

_BY_NAME = (Column("name", str), Column("number", str))


@require_safe
@requires(Right.SEE_CUSTOMERS)
def customers(request: StaffRequest) -> HttpResponse:
    """Show customers by name."""
    words = search(request.GET.get("q", ""))
    after = request.GET.get("after", "")
    shown = paging.slice_of(queries.search(request.user.company_id, words), _BY_NAME, after)
    context = {"customers": shown.rows, "after": shown.after, "first": not after, "words": words}
    part = request.htmx and not request.htmx.history_restore_request
    return page(request, "customers/rows.html" if part else "customers/summary.html", context)
