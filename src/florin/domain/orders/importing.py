"""Writing many orders at once that were confirmed in another system."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.orders.lifecycle import OrderState
from florin.domain.orders.models import Order, OrderLine
from florin.domain.orders.services import LineDraft
from florin.kernel.database import AT_ONCE, chunks
from florin.kernel.folding import fold
from florin.kernel.money import line_total


@dataclass(frozen=True, slots=True, kw_only=True)
class OldOrder:
    """An order with the number that it has already; ``submission`` names the run of the import, and its row.

    ``products`` are the keys of products by folded code.
    """

    customer: Customer
    number: str
    submission: str
    ordered_on: date
    ship_to: str
    lines: Sequence[LineDraft]
    products: Mapping[str, UUID]
    ship_on: date | None = None
    po_number: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """An order and its lines, at hand without asking the database."""

    order: Order
    lines: Sequence[OrderLine]


def write_many(company: Company, olds: Sequence[OldOrder]) -> list[Written]:
    """Write confirmed orders with their lines in the caller's transaction, all or none."""
    written = [_write(company, old) for old in olds]
    Order.objects.bulk_create([one.order for one in written], batch_size=AT_ONCE)
    OrderLine.objects.bulk_create([line for one in written for line in one.lines], batch_size=AT_ONCE)
    return written


def _write(company: Company, old: OldOrder) -> Written:
    order = Order(
        company=company,
        customer=old.customer,
        number=old.number,
        submission=old.submission,
        state=Order.State.CONFIRMED,
        ordered_on=old.ordered_on,
        ship_on=old.ship_on,
        ship_to=old.ship_to,
        po_number=old.po_number,
        currency=old.customer.currency,
    )
    lines = [
        OrderLine(
            order=order,
            position=position,
            product_id=old.products.get(fold(line.code)),
            code=line.code,
            description=line.description,
            quantity=line.quantity,
            unit=line.unit,
            unit_price=line.unit_price,
            total=line_total(line.quantity, line.unit_price, order.currency).minor,
        )
        for position, line in enumerate(old.lines, start=1)
    ]
    order.total = sum(line.total for line in lines)
    return Written(order, lines)


def of_run(company: Company, run: str) -> list[Order]:
    """Return the confirmed orders that a run of the import brought, locked until the transaction ends."""
    orders = Order.objects.filter(
        company=company, submission__startswith=f"{run}:", state=OrderState.CONFIRMED
    )
    return list(orders.order_by("pk").select_for_update(of=("self",)))


def void_many(orders: Sequence[Order]) -> None:
    """Void locked, confirmed orders in the caller's transaction."""
    for some in chunks(orders):
        Order.objects.filter(pk__in=[order.pk for order in some]).update(state=OrderState.VOID)
