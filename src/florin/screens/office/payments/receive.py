"""A/R > Receive Payment: record what came in by cash, check, wire or own terminal, and apply it (R20)."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from florin.domain.companies.models import Company
from florin.domain.ledger.models import Item
from florin.domain.outbox.models import Message
from florin.domain.payments import receiving
from florin.domain.payments.models import Payment
from florin.domain.receipts.models import Receipt
from florin.domain.staff.rights import Right
from florin.flows import receive_payment
from florin.kernel.database import find
from florin.kernel.errors import Conflict, Refusal, SubmissionReused
from florin.kernel.money import Money
from florin.screens.office.payments.receive_form import ReceiveForm
from florin.screens.office.shared.access import StaffRequest, asks, does, page, shows
from florin.screens.office.shared.submissions import new_submission


@asks(Right.RECEIVE_PAYMENT)
def receive(request: StaffRequest) -> HttpResponse:
    """Ask what came in, and record it; the same press of the button records it once."""
    company = request.user.company
    if request.method != "POST":
        return _form(request, ReceiveForm(company=company, customer=request.GET.get("customer", "")))
    form = ReceiveForm(request.POST, company=company)
    draft = form.draft()
    if form.whose is None or draft is None:
        return _form(request, form, status=422)
    if not form.seen_invoices:  # without script, the invoices are shown before anything is recorded
        return _form(request, form, look=True)
    try:
        _refuse_if_gone(form, company)
        payment = receive_payment.receive(
            company, form.whose.pk, draft, mail_to=form.addresses, by=request.user
        )
    except Refusal as problem:
        form = ReceiveForm(request.POST, company=company)
        if isinstance(problem, SubmissionReused):
            form.submission_key = new_submission()
        return _form(request, form, problem=problem)
    return redirect("office:payment-received", payment.pk)


@does(Right.RECEIVE_PAYMENT)
def invoices(request: StaffRequest) -> HttpResponse:
    """Show the open invoices again after another customer, or another way to apply, was chosen."""
    form = ReceiveForm(request.POST, company=request.user.company)
    return page(request, "payments/receive_invoices.html", {"form": form, "many": _many(form)})


@does(Right.RECEIVE_PAYMENT)
def reckon(request: StaffRequest) -> HttpResponse:
    """Show what each invoice gets and what is left; 204 while other invoices are on the page."""
    form = ReceiveForm(request.POST, company=request.user.company)
    if form.whose is None or not form.seen_invoices:
        return HttpResponse(status=204)
    return page(request, "payments/receive_reckoned.html", {"form": form})


@shows(Right.RECEIVE_PAYMENT)
def received(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Show what was recorded, with the receipt to print."""
    payments = Payment.objects.filter(company=request.user.company).select_related("customer")
    payment = find(payments, pk=pk)
    receipt = Receipt.objects.filter(payment=payment).first()
    mails = Message.objects.filter(event=f"payment:{pk}", kind=Message.Kind.PAYMENT_RECEIVED)
    owed = Item.objects.filter(customer=payment.customer, kind=Item.Kind.INVOICE, currency=payment.currency)
    context = {
        "payment": payment,
        "document": receipt.document if receipt else None,
        "mailed": [mail.recipient for mail in mails.order_by("pk")],
        "owed": Money(sum(owed.exclude(balance=0).values_list("balance", flat=True)), payment.currency),
    }
    return page(request, "payments/receive_done.html", context)


def _refuse_if_gone(form: ReceiveForm, company: Company) -> None:
    """Refuse what was typed for an invoice that is not open any more, unless this very press has paid it."""
    if form.gone and receiving.find_by_submission(company, form.submission_key) is None:
        raise Conflict(
            _("An invoice to which money was applied is not open any more. Look again at what is open.")
        )


def _form(
    request: StaffRequest,
    form: ReceiveForm,
    *,
    status: int = 200,
    look: bool = False,
    problem: Refusal | None = None,
) -> HttpResponse:
    context = {
        "form": form,
        "problem": problem,
        "look": look,
        "many": _many(form),
    }
    return page(
        request, "payments/receive_payment.html", context, status=problem.status if problem else status
    )


def _many(form: ReceiveForm) -> int:
    """Return how many invoices are shown if there may be more than that."""
    return len(form.rows) if len(form.rows) == receiving.MOST_INVOICES else 0
