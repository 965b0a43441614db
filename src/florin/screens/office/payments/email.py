"""Mail receipt: the dialog on the page of a payment."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from florin.domain.payments.models import Payment
from florin.domain.receipts.models import Receipt
from florin.domain.staff.rights import Right
from florin.flows import mail_receipt, return_payment
from florin.kernel.database import find
from florin.kernel.errors import Refusal
from florin.screens.office.shared.access import StaffRequest, asks, dialog, done
from florin.screens.office.shared.submissions import new_submission, submission_key


@asks(Right.RECEIVE_PAYMENT)
def email(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Ask for addresses, whoever paid being proposed, and mail the receipt to them."""
    payments = Payment.objects.filter(company=request.user.company)
    payment = find(payments.select_related("customer", "attempt__link"), pk=pk)
    find(Receipt.objects.all(), payment=payment)
    if request.method != "POST":
        return _ask(
            request, payment, to="\n".join(return_payment.payers(payment)), submission=new_submission()
        )
    to, submission = request.POST.get("to", ""), submission_key(request.POST)
    note = request.POST.get("note", "")
    try:
        recipients = mail_receipt.mail(
            request.user.company, pk, to=[to], submission=submission, by=request.user, note=note
        )
    except Refusal as problem:
        return _ask(request, payment, to=to, submission=submission, problem=problem)
    details = {"number": payment.number, "to": ", ".join(recipients)}
    messages.success(request, _("The receipt of %(number)s is on its way to %(to)s.") % details)
    return done(request, "office:payment", pk)


def _ask(
    request: StaffRequest, payment: Payment, *, to: str, submission: str, problem: Refusal | None = None
) -> HttpResponse:
    context = {
        "payment": payment,
        "to": to,
        "submission": submission,
        "problem": problem,
        "note": request.POST.get("note", ""),
    }
    status = problem.status if problem else 200
    return dialog(request, "payments/email.html", context, title=payment.number, status=status)
