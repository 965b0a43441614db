"""Email in order entry: the invoice of an order goes out, and with a draft's it is confirmed (R3, R4)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from florin.domain.activity import services as activity
from florin.domain.attempts import asking
from florin.domain.companies import mail_texts
from florin.domain.orders.holds import Wish
from florin.domain.orders.models import Order
from florin.domain.outbox import queries as outbox
from florin.domain.staff.rights import Right
from florin.flows import confirm_order, hold_order, send_invoice
from florin.flows.send_documents import Sent
from florin.kernel.errors import Forbidden, Refusal
from florin.screens.office.orders import limit_dialog
from florin.screens.office.orders.dialog import say_held, show_dialog
from florin.screens.office.shared import order_status
from florin.screens.office.shared.access import StaffRequest, asks, done
from florin.screens.office.shared.order_status import ShownOrder
from florin.screens.office.shared.parsing import as_key
from florin.screens.office.shared.submissions import submission_key


@asks(Right.SEND_INVOICE)
def email(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Send an order's invoice, with a payment link if the tick is set; a draft is confirmed by it."""
    shown = order_status.read_order(request.user.company, pk)
    shown.order.company = request.user.company
    _check(request, shown.order)
    if request.method != "POST":
        return _email(request, shown)
    try:
        if limit_dialog.wants_hold(request):
            return _hold(request, shown)
        sent = send_invoice.send(
            request.user.company,
            pk,
            to=[request.POST.get("to", "")],
            with_link="payment_link" in request.POST,
            submission=submission_key(request.POST),
            by=request.user,
            saw_draft="saw_draft" in request.POST,
            instead=_instead(request),
            note=request.POST.get("note", ""),
            reason=limit_dialog.reason(request),
        )
    except Refusal as problem:
        return _email(request, order_status.read_order(request.user.company, pk), problem)
    _say_sent(request, order_status.read_order(request.user.company, pk), sent, saw=shown)
    return done(request, "office:order", pk)


def _instead(request: StaffRequest) -> UUID | None:
    """Return the key of the mail that came back, which this one is sent for."""
    return as_key(request.POST.get("instead", "") or request.GET.get("instead", ""))


def _check(request: StaffRequest, order: Order) -> None:
    if order.state == Order.State.VOID:
        raise Refusal(_("A void order has no invoice to send."))
    if order.state == Order.State.DRAFT and not request.user.may(Right.ORDERS):
        raise Forbidden(_("Only people who may confirm orders can send the invoice of a draft."))


def _hold(request: StaffRequest, shown: ShownOrder) -> HttpResponse:
    wish = Wish(
        to=[request.POST.get("to", "")],
        by_hand=True,
        with_link="payment_link" in request.POST,
        note=mail_texts.read(request.POST.get("note", "")),
    )
    say_held(request, hold_order.hold(request.user.company, shown.order.pk, wish, by=request.user))
    return done(request, "office:order", shown.order.pk)


def _email(request: StaffRequest, shown: ShownOrder, problem: Refusal | None = None) -> HttpResponse:
    order = shown.order
    order.company = request.user.company
    if shown.invoice:
        asked = asking.of_invoice(shown.invoice)
        answer = asking.for_manual_invoice(shown.invoice, asked)
        context: dict[str, object] = {
            "asked": asked,
            "sent": activity.list_last_mails(order.company_id, order.pk)[:3],
            "limit": None,
        }
    else:
        answer = confirm_order.foresee_by_hand(order)
        context = {"left": confirm_order.left_to_pay(order), "limit": limit_dialog.read_limit(request, order)}
    held = shown.hold
    to = "\n".join(held.to if held and held.by_hand else order.customer.invoice_emails)
    tick = "payment_link" in request.POST if request.method == "POST" else True
    came_back = outbox.came_back(request.user.company_id, _instead(request), order.pk)
    if came_back:
        to = came_back.recipient
    context |= {
        "instead": came_back.pk if came_back else None,
        "to": request.POST.get("to", to),
        "note": request.POST.get("note", held.note if held else ""),
        "answer": answer,
        "tick": tick and answer.offered,
        "submission": submission_key(request.POST),
    }
    return show_dialog(request, "email", shown, problem, **context)


def _say_sent(request: StaffRequest, shown: ShownOrder, sent: Sent, *, saw: ShownOrder) -> None:
    details = {
        "number": shown.invoice.number if shown.invoice else "",
        "order": shown.order.number,
        "to": ", ".join(sent.recipients),
    }
    if saw.invoice is None:
        messages.success(request, _("Order %(order)s is confirmed.") % details)
    if sent.link:
        messages.success(request, _("%(number)s is on its way to %(to)s, with a payment link.") % details)
    else:
        messages.success(request, _("%(number)s is on its way to %(to)s.") % details)
    if sent.why_no_link:
        messages.warning(request, sent.why_no_link)
