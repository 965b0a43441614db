"""NSF and charge back: staff say that the bank took back what was recorded at the counter (R20)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from florin.domain.payments import returns
from florin.domain.payments.models import Payment
from florin.domain.staff.rights import Right
from florin.flows import charge_return_fee, return_payment
from florin.flows.return_payment import Marking
from florin.kernel import return_codes
from florin.kernel.database import find
from florin.kernel.errors import Refusal
from florin.kernel.money import Money
from florin.screens.office.shared.access import StaffRequest, asks, dialog, done
from florin.screens.office.shared.fields import AmountField, OptionField, TextField
from florin.screens.office.shared.forms import OfficeForm


class ReturnForm(OfficeForm):
    """What is noted of it and charged for it, in the customer's currency; both may stay empty."""

    note = TextField(label=gettext_lazy("Note (only staff see it)"), longest=200)
    fee = AmountField(
        above_zero=True,
        help_text=gettext_lazy("The customer gets an invoice over it. Leave it empty to charge nothing."),
    )


class NsfForm(ReturnForm):
    """The same of a check or a wire, and why the bank took it back."""

    code = OptionField(
        label=gettext_lazy("Reason"),
        options=list(return_codes.BY_HAND.items()),
        other=gettext_lazy("Choose why it came back."),
    )


@asks(Right.REFUND)
def nsf(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Mark a check or a wire as returned, after asking why and what it costs; pressed twice, once."""
    return _mark(request, pk, NsfForm, code=next(iter(return_codes.BY_HAND)))


@asks(Right.REFUND)
def chargeback(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Mark a payment by the company's own card terminal as charged back; pressed twice, once."""
    return _mark(request, pk, ReturnForm, code=return_codes.CHARGED_BACK)


def _mark(request: StaffRequest, pk: UUID, kind: type[ReturnForm], *, code: str) -> HttpResponse:
    """Ask, and mark it; ``code`` is the reason that the form begins with, or that goes without saying."""
    payments = Payment.objects.filter(company=request.user.company)
    payment = find(payments.select_related("company", "customer"), pk=pk)
    if request.method == "POST" and returns.of_payment(payment):
        return done(request, "office:payment", pk)
    returns.check(payment, code=code)
    initial = {"fee": charge_return_fee.suggested(payment), "code": code}
    data = request.POST if request.method == "POST" else None
    form = kind(data, company=payment.company, currency=payment.customer.currency, initial=initial)
    if not form.is_valid():
        return _ask(request, payment, form)
    marking = Marking(**{"code": code, **form.cleaned_data})
    try:
        return_payment.mark(request.user.company, pk, marking, by=request.user)
    except Refusal as problem:
        form.problem = problem
        return _ask(request, payment, form)
    messages.success(request, _done_sentence(payment, marking.fee))
    return done(request, "office:payment", pk)


def _ask(request: StaffRequest, payment: Payment, form: ReturnForm) -> HttpResponse:
    charged_back = not isinstance(form, NsfForm)
    context = {"payment": payment, "form": form, "problem": form.problem, "charged_back": charged_back}
    title = _("Charge back") if charged_back else _("NSF")
    return dialog(request, "payments/return.html", context, title=title, status=form.status)


def _done_sentence(payment: Payment, fee: Money | None) -> str:
    number = {"number": payment.number}
    if fee:
        return (
            _("Payment %(number)s came back. Its invoices are open again, and the fee is invoiced.") % number
        )
    return _("Payment %(number)s came back. Its invoices are open again.") % number
