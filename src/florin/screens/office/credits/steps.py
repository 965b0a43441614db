"""What becomes of a credit: submitted, made a draft again, approved, rejected, voided; each asks first."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from florin.domain.companies.models import Company
from florin.domain.credits.lifecycle import CreditState
from florin.domain.credits.models import Credit
from florin.domain.staff.rights import Right
from florin.flows import give_credit
from florin.kernel.errors import Refusal
from florin.kernel.money import Money
from florin.screens.office.credits import detail
from florin.screens.office.credits.credit_form import LONGEST_REASON
from florin.screens.office.shared import parsing
from florin.screens.office.shared.access import StaffRequest, done, page, requires
from florin.screens.office.shared.parsing import InvalidInput


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.CREATE_CREDIT)
def submit(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Hand a draft over for approval."""
    return _change(request, pk, "submit", lambda company: give_credit.submit(company, pk, by=request.user))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.CREATE_CREDIT)
def reopen(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Make a submitted or rejected credit a draft again."""
    return _change(request, pk, "reopen", lambda company: give_credit.reopen(company, pk, by=request.user))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.APPROVE_CREDIT)
def approve(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Book a submitted credit."""
    return _change(request, pk, "approve", lambda company: give_credit.approve(company, pk, by=request.user))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.APPROVE_CREDIT)
def reject(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Send a submitted credit back, with the reason."""
    return _change(
        request,
        pk,
        "reject",
        lambda company: give_credit.reject(company, pk, reason=read_reason(request), by=request.user),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.CREATE_CREDIT)
def void(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Take back a draft, or an approved credit of which nothing was used."""
    return _change(
        request,
        pk,
        "void",
        lambda company: give_credit.void(company, pk, reason=read_reason(request), by=request.user),
    )


def read_reason(request: StaffRequest) -> str:
    """Return the reason that was typed.

    Raises:
        Refusal: if there is none, or it cannot be kept.
    """
    reason = request.POST.get("reason", "")
    if not reason.strip():
        raise Refusal(_("Say why; whoever wrote the credit reads it."))
    try:
        return parsing.words(reason, longest=LONGEST_REASON)
    except InvalidInput as problem:
        raise Refusal(str(problem)) from None


def _change(request: StaffRequest, pk: UUID, verb: str, act: Callable[[Company], Credit]) -> HttpResponse:
    company = request.user.company
    credit = detail.find_credit(company, pk)
    problem = None
    if request.method == "POST":
        try:
            messages.success(request, _done_sentence(act(company)))
        except Refusal as refusal:
            problem = refusal
        else:
            return done(request, "office:credit", pk)
    context = {
        "credit": credit,
        "amount": Money(credit.amount, credit.currency),
        "verb": verb,
        "reason": request.POST.get("reason", ""),
        "problem": problem,
        "heading": "h2" if request.htmx else "h1",
        "part": "credits/step.html",
        "name": credit.number,
    }
    template = "credits/step.html" if request.htmx else "credits/step_page.html"
    return page(request, template, context, status=problem.status if problem else 200)


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
