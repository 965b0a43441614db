"""Charging a fee for a payment that the payer's bank took back, by decision of staff."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from florin.domain.payments.models import Payment
from florin.domain.staff.rights import Right
from florin.flows import charge_return_fee
from florin.kernel.database import find
from florin.kernel.errors import Refusal
from florin.screens.office.shared import amounts, parsing
from florin.screens.office.shared.access import StaffRequest, done, page, requires
from florin.screens.office.shared.parsing import InvalidInput


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.REFUND)
def fee(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Charge a fee for a payment that came back or was lost in a dispute; pressed twice, once."""
    payments = Payment.objects.filter(company=request.user.company)
    payment = find(payments.select_related("company", "customer"), pk=pk)
    if charge_return_fee.of_payment(payment):
        return done(request, "office:payment", pk)
    charge_return_fee.check(payment)
    if request.method != "POST":
        return _ask(request, payment, parsing.written(charge_return_fee.suggested(payment)))
    written = request.POST.get("fee", "")
    try:
        amount = amounts.positive_amount(written, payment.customer.currency)
        invoice = charge_return_fee.charge_by_hand(request.user.company, pk, amount, by=request.user)
    except (InvalidInput, Refusal) as problem:
        return _ask(request, payment, written, problem=str(problem))
    messages.success(request, _("The fee is charged with invoice %(number)s.") % {"number": invoice.number})
    return done(request, "office:payment", pk)


def _ask(request: StaffRequest, payment: Payment, written: str, *, problem: str = "") -> HttpResponse:
    """Show the question in the dialog, or as a page of its own where there is no script."""
    context = {
        "payment": payment,
        "fee": written,
        "problem": problem,
        "heading": "h2" if request.htmx else "h1",
        "title": _("Charge a fee"),
        "part": "payments/fee.html",
    }
    template = "payments/fee.html" if request.htmx else "office/asking.html"
    return page(request, template, context, status=422 if problem else 200)
