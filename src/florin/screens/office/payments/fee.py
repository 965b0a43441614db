"""Charging a fee for a payment that the payer's bank took back, by decision of staff."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from florin.domain.payments.models import Payment
from florin.domain.staff.rights import Right
from florin.flows import charge_return_fee
from florin.kernel.database import find
from florin.kernel.errors import Refusal
from florin.screens.office.shared.access import StaffRequest, asks, dialog, done
from florin.screens.office.shared.fields import AmountField
from florin.screens.office.shared.forms import OfficeForm


class FeeForm(OfficeForm):
    """How much is charged, in the customer's currency."""

    fee = AmountField(above_zero=True, missing=gettext_lazy("Give a number."))


@asks(Right.REFUND)
def fee(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Charge a fee for a payment that came back or was lost in a dispute; pressed twice, once."""
    payments = Payment.objects.filter(company=request.user.company)
    payment = find(payments.select_related("company", "customer"), pk=pk)
    if charge_return_fee.of_payment(payment):
        return done(request, "office:payment", pk)
    charge_return_fee.check(payment)
    initial = {"fee": charge_return_fee.suggested(payment)}
    data = request.POST if request.method == "POST" else None
    form = FeeForm(data, company=payment.company, currency=payment.customer.currency, initial=initial)
    if not form.is_valid():
        return _ask(request, payment, form)
    amount = form.cleaned_data["fee"]
    try:
        invoice = charge_return_fee.charge_by_hand(request.user.company, pk, amount, by=request.user)
    except Refusal as problem:
        form.add_error("fee", str(problem))
        return _ask(request, payment, form)
    messages.success(request, _("The fee is charged with invoice %(number)s.") % {"number": invoice.number})
    return done(request, "office:payment", pk)


def _ask(request: StaffRequest, payment: Payment, form: FeeForm) -> HttpResponse:
    context = {"payment": payment, "form": form}
    return dialog(request, "payments/fee.html", context, title=_("Charge a fee"), status=form.status)
