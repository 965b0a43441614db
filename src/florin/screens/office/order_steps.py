"""What cannot be taken back: confirm, void and e-mail an order. Each asks first, and acts on POST."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from florin.contracts.demands import Demand
from florin.domain.invoices.models import Invoice
from florin.domain.links import rules
from florin.domain.orders.models import Order
from florin.domain.payments import asking
from florin.domain.staff.rights import Right
from florin.flows import confirm_order, send_documents, show_documents, write_order
from florin.flows.send_documents import Sent
from florin.kernel.database import new_key
from florin.kernel.errors import Refusal
from florin.screens.office import reading
from florin.screens.office.doors import StaffRequest, done, needs, page
from florin.screens.office.reading import Standing


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.ORDERS)
def confirm(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Confirm a draft: from then on there is an invoice. Pressed twice, it is confirmed once."""
    shown = reading.standing(request.user.company, pk)
    if shown.order.state == Order.State.CONFIRMED:
        return done(request, "office:order", pk)
    shown.order.company = request.user.company
    mailing = confirm_order.foresee(shown.order)
    if request.method != "POST":
        return _step(request, "order_confirm", shown, mailing=mailing)
    try:
        invoice = confirm_order.confirm(request.user.company, pk, by=request.user)
    except Refusal as problem:
        return _step(request, "order_confirm", shown, problem, mailing=mailing)
    _say_confirmed(request, shown, invoice)
    return done(request, "office:order", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.ORDERS)
def void(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Void an order and its invoice. Pressed twice, it is void once."""
    shown = reading.standing(request.user.company, pk)
    if shown.order.state == Order.State.VOID:
        return done(request, "office:order", pk)
    if request.method != "POST":
        return _step(request, "order_void", shown)
    try:
        write_order.void(request.user.company, pk, by=request.user)
    except Refusal as problem:
        return _step(request, "order_void", shown, problem)
    messages.success(request, _("Order %(number)s is void.") % {"number": shown.order.number})
    return done(request, "office:order", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.SEND_INVOICE)
def email(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Send the invoice of a confirmed order, with a payment link if the tick is set (R3, R4)."""
    shown = reading.standing(request.user.company, pk)
    if shown.invoice is None:
        raise Refusal(_("Confirm the order first; only then there is an invoice to send."))
    if request.method != "POST":
        return _email(request, shown, to="\n".join(shown.order.customer.invoice_emails), tick=True)
    to, tick = request.POST.get("to", ""), "payment_link" in request.POST
    try:
        sent = send_documents.send_invoice(
            request.user.company,
            pk,
            to=[to],
            with_link=tick,
            press=request.POST.get("press", "").replace("\x00", "") or str(new_key()),
            by=request.user,
        )
    except Refusal as problem:
        return _email(request, shown, to=to, tick=tick, problem=problem)
    _say_sent(request, shown, sent)
    return done(request, "office:order", pk)


def _email(
    request: StaffRequest, shown: Standing, *, to: str, tick: bool, problem: Refusal | None = None
) -> HttpResponse:
    asked, answer = Demand(0), rules.Answer(offered=False)
    if shown.invoice:
        asked = asking.of_invoice(shown.invoice)
        answer = asking.for_manual_invoice(shown.invoice, asked)
    context = {
        "asked": asked,
        "to": to,
        "answer": answer,
        "tick": tick and answer.offered,
        "press": new_key() if problem is None else request.POST.get("press", ""),
    }
    return _step(request, "order_email", shown, problem, **context)


def _step(
    request: StaffRequest, name: str, shown: Standing, problem: Refusal | None = None, **context: object
) -> HttpResponse:
    """Show a step in the dialog, or as a page of its own where there is no script."""
    context |= {"shown": shown, "problem": problem, "part": f"office/{name}.html"}
    context["undrawn"] = show_documents.undrawn_of_order(shown.order)
    context["heading"] = "h2" if request.htmx else "h1"
    template = f"{name}.html" if request.htmx else "step.html"
    return page(request, template, context, status=problem.status if problem else 200)


def _say_confirmed(request: StaffRequest, shown: Standing, invoice: Invoice) -> None:
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
    if expected.stranded:
        messages.warning(request, expected.reason)


def _say_sent(request: StaffRequest, shown: Standing, sent: Sent) -> None:
    number = shown.invoice.number if shown.invoice else ""
    details = {"number": number, "to": ", ".join(sent.recipients)}
    if sent.link:
        messages.success(request, _("%(number)s is on its way to %(to)s, with a payment link.") % details)
    else:
        messages.success(request, _("%(number)s is on its way to %(to)s.") % details)
    if sent.why_no_link:
        messages.warning(request, sent.why_no_link)
