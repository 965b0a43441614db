"""A/R > Credits: write a new credit, and change one that is a draft."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from florin.domain.credits import services as credits_
from florin.domain.credits.models import Credit
from florin.domain.customers.models import Customer
from florin.domain.staff.rights import Right
from florin.flows import give_credit
from florin.kernel.errors import Conflict, Refusal, SubmissionReused
from florin.screens.office.credits.credit_form import CreditForm
from florin.screens.office.credits.detail import find_credit
from florin.screens.office.shared.access import StaffRequest, asks, page
from florin.screens.office.shared.parsing import as_key
from florin.screens.office.shared.submissions import new_submission


@asks(Right.CREATE_CREDIT)
def new(request: StaffRequest) -> HttpResponse:
    """Write a new credit, for the customer from whose page one comes; the same press writes it once."""
    if request.method == "POST":
        return _save(request, None)
    key, company = as_key(request.GET.get("customer", "")), request.user.company
    customer = Customer.objects.filter(company=company, pk=key).first() if key else None
    return _show(request, CreditForm(company=company, customer=customer), None)


@asks(Right.CREATE_CREDIT)
def edit(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Change a draft."""
    credit = find_credit(request.user.company, pk)
    if request.method == "POST":
        return _save(request, credit)
    if credit.state != Credit.State.DRAFT:
        messages.warning(request, _("Only a draft can be changed. Take the credit back to draft first."))
        return redirect("office:credit", pk)
    return _show(request, CreditForm(company=request.user.company, credit=credit), credit)


def _save(request: StaffRequest, credit: Credit | None) -> HttpResponse:
    """Save what was typed, and submit it if asked to, or show it again with what is wrong."""
    form = CreditForm(request.POST, company=request.user.company)
    if not form.is_valid():
        return _show(request, form, credit)
    try:
        saved = _write(request, form, credit)
    except Refusal as problem:
        return _refused(request, form, credit, problem)
    messages.success(request, _("Credit %(number)s is saved.") % {"number": saved.number})
    return redirect("office:credit", saved.pk)


def _write(request: StaffRequest, form: CreditForm, credit: Credit | None) -> Credit:
    company, person = request.user.company, request.user
    if credit is None:
        saved = give_credit.create(company, form.draft(), by=person, submission=form.submission_key)
    else:
        saved = give_credit.change(company, credit.pk, form.draft(), seen=form.seen, by=person)
    if request.POST.get("then") == "submit":
        give_credit.submit(company, saved.pk, by=person)
    return saved


def _refused(
    request: StaffRequest, form: CreditForm, credit: Credit | None, problem: Refusal
) -> HttpResponse:
    """Show the form as it was typed, and why it was not saved; after a conflict also what is saved now."""
    saved = None
    if isinstance(problem, Conflict) and credit is not None:
        saved = find_credit(request.user.company, credit.pk)
        form.seen = credits_.mark(saved)
    if isinstance(problem, SubmissionReused):
        form.submission_key = new_submission()
    form.problem = problem
    return _show(request, form, credit, saved)


def _show(
    request: StaffRequest, form: CreditForm, credit: Credit | None, saved: Credit | None = None
) -> HttpResponse:
    context = {"form": form, "credit": credit, "problem": form.problem, "saved": saved}
    return page(request, "credits/form.html", context, status=form.status)
