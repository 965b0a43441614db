"""Setup > Customers: the list, found by number, name or address."""

from django.http import HttpResponse

from florin.domain.customers import queries
from florin.domain.staff.rights import Right
from florin.kernel.paging import Column
from florin.screens.office.shared.access import StaffRequest, shows
from florin.screens.office.shared.listing import Listing, show

_CUSTOMERS = Listing({"name": (Column("name", str), Column("number", str))}, usual="name", filters={"q": str})


@shows(Right.SEE_CUSTOMERS)
def customers(request: StaffRequest) -> HttpResponse:
    """Show customers by name."""
    filters = _CUSTOMERS.read(request.GET)
    shown = filters.slice(queries.search(request.user.company_id, filters.text("q")))
    context = {"customers": shown.rows}
    return show(request, filters, shown, context, whole="customers/summary.html", rows="customers/rows.html")
