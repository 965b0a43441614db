"""Writing orders."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from florin.contracts.line_kinds import LineKind
from florin.domain.activity import services as activity
from florin.domain.catalogue import queries as catalogue
from florin.domain.catalogue.models import Product
from florin.domain.companies import numbers
from florin.domain.companies.models import Company
from florin.domain.companies.numbers import Series
from florin.domain.customers.models import Customer
from florin.domain.orders.lifecycle import ORDER, OrderState
from florin.domain.orders.models import Order, OrderLine
from florin.domain.staff.models import User
from florin.kernel import clock
from florin.kernel.database import find
from florin.kernel.errors import Conflict, Refusal
from florin.kernel.folding import fold
from florin.kernel.money import MOST_MINOR, line_total

MOST_LINES = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDraft:
    """One line as typed; quantity and unit price are exact decimals."""

    code: str
    description: str
    quantity: Decimal
    unit: str
    unit_price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDraft:
    """An order as typed."""

    customer_id: UUID
    ship_on: date | None
    po_number: str
    ship_to: str
    note: str
    lines: Sequence[LineDraft]


def create(company: Company, draft: OrderDraft, *, by: User | None, submission: str = "") -> Order:
    """Write a new draft order with the next number; runs in the caller's transaction.

    ``submission`` names the press of Save; the database refuses a second order of the same one.

    Raises:
        Refusal: if a line is of an inactive product.
    """
    customer = find(Customer.objects.filter(company=company), pk=draft.customer_id)
    order = Order(
        company=company,
        customer=customer,
        ordered_on=clock.today(company.time_zone),
        currency=customer.currency,
        created_by=by,
        submission=submission,
    )
    _apply_draft(order, draft)
    _check_offered(company, draft, before=())
    order.number = numbers.following(company.pk, Series.ORDER)
    order.save(force_insert=True)
    _write_lines(order, draft.lines, before={})
    return order


def change(company: Company, order_id: UUID, draft: OrderDraft, *, version: int) -> Order:
    """Replace what an order says, and return it locked.

    Raises:
        Conflict: if somebody saved the order after ``version`` was shown; nothing is overwritten.
        Refusal: if the order is void, or confirmed and the customer would change, or if a line is of an
            inactive product that the order did not have.
    """
    order = lock(company, order_id)
    if order.version != version:
        raise Conflict(_("Somebody else has changed this order meanwhile. Look at it again, then save."))
    if order.state == Order.State.VOID:
        raise Refusal(_("A void order cannot be changed."))
    if draft.customer_id != order.customer_id:
        if order.state != Order.State.DRAFT:
            raise Refusal(_("A confirmed order stays with its customer. Void it and write a new one."))
        order.customer = find(Customer.objects.filter(company=company), pk=draft.customer_id)
        order.currency = order.customer.currency
    before = {fold(code): kind for code, kind in order.lines.values_list("code", "kind")}
    _check_offered(company, draft, before=before)
    _apply_draft(order, draft)
    order.version += 1
    order.save()
    order.lines.all().delete()
    _write_lines(order, draft.lines, before=before)
    return order


def lock(company: Company, order_id: UUID) -> Order:
    """Return the order, locked until the transaction ends."""
    return find(
        Order.objects.select_for_update(of=("self",)).select_related("customer").filter(company=company),
        pk=order_id,
    )


def move(order: Order, state: OrderState) -> None:
    """Set the state of a locked order.

    Raises:
        Refusal: if the order cannot go there from where it is.
    """
    check_move(order, state)
    order.state = state
    order.save(update_fields=["state"])


def check_move(order: Order, state: OrderState) -> None:
    """Let pass that an order goes to a state from where it is.

    Raises:
        Refusal: if it cannot.
    """
    if state not in ORDER.moves[OrderState(order.state)]:
        raise Refusal(
            _("Order %(number)s is %(state)s; that cannot be done any more.")
            % {"number": order.number, "state": _in_words(OrderState(order.state))}
        )


def _in_words(state: OrderState) -> str:
    match state:
        case OrderState.DRAFT:
            return _("a draft")
        case OrderState.CONFIRMED:
            return _("confirmed")
        case OrderState.VOID:
            return pgettext("order", "void")


def _apply_draft(order: Order, draft: OrderDraft) -> None:
    if len(draft.lines) > MOST_LINES:
        raise Refusal(_("An order takes at most 2,000 lines. Split it into two orders."))
    order.ship_on = draft.ship_on
    order.po_number = draft.po_number
    order.ship_to = draft.ship_to
    order.note = draft.note
    order.total = sum(_total(line, order.currency) for line in draft.lines)
    if order.total < 0:
        raise Refusal(_("The total of an order cannot be negative. Give the customer a credit instead."))
    if order.total > MOST_MINOR:
        raise Refusal(
            _("The total of this order is too large to be right. Look at the quantities and prices.")
        )


def _check_offered(company: Company, draft: OrderDraft, *, before: Collection[str]) -> None:
    """Let only products in that are active, or whose folded code the order had ``before``.

    Raises:
        Refusal: if a line is of another one.
    """
    codes = [line.code for line in draft.lines if fold(line.code) not in before]
    inactive = catalogue.inactive_codes(company.pk, codes)
    if inactive:
        raise Refusal(
            _("New orders cannot take %(codes)s: inactive. Take the line out, or activate the product.")
            % {"codes": ", ".join(inactive)}
        )


def _total(line: LineDraft, currency: str) -> int:
    try:
        return line_total(line.quantity, line.unit_price, currency).minor
    except ValueError:
        raise Refusal(
            _("The line “%(line)s” is too large to be right. Look at its quantity and price.")
            % {"line": line.description}
        ) from None


def _write_lines(order: Order, lines: Sequence[LineDraft], *, before: Mapping[str, str]) -> None:
    """Write lines, each of its product's kind; one that the order had ``before`` keeps that of then.

    Raises:
        Refusal: if a discount would add to the order.
    """
    codes = {fold(line.code) for line in lines if line.code}
    found = Product.objects.filter(company_id=order.company_id, folded__in=codes)
    products = {product.folded: product for product in found}
    kinds = {code: product.kind for code, product in products.items()} | dict(before)
    written = [
        OrderLine(
            order=order,
            position=position,
            product=products.get(fold(line.code)),
            code=line.code,
            description=line.description,
            kind=kinds.get(fold(line.code), LineKind.GOODS) if line.code else LineKind.GOODS,
            quantity=line.quantity,
            unit=line.unit,
            unit_price=line.unit_price,
            total=_total(line, order.currency),
        )
        for position, line in enumerate(lines, start=1)
    ]
    for line in written:
        if line.kind == LineKind.DISCOUNT and line.unit_price > 0:
            raise Refusal(
                _("“%(line)s” is a discount: give its price as zero or below.") % {"line": line.description}
            )
    OrderLine.objects.bulk_create(written)


def matches(order: Order, draft: OrderDraft) -> bool:
    """Whether an order says the same as a draft."""
    said = (order.customer_id, order.ship_on, order.po_number, order.ship_to, order.note)
    wanted = (draft.customer_id, draft.ship_on, draft.po_number, draft.ship_to, draft.note)
    names = ("code", "description", "quantity", "unit", "unit_price")
    lines = [tuple(getattr(line, name) for name in names) for line in draft.lines]
    return said == wanted and list(order.lines.values_list(*names)) == lines


def note(
    order: Order, kind: activity.Kind, *, by: str, also: Sequence[UUID] = (), **about: str | int
) -> None:
    """Add a line to the timelines of an order, of its customer, and of what else it is about."""
    subjects = [order.pk, order.customer_id, *also]
    activity.note(order.company_id, kind, subjects=subjects, actor=by, number=order.number, **about)


def find_by_submission(company: Company, submission: str) -> Order | None:
    """Return the order that was written by this press of Save, if it was."""
    return Order.objects.filter(company=company, submission=submission).first()
