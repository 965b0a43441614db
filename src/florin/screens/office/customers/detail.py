"""A customer's page: who they are, what they owe, what was sent to them, and what happened."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse

from florin.contracts.documents import Aging
from florin.domain.customers.models import Customer
from florin.domain.history import queries as history
from florin.domain.ledger import aging
from florin.domain.ledger.models import Item
from florin.domain.links.models import Link
from florin.domain.orders import credit_limit
from florin.domain.orders.models import Order
from florin.domain.payments.models import Payment
from florin.domain.staff.rights import Right
from florin.kernel import clock
from florin.kernel.database import find
from florin.kernel.money import Money
from florin.screens.office.shared import order_status, payment_links, timeline
from florin.screens.office.shared.access import StaffRequest, page, shows

_LATEST_ORDERS = 10
_LATEST_LINKS = 10
_LATEST_PAYMENTS = 10


@dataclass(frozen=True, slots=True)
class Owing:
    """What a customer owes in one currency, by how late it is, and what is open to their credit."""

    currency: str
    aging: Aging
    credits: list[Item]

    @property
    def invoices(self) -> Money:
        """What is owed on open invoices."""
        return Money(self.aging.owed, self.currency)

    @property
    def credit(self) -> Money:
        """What is open to the customer's credit, as a negative amount."""
        return Money(self.aging.credits, self.currency)

    @property
    def total(self) -> Money:
        """What is owed less the open credits."""
        return Money(self.aging.total, self.currency)

    @property
    def buckets(self) -> list[tuple[str, Money]]:
        """What is owed within each span of days late."""
        return [(name, Money(amount, self.currency)) for name, amount in self.aging.buckets.items()]


@shows(Right.SEE_CUSTOMERS)
def customer(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Show a customer."""
    return page(request, "customers/detail.html", _context(request, pk))


@shows(Right.SEE_CUSTOMERS)
def show_timeline(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Show the timeline and what is owed as they are now; 204 if they are as the page has them."""
    if request.GET.get("seen") == timeline.mark(timeline.timeline(request.user.company_id, pk)):
        return HttpResponse(status=204)
    return page(request, "customers/updates.html", _context(request, pk))


def _context(request: StaffRequest, pk: UUID) -> dict[str, object]:
    company = request.user.company
    shown = find(Customer.objects.filter(company=company), pk=pk)
    entries = timeline.timeline(company.pk, pk)
    context: dict[str, object] = {
        "customer": shown,
        "owing": _owing(shown, company.time_zone),
        "room": credit_limit.room_of(shown) if shown.credit_limit is not None else None,
        "orders": None,
        "payments": None,
        "entries": entries,
        "mark": timeline.mark(entries),
    }
    if request.user.may(Right.SEND_INVOICE):
        orders = Order.objects.filter(company=company, customer=shown).select_related("customer")
        latest = list(orders.order_by("-ordered_on", "-pk")[:_LATEST_ORDERS])
        links = list(Link.objects.filter(customer=shown).order_by("-id")[:_LATEST_LINKS])
        context["orders"] = order_status.with_invoices(company, latest)
        context["links"] = payment_links.describe_links(links)
    if request.user.may(Right.RECEIVE_PAYMENT):
        came_in = Payment.objects.filter(company=company, customer=shown).order_by("-received_at", "-pk")
        context["payments"] = history.rows(list(came_in[:_LATEST_PAYMENTS]))
    return context


def _owing(shown: Customer, zone: str) -> list[Owing]:
    """Reckon what is owed in each currency from the customer's open items (one query)."""
    items = list(
        Item.objects.filter(company=shown.company_id, customer=shown)
        .exclude(balance=0)
        .order_by("opened_on", "pk")
    )
    today = clock.today(zone)
    found = []
    for currency in sorted({item.currency for item in items}) or [shown.currency]:
        mine = [item for item in items if item.currency == currency]
        owed = aging.sort_balances([(item.due_on, item.balance) for item in mine], today)
        found.append(Owing(currency, owed, [item for item in mine if item.balance < 0]))
    return found
