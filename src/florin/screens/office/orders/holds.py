"""Order Entry > Orders on Hold: what waits for room under a customer's credit limit, and taking it off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from florin.domain.orders import credit_limit, holds
from florin.domain.orders.credit_limit import Room
from florin.domain.orders.models import Hold
from florin.domain.staff.rights import Right
from florin.flows import hold_order
from florin.kernel.money import Money
from florin.screens.office.shared import paging
from florin.screens.office.shared.access import StaffRequest, done, page, requires
from florin.screens.office.shared.paging import Column

_BY_TIME = (Column("asked_at", datetime.fromisoformat), Column("pk", UUID))


@dataclass(frozen=True, slots=True)
class Held:
    """An order on hold, and how its customer stands to the credit limit now."""

    hold: Hold
    room: Room

    @property
    def over(self) -> Money | None:
        """By how much it passes the limit now."""
        return self.room.over(self.hold.order.money)


@require_safe
@requires(Right.SEND_INVOICE)
def held(request: StaffRequest) -> HttpResponse:
    """Show the orders on hold, whoever was asked for first before the others."""
    after = request.GET.get("after", "")
    shown = paging.slice_of(holds.of_company(request.user.company_id), _BY_TIME, after)
    return page(
        request, "orders/held.html", {"rows": _rows(shown.rows), "after": shown.after, "first": not after}
    )


@require_POST
@requires(Right.ORDERS)
def withdraw(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Take an order off hold; it is a draft like any other again."""
    order = hold_order.withdraw(request.user.company, pk, by=request.user)
    messages.success(request, _("Order %(number)s is no longer on hold.") % {"number": order.number})
    return done(request, "office:order", pk)


def _rows(found: Sequence[Hold]) -> list[Held]:
    rooms = credit_limit.rooms([hold.order.customer for hold in found])
    return [Held(hold, rooms[hold.order.customer_id]) for hold in found]
