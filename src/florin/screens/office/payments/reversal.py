"""Dialogs of a payment's page: undo what was recorded at the counter, or take money from an invoice."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from florin.domain.payments import allocating
from florin.domain.payments.allocating import AllocatedAmount
from florin.domain.payments.models import Payment
from florin.domain.staff.rights import Right
from florin.flows import undo_payment
from florin.kernel.database import find
from florin.kernel.errors import Refusal
from florin.kernel.money import Money
from florin.screens.office.shared import amounts, parsing
from florin.screens.office.shared.access import StaffRequest, done, page, requires
from florin.screens.office.shared.parsing import InvalidInput
from florin.screens.office.shared.submissions import submission_key

_LONGEST_REASON = 200


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.RECEIVE_PAYMENT)
def undo(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Take back a payment that was recorded by mistake, once the reason is given (R20)."""
    payment = _find(request, pk)
    if request.method != "POST":
        return _dialog(request, "reversal", payment)
    try:
        undo_payment.undo(request.user.company, pk, reason=_reason(request), by=request.user)
    except Refusal as problem:
        return _dialog(request, "reversal", payment, problem)
    messages.success(
        request, _("%(number)s is undone; what it paid is owed again.") % {"number": payment.number}
    )
    return done(request, "office:payment", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.RECEIVE_PAYMENT)
def unapply(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Take money that a payment paid from one of its invoices, and keep it as an open credit."""
    payment = _find(request, pk)
    if request.method != "POST":
        return _dialog(request, "unapply", payment)
    try:
        undo_payment.unapply(
            request.user.company,
            pk,
            item=_item(request),
            amount=_amount(request, payment),
            reason=_reason(request),
            press=submission_key(request.POST),
            by=request.user,
        )
    except Refusal as problem:
        return _dialog(request, "unapply", payment, problem)
    messages.success(request, _("The money is taken from the invoice and kept as an open credit."))
    return done(request, "office:payment", pk)


def _find(request: StaffRequest, pk: UUID) -> Payment:
    payments = Payment.objects.filter(company=request.user.company).select_related("customer", "company")
    return find(payments, pk=pk)


def _item(request: StaffRequest) -> UUID:
    try:
        return UUID(request.POST.get("item", ""))
    except ValueError:
        raise Refusal(_("Choose the invoice.")) from None


def _amount(request: StaffRequest, payment: Payment) -> Money | None:
    text = request.POST.get("amount", "")
    try:
        return amounts.amount(text, payment.currency) if text.strip() else None
    except InvalidInput as problem:
        raise Refusal(str(problem)) from None


def _reason(request: StaffRequest) -> str:
    try:
        reason = parsing.words(request.POST.get("reason", ""), longest=_LONGEST_REASON)
    except InvalidInput as problem:
        raise Refusal(str(problem)) from None
    if not reason:
        raise Refusal(_("Say why; the reason stands on the timeline."))
    return reason


def _dialog(
    request: StaffRequest, name: str, payment: Payment, problem: Refusal | None = None
) -> HttpResponse:
    """Show a question in the dialog, or as a page of its own where there is no script."""
    parts = allocating.current_allocations(payment)
    context = {
        "payment": payment,
        "title": payment.number,
        "invoices": [_allocation_line(payment, part) for part in parts if part.invoice_id],
        "credit": Money(sum(part.amount for part in parts if not part.invoice_id), payment.currency),
        "chosen": request.POST.get("item") or request.GET.get("item", ""),
        "amount": request.POST.get("amount", ""),
        "reason": request.POST.get("reason", ""),
        "press": submission_key(request.POST),
        "problem": problem,
        "part": f"payments/{name}.html",
        "heading": "h2" if request.htmx else "h1",
    }
    template = f"payments/{name}.html" if request.htmx else "office/asking.html"
    return page(request, template, context, status=problem.status if problem else 200)


def _allocation_line(payment: Payment, part: AllocatedAmount) -> tuple[str, str, Money]:
    """Return the item, the invoice's number, and how much of the payment stands there."""
    return str(part.item.pk), part.item.number, Money(part.amount, payment.currency)
