"""Dialogs of a payment's page: undo what was recorded at the counter, or take money from an invoice."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from florin.domain.payments import allocating
from florin.domain.payments.allocating import AllocatedAmount
from florin.domain.payments.models import Payment
from florin.domain.staff.rights import Right
from florin.flows import undo_payment
from florin.kernel.database import find
from florin.kernel.errors import Refusal
from florin.kernel.money import Money
from florin.screens.office.shared.access import StaffRequest, dialog, done, requires
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


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.RECEIVE_PAYMENT)
def undo(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Take back a payment that was recorded by mistake, once the reason is given (R20)."""
    payment = _find(request, pk)
    if request.method != "POST":
        return _ask(request, "reversal", payment, UndoForm(company=payment.company))
    form = UndoForm(request.POST, company=payment.company)
    if not form.is_valid():
        return _ask(request, "reversal", payment, form, status=422)
    try:
        undo_payment.undo(request.user.company, pk, by=request.user, **form.cleaned_data)
    except Refusal as problem:
        return _ask(request, "reversal", payment, form, problem=problem, status=problem.status)
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
        initial = {"item": request.GET.get("item", "")}
        form = UnapplyForm(company=payment.company, currency=payment.currency, initial=initial)
        return _ask(request, "unapply", payment, form)
    form = UnapplyForm(request.POST, company=payment.company, currency=payment.currency)
    if not form.is_valid():
        return _ask(request, "unapply", payment, form, status=422)
    try:
        undo_payment.unapply(
            request.user.company, pk, press=form.submission_key, by=request.user, **form.cleaned_data
        )
    except Refusal as problem:
        return _ask(request, "unapply", payment, form, problem=problem, status=problem.status)
    messages.success(request, _("The money is taken from the invoice and kept as an open credit."))
    return done(request, "office:payment", pk)


def _find(request: StaffRequest, pk: UUID) -> Payment:
    payments = Payment.objects.filter(company=request.user.company).select_related("customer", "company")
    return find(payments, pk=pk)


def _ask(
    request: StaffRequest,
    name: str,
    payment: Payment,
    form: UndoForm,
    *,
    problem: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    parts = allocating.current_allocations(payment)
    context = {
        "payment": payment,
        "invoices": [_allocation_line(payment, part) for part in parts if part.invoice_id],
        "credit": Money(sum(part.amount for part in parts if not part.invoice_id), payment.currency),
        "form": form,
        "problem": problem,
    }
    return dialog(request, f"payments/{name}.html", context, title=payment.number, status=status)


def _allocation_line(payment: Payment, part: AllocatedAmount) -> tuple[str, str, Money]:
    """Return the item, the invoice's number, and how much of the payment stands there."""
    return str(part.item.pk), part.item.number, Money(part.amount, payment.currency)
