"""Setup > Company: the letterhead, where the company is, and how it is paid by check or wire."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from florin.domain.companies.profile import InvalidProfile
from florin.domain.staff.rights import Right
from florin.flows import change_company
from florin.kernel.errors import Conflict, Refusal
from florin.screens.office.setup.company_form import CompanyForm, describe_contrast, frames_ours
from florin.screens.office.shared import timeline
from florin.screens.office.shared.access import StaffRequest, asks, page, shows

_UNPROCESSABLE = 422


@frames_ours
@asks(Right.SETUP)
def company(request: StaffRequest) -> HttpResponse:
    """Show and change the company's profile; documents that exist keep the letterhead they have."""
    is_sent = request.method == "POST"
    form = CompanyForm(
        request.POST if is_sent else None, request.FILES if is_sent else None, company=request.user.company
    )
    if not is_sent:
        return _show(request, form)
    if not form.is_valid():
        return _show(request, form, status=_UNPROCESSABLE)
    try:
        change_company.change(request.user.company, form.profile(), seen=form.seen, by=request.user)
    except Refusal as problem:
        return _refused(request, form, problem)
    messages.success(request, _("The company is saved. Documents that exist keep the letterhead they have."))
    return redirect("office:company")


@shows(Right.SETUP)
def contrast(request: StaffRequest) -> HttpResponse:
    """Say how well a colour reads that somebody is choosing."""
    return page(
        request, "setup/company_contrast.html", {"words": describe_contrast(request.GET.get("colour", ""))}
    )


def _refused(request: StaffRequest, form: CompanyForm, problem: Refusal) -> HttpResponse:
    """Show the form as it was typed, and why it was not saved; after a conflict also what is saved now."""
    above: Refusal | None = None
    match problem:
        case InvalidProfile(field="logo"):
            form.drop_file(str(problem))
        case InvalidProfile():
            form.add_error(problem.field, str(problem))
        case Conflict():
            request.user.company.refresh_from_db()
            form.compare(request.user.company)
            above = problem
        case _:
            above = problem
    return _show(request, form, status=problem.status, problem=above)


def _show(
    request: StaffRequest, form: CompanyForm, *, problem: Refusal | None = None, status: int = 200
) -> HttpResponse:
    shown = request.user.company
    is_booked = change_company.is_booked(shown)
    context = {
        "form": form,
        "problem": problem,
        "currency_stays": change_company.currency_stays(shown) if is_booked else "",
        "entries": timeline.timeline(shown.pk, shown.pk),
    }
    return page(request, "setup/company.html", context, status=status)
