"""Setup > Products: the list, found by code or description."""

from decimal import Decimal

from django.http import HttpResponse

from florin.domain.catalogue import queries
from florin.domain.staff.rights import Right
from florin.kernel.paging import Column
from florin.screens.office.shared.access import StaffRequest, shows
from florin.screens.office.shared.listing import Listing, choice, show

_CODE = Column("folded", str)
_PRODUCTS = Listing(
    {
        "code": [_CODE],
        "description": [Column("description", str), _CODE],
        "price": [Column("unit_price", Decimal), _CODE],
    },
    usual="code",
    filters={"q": str, "state": choice("active", "inactive")},
)


@shows(Right.SEE_PRODUCTS)
def products(request: StaffRequest) -> HttpResponse:
    """Show products by code."""
    filters = _PRODUCTS.read(request.GET)
    found = queries.search(request.user.company_id, filters.text("q"))
    if state := filters.text("state"):
        found = found.filter(active=state == "active")
    shown = filters.slice(found)
    context = {"products": shown.rows}
    return show(request, filters, shown, context, whole="products/summary.html", rows="products/rows.html")
