"""Order Entry > Orders on Hold: what waits for room under a customer's credit limit, and taking it off."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from florin.domain.orders import credit_limit, holds
from florin.domain.orders.credit_limit import Room
from florin.domain.orders.models import Hold
from florin.domain.staff.rights import Right
from florin.flows import hold_order
from florin.kernel.money import Money
from florin.kernel.paging import by_moment
from florin.screens.office.shared.access import StaffRequest, does, done, shows
from florin.screens.office.shared.listing import Listing, show

_HOLDS = Listing({"asked": by_moment("asked_at")}, usual="asked")


@dataclass(frozen=True, slots=True)
class Held:
    """An order on hold, and how its customer stands to the credit limit now."""

    hold: Hold
    room: Room

    @property
    def over(self) -> Money | None:
        """By how much it passes the limit now."""
        return self.room.over(self.hold.order.money)


@shows(Right.SEND_INVOICE)
def held(request: StaffRequest) -> HttpResponse:
    """Show the orders on hold, whoever was asked for first before the others."""
    filters = _HOLDS.read(request.GET)
    shown = filters.slice(holds.of_company(request.user.company_id))
    return show(request, filters, shown, {"rows": _rows(shown.rows)}, whole="orders/held.html")


@does(Right.ORDERS)
def withdraw(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Take an order off hold; it is a draft like any other again."""
    order = hold_order.withdraw(request.user.company, pk, by=request.user)
    messages.success(request, _("Order %(number)s is no longer on hold.") % {"number": order.number})
    return done(request, "office:order", pk)


def _rows(found: Sequence[Hold]) -> list[Held]:
    rooms = credit_limit.rooms([hold.order.customer for hold in found])
    return [Held(hold, rooms[hold.order.customer_id]) for hold in found]
