"""What the screens show of orders: the order with its invoice, balance, lines and links."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from florin.domain.attempts import bill
from florin.domain.companies.models import Company
from florin.domain.invoices import queries
from florin.domain.invoices.models import Invoice
from florin.domain.links.models import Debt, Link
from florin.domain.orders import holds
from florin.domain.orders.models import Hold, Order
from florin.kernel import clock
from florin.kernel.database import find
from florin.kernel.money import Money

_MOST_LINKS = 20


@dataclass(frozen=True, slots=True)
class ShownOrder:
    """An order and where it stands: its invoice if it has one, and what is owed on it."""

    order: Order
    invoice: Invoice | None
    today: date
    held: int = 0
    hold: Hold | None = None

    @property
    def balance(self) -> Money | None:
        """What is owed, once there is an invoice."""
        return self.invoice.item.money if self.invoice else None

    @property
    def in_progress(self) -> Money | None:
        """What payments that are under way hold of it at this moment."""
        return Money(self.held, self.order.currency) if self.held else None

    @property
    def paid(self) -> Money | None:
        """What has been paid or deducted."""
        return self.invoice.money - self.invoice.item.money if self.invoice else None

    @property
    def badge(self) -> str:
        """One word for state and payment together: draft, hold, void, paid, partly, overdue or open."""
        return "hold" if self.hold else queries.order_status(self.order, self.invoice, today=self.today)


def with_invoices(company: Company, orders: Sequence[Order]) -> list[ShownOrder]:
    """Pair orders with invoices, with what is being paid of them (X3), and with holds, in three queries."""
    invoices = {
        invoice.order_id: invoice
        for invoice in Invoice.objects.filter(order__in=orders).select_related("item")
    }
    held = bill.reserved([invoice.item_id for invoice in invoices.values()])
    drafts = [order.pk for order in orders if order.state == Order.State.DRAFT]
    on_hold = {hold.order_id: hold for hold in Hold.objects.filter(order__in=drafts)} if drafts else {}
    today = clock.today(company.time_zone)
    found = [(order, invoices.get(order.pk)) for order in orders]
    return [
        ShownOrder(
            order, invoice, today, held.get(invoice.item_id, 0) if invoice else 0, on_hold.get(order.pk)
        )
        for order, invoice in found
    ]


def read_order(company: Company, order_id: UUID) -> ShownOrder:
    """Return one order of the company, with its customer and invoice.

    Raises:
        NotFound: if there is none, or it is another company's.
    """
    order = find(Order.objects.filter(company=company).select_related("customer"), pk=order_id)
    invoice = Invoice.objects.filter(order=order).select_related("item", "customer").first()
    held, hold = 0, None
    if invoice:
        invoice.company = company
        held = bill.reserved([invoice.item_id]).get(invoice.item_id, 0)
    elif order.state == Order.State.DRAFT:
        hold = holds.find(order)
    return ShownOrder(order, invoice, clock.today(company.time_zone), held, hold)


def links_of(invoice: Invoice | None) -> list[Link]:
    """Return the links that were sent for an invoice, the latest first."""
    if invoice is None:
        return []
    debts = Debt.objects.filter(invoice=invoice).select_related("link").order_by("-pk")[:_MOST_LINKS]
    return [debt.link for debt in debts]
