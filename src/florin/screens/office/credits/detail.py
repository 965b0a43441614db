"""The page of a credit, and of a pre-payment or overpayment: what it is, pays, and what happened to it."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect

from florin.domain.attempts import bill
from florin.domain.companies.models import Company
from florin.domain.credits import queries
from florin.domain.credits.models import Credit
from florin.domain.invoices.models import Invoice
from florin.domain.ledger import applying
from florin.domain.ledger.models import Item
from florin.domain.payments.models import Payment
from florin.domain.staff.rights import Right
from florin.kernel.database import find
from florin.kernel.money import Money
from florin.screens.office.shared import timeline
from florin.screens.office.shared.access import StaffRequest, page, shows


@dataclass(frozen=True, slots=True)
class Applied:
    """What an open credit gives to one invoice, and the order on whose page that is shown."""

    invoice: Item
    order: UUID | None
    amount: Money


@dataclass(frozen=True, slots=True)
class Opened:
    """An item that can pay invoices: what is left of it, and what of that payments under way count on."""

    item: Item
    held: Money
    applied: list[Applied]

    @property
    def open(self) -> Money:
        """What is left, as a positive amount."""
        return -self.item.money

    @property
    def free(self) -> Money:
        """What can be applied now."""
        return self.open - self.held


@shows(Right.CREATE_CREDIT)
def credit(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Show a credit."""
    return page(request, "credits/detail.html", _context(request, pk))


@shows(Right.CREATE_CREDIT)
def show_timeline(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Show the timeline, the state and what was applied as they are now; 204 if the page has them."""
    if request.GET.get("seen") == timeline.mark(timeline.timeline(request.user.company_id, pk)):
        return HttpResponse(status=204)
    return page(request, "credits/updates.html", _context(request, pk))


@shows(Right.CREATE_CREDIT)
def open_credit(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Show a pre-payment or an overpayment; a credit has its own page."""
    item = find(queries.givers(request.user.company), pk=pk)
    shown = queries.of_item(item).first()
    if shown is not None:
        return redirect("office:credit", shown.pk)
    payments = Payment.objects.filter(company=request.user.company, number=item.number)
    keys = list(payments.values_list("pk", flat=True))
    context = {
        "opened": opened(item),
        "item": item,
        "payment": keys[0] if keys and request.user.may(Right.RECEIVE_PAYMENT) else None,
        "entries": timeline.timeline(request.user.company_id, pk, *keys),
    }
    return page(request, "credits/credit_open.html", context)


def find_credit(company: Company, pk: UUID) -> Credit:
    """Return a credit of a company, with its customer and item.

    Raises:
        NotFound: if there is none.
    """
    return find(Credit.objects.filter(company=company).select_related("customer", "item"), pk=pk)


def opened(item: Item) -> Opened:
    """Tell what is left of an item, and where the rest of it is (four queries at most)."""
    standing = applying.current_applications(credit=item)
    orders = dict(
        Invoice.objects.filter(item__in=[part.debt for part in standing]).values_list("item_id", "order_id")
    )
    sums: dict[UUID, int] = {}
    for part in standing:
        sums[part.debt.pk] = sums.get(part.debt.pk, 0) + part.amount
    debts = {part.debt.pk: part.debt for part in standing}
    held = Money(bill.reserved_credits([item.pk]).get(item.pk, 0), item.currency)
    applied = [
        Applied(debts[key], orders.get(key), Money(minor, item.currency)) for key, minor in sums.items()
    ]
    return Opened(item, held, applied)


def _context(request: StaffRequest, pk: UUID) -> dict[str, object]:
    shown = find_credit(request.user.company, pk)
    entries = timeline.timeline(request.user.company_id, pk)
    return {
        "credit": shown,
        "amount": Money(shown.amount, shown.currency),
        "opened": opened(shown.item) if shown.item else None,
        "item": shown.item,
        "entries": entries,
        "mark": timeline.mark(entries),
    }
