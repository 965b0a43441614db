"""Dialogs of a payment's page: undo what was recorded at the counter, or take money from an invoice."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from florin.domain.payments import allocating
from florin.domain.payments.allocating import AllocatedAmount
from florin.domain.payments.models import Payment
from florin.domain.staff.rights import Right
from florin.flows import undo_payment
from florin.kernel.database import find
from florin.kernel.errors import Refusal
from florin.kernel.money import Money
from florin.screens.office.shared.access import StaffRequest, asks, dialog, done
from florin.screens.office.shared.fields import AmountField, ParsedField, TextField
from florin.screens.office.shared.forms import OfficeForm
from florin.screens.office.shared.parsing import InvalidInput, as_key


class UndoForm(OfficeForm):
    """Why a payment is undone."""

    reason = TextField(
        label=gettext_lazy("Reason"),
        longest=200,
        missing=gettext_lazy("Say why; the reason stands on the timeline."),
    )


class KeyField(ParsedField):
    """The key of an invoice's item in the books."""

    def read(self, text: str) -> UUID:
        """Return the key."""
        key = as_key(text)
        if key is None:
            raise InvalidInput(str(self.error_messages["required"]))
        return key


class UnapplyForm(UndoForm):
    """From which invoice how much is taken, and why; no amount is all of it."""

    item = KeyField(missing=gettext_lazy("Choose the invoice."))
    amount = AmountField(label=gettext_lazy("Amount"), help_text=gettext_lazy("Empty means: all of it."))


@asks(Right.RECEIVE_PAYMENT)
def undo(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Take back a payment that was recorded by mistake, once the reason is given (R20)."""
    payment = _find(request, pk)
    form = UndoForm(request.POST if request.method == "POST" else None, company=payment.company)
    if not form.is_valid():
        return _ask(request, "reversal", payment, form)
    try:
        undo_payment.undo(request.user.company, pk, by=request.user, **form.cleaned_data)
    except Refusal as problem:
        form.problem = problem
        return _ask(request, "reversal", payment, form)
    messages.success(
        request, _("%(number)s is undone; what it paid is owed again.") % {"number": payment.number}
    )
    return done(request, "office:payment", pk)


@asks(Right.RECEIVE_PAYMENT)
def unapply(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Take money that a payment paid from one of its invoices, and keep it as an open credit."""
    payment = _find(request, pk)
    initial, data = {"item": request.GET.get("item", "")}, request.POST if request.method == "POST" else None
    form = UnapplyForm(data, company=payment.company, currency=payment.currency, initial=initial)
    if not form.is_valid():
        return _ask(request, "unapply", payment, form)
    try:
        undo_payment.unapply(
            request.user.company, pk, submission=form.submission_key, by=request.user, **form.cleaned_data
        )
    except Refusal as problem:
        form.problem = problem
        return _ask(request, "unapply", payment, form)
    messages.success(request, _("The money is taken from the invoice and kept as an open credit."))
    return done(request, "office:payment", pk)


def _find(request: StaffRequest, pk: UUID) -> Payment:
    payments = Payment.objects.filter(company=request.user.company).select_related("customer", "company")
    return find(payments, pk=pk)


def _ask(request: StaffRequest, name: str, payment: Payment, form: UndoForm) -> HttpResponse:
    parts = allocating.current_allocations(payment)
    context = {
        "payment": payment,
        "invoices": [_allocation_line(payment, part) for part in parts if part.invoice_id],
        "credit": Money(sum(part.amount for part in parts if not part.invoice_id), payment.currency),
        "form": form,
        "problem": form.problem,
    }
    return dialog(request, f"payments/{name}.html", context, title=payment.number, status=form.status)


def _allocation_line(payment: Payment, part: AllocatedAmount) -> tuple[str, str, Money]:
    """Return the item, the invoice's number, and how much of the payment stands there."""
    return str(part.item.pk), part.item.number, Money(part.amount, payment.currency)
