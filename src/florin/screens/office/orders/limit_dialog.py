"""What the dialogs that confirm an order say of the customer's credit limit, and who may let it pass."""

from dataclasses import dataclass

from florin.domain.orders import credit_limit
from florin.domain.orders.credit_limit import Room
from florin.domain.orders.models import Order
from florin.domain.staff.rights import Right
from florin.kernel.money import Money
from florin.screens.office.orders.order_form import OrderForm
from florin.screens.office.shared.access import StaffRequest


@dataclass(frozen=True, slots=True)
class Limit:
    """How an order stands to the credit limit: ``over`` is by how much it passes it, if it does."""

    room: Room
    over: Money | None
    may_override: bool
    reason: str = ""


def read_limit(request: StaffRequest, order: Order) -> Limit:
    """Return how a draft stands to its customer's credit limit, and what the person typed about it."""
    room = credit_limit.room_of(order.customer)
    may = request.user.may(Right.OVER_CREDIT_LIMIT)
    return Limit(room, room.over(order.money), may, reason(request))


def of_typed(request: StaffRequest, form: OrderForm, order: Order | None) -> Limit | None:
    """Return how what is typed stands to the limit, as far as it can be reckoned.

    Of a confirmed order, only what is added to it counts.
    """
    total = form.total
    if total is None:
        return None
    customer = form.readable("customer")
    if customer is None:
        return None
    known = order is not None and order.state == Order.State.CONFIRMED and order.currency == total.currency
    more = total - order.money if known and order else total
    room = credit_limit.room_of(customer)
    return Limit(room, room.over(more), request.user.may(Right.OVER_CREDIT_LIMIT), reason(request))


def reason(request: StaffRequest) -> str:
    """Return why the person wants to pass the limit, as typed."""
    return request.POST.get("reason", "").replace("\x00", "").strip()


def wants_hold(request: StaffRequest) -> bool:
    """Whether the person pressed "Put on hold" rather than the other button."""
    return request.POST.get("act") == "hold"
