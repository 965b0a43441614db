"""What becomes of a credit: submitted, made a draft again, approved, rejected, voided; each asks first."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from florin.domain.companies.models import Company
from florin.domain.credits.lifecycle import CreditState
from florin.domain.credits.models import Credit
from florin.domain.staff.rights import Right
from florin.flows import give_credit
from florin.kernel.errors import Refusal
from florin.kernel.money import Money
from florin.screens.office.credits import detail
from florin.screens.office.credits.credit_form import LONGEST_REASON
from florin.screens.office.shared.access import StaffRequest, asks, dialog, done
from florin.screens.office.shared.fields import TextField
from florin.screens.office.shared.forms import OfficeForm


@asks(Right.CREATE_CREDIT)
def submit(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Hand a draft over for approval."""
    return _change(request, pk, "submit", lambda company: give_credit.submit(company, pk, by=request.user))


@asks(Right.CREATE_CREDIT)
def reopen(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Make a submitted or rejected credit a draft again."""
    return _change(request, pk, "reopen", lambda company: give_credit.reopen(company, pk, by=request.user))


@asks(Right.APPROVE_CREDIT)
def approve(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Book a submitted credit."""
    return _change(request, pk, "approve", lambda company: give_credit.approve(company, pk, by=request.user))


@asks(Right.APPROVE_CREDIT)
def reject(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Send a submitted credit back, with the reason."""
    form = read_reason(request)

    def act(company: Company) -> Credit:
        return give_credit.reject(company, pk, by=request.user, **form.cleaned_data)

    return _change(request, pk, "reject", act, form=form)


@asks(Right.CREATE_CREDIT)
def void(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Take back a draft, or an approved credit of which nothing was used."""
    form = read_reason(request)

    def act(company: Company) -> Credit:
        return give_credit.void(company, pk, by=request.user, **form.cleaned_data)

    return _change(request, pk, "void", act, form=form)


class ReasonForm(OfficeForm):
    """Why something is done to a credit."""

    reason = TextField(
        label=gettext_lazy("Reason"),
        longest=LONGEST_REASON,
        missing=gettext_lazy("Say why; whoever wrote the credit reads it."),
    )


def read_reason(request: StaffRequest) -> ReasonForm:
    """Return the form for the reason, as it was sent if it was."""
    return ReasonForm(request.POST if request.method == "POST" else None, company=request.user.company)


def _change(
    request: StaffRequest,
    pk: UUID,
    verb: str,
    act: Callable[[Company], Credit],
    *,
    form: ReasonForm | None = None,
) -> HttpResponse:
    """Ask whether a credit is to be changed so, with the reason in the form if there is one, and do it."""
    company = request.user.company
    credit = detail.find_credit(company, pk)
    problem, status = None, 422 if form and form.errors else 200
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            messages.success(request, _done_sentence(act(company)))
        except Refusal as refusal:
            problem, status = refusal, refusal.status
        else:
            return done(request, "office:credit", pk)
    amount = Money(credit.amount, credit.currency)
    context = {"credit": credit, "amount": amount, "verb": verb, "form": form, "problem": problem}
    return dialog(request, "credits/step.html", context, title=credit.number, status=status)


def _done_sentence(credit: Credit) -> str:
    number = {"number": credit.number}
    match CreditState(credit.state):
        case CreditState.DRAFT:
            return _("%(number)s is a draft again.") % number
        case CreditState.SUBMITTED:
            return _("%(number)s is submitted; somebody who may approve it decides.") % number
        case CreditState.APPROVED:
            return _("%(number)s is approved and open.") % number
        case CreditState.REJECTED:
            return _("%(number)s is rejected.") % number
        case CreditState.VOID:
            return _("%(number)s is void.") % number
