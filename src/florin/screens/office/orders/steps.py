"""What cannot be taken back: confirm and void an order. Each asks first, and acts on POST."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from florin.domain.invoices.models import Invoice
from florin.domain.orders.holds import Wish
from florin.domain.orders.models import Order
from florin.domain.staff.rights import Right
from florin.flows import confirm_order, hold_order, write_order
from florin.flows.confirm_order import Mailing
from florin.kernel.errors import Refusal
from florin.screens.office.orders import limit_dialog
from florin.screens.office.orders.dialog import say_held, show_dialog
from florin.screens.office.shared import order_status
from florin.screens.office.shared.access import StaffRequest, asks, done
from florin.screens.office.shared.order_status import ShownOrder


@asks(Right.ORDERS)
def confirm(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Confirm a draft: from then on there is an invoice. Pressed twice, it is confirmed once."""
    shown = order_status.read_order(request.user.company, pk)
    if shown.order.state == Order.State.CONFIRMED:
        return done(request, "office:order", pk)
    shown.order.company = request.user.company
    mailing = confirm_order.foresee(shown.order)
    if request.method != "POST":
        return _confirm(request, shown, mailing)
    try:
        to = [request.POST["to"]] if "to" in request.POST else None
        if limit_dialog.wants_hold(request):
            return _hold(request, shown, Wish(to=mailing.recipients if to is None else to))
        reason = limit_dialog.reason(request)
        invoice = confirm_order.confirm(request.user.company, pk, by=request.user, to=to, reason=reason)
    except Refusal as problem:
        return _confirm(request, shown, mailing, problem)
    _say_confirmed(request, shown, invoice)
    return done(request, "office:order", pk)


@asks(Right.ORDERS)
def void(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Void an order and its invoice. Pressed twice, it is void once."""
    shown = order_status.read_order(request.user.company, pk)
    if shown.order.state == Order.State.VOID:
        return done(request, "office:order", pk)
    if request.method != "POST":
        return show_dialog(request, "void", shown)
    try:
        write_order.void(request.user.company, pk, by=request.user)
    except Refusal as problem:
        return show_dialog(request, "void", shown, problem)
    messages.success(request, _("Order %(number)s is void.") % {"number": shown.order.number})
    return done(request, "office:order", pk)


def _confirm(
    request: StaffRequest, shown: ShownOrder, mailing: Mailing, problem: Refusal | None = None
) -> HttpResponse:
    held = list(shown.hold.to) if shown.hold else mailing.recipients
    to = request.POST.get("to", "\n".join(held))
    limit = limit_dialog.read_limit(request, shown.order)
    return show_dialog(request, "confirm", shown, problem, mailing=mailing, to=to, limit=limit)


def _hold(request: StaffRequest, shown: ShownOrder, wish: Wish) -> HttpResponse:
    order = hold_order.hold(request.user.company, shown.order.pk, wish, by=request.user)
    say_held(request, order)
    return done(request, "office:order", order.pk)


def _say_confirmed(request: StaffRequest, shown: ShownOrder, invoice: Invoice) -> None:
    details = {"order": shown.order.number, "invoice": invoice.number}
    mailed = confirm_order.mailed(invoice)
    details["to"] = ", ".join(mailed.recipients)
    if mailed.with_link:
        text = _(
            "Order %(order)s is confirmed; invoice %(invoice)s goes to %(to)s by itself, with a payment link."
        )
    elif mailed.recipients:
        text = _("Order %(order)s is confirmed; invoice %(invoice)s goes to %(to)s by itself.")
    else:
        text = _("Order %(order)s is confirmed; its invoice is %(invoice)s.")
    messages.success(request, text % details)
    expected = confirm_order.foresee(shown.order)
    if expected.stranded and not mailed.recipients:
        messages.warning(request, expected.reason)
