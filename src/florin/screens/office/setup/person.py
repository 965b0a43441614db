"""Setup > People > one person: roles, deactivating, ending sessions, beginning afresh (A1)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from florin.domain.security import queries as security
from florin.domain.staff import people, second_factor, sessions
from florin.domain.staff.models import User
from florin.domain.staff.rights import Right
from florin.flows import change_person
from florin.kernel.database import find
from florin.kernel.errors import Conflict, Refusal
from florin.screens.office.setup.security_log import EventRow
from florin.screens.office.shared.access import StaffRequest, asks, dialog, does, done, page
from florin.screens.office.shared.forms import OfficeForm
from florin.screens.office.shared.roles import RolesField
from florin.screens.shared.confirming import confirmed

_LATEST = 10


class RolesForm(OfficeForm):
    """What somebody is at the company."""

    roles = RolesField(label=gettext_lazy("Roles"), help_text=gettext_lazy("Several roles can be combined."))


@asks(Right.SETUP)
@confirmed
def person(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Show one person, and change their roles."""
    company, shown = request.user.company, _find(request, pk)
    if request.method != "POST":
        form = RolesForm(company=company, initial={"roles": shown.roles}, seen=people.mark(shown))
        return _show(request, shown, form)
    form = RolesForm(request.POST, company=company)
    if not form.is_valid():
        return _show(request, shown, form, status=422)
    try:
        change_person.change_roles(company, pk, form.cleaned_data["roles"], seen=form.seen, by=request.user)
    except Refusal as problem:
        shown.refresh_from_db()
        if isinstance(problem, Conflict):
            form.seen = people.mark(shown)
        return _show(request, shown, form, problem=problem, status=problem.status)
    messages.success(request, _("The roles of %(name)s are saved.") % {"name": shown.name})
    return redirect("office:person", pk)


@asks(Right.SETUP)
@confirmed
def deactivate(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Let somebody sign in no longer, after asking."""
    shown, problem = _find(request, pk), None
    if request.method == "POST":
        try:
            change_person.deactivate(request.user.company, pk, by=request.user)
        except Refusal as refused:
            problem = refused
        else:
            messages.success(request, _("%(name)s is deactivated.") % {"name": shown.name})
            return done(request, "office:person", pk)
    context, title = {"person": shown, "problem": problem}, _("Deactivate %(name)s?") % {"name": shown.name}
    return dialog(
        request,
        "setup/person_deactivate.html",
        context,
        title=title,
        status=problem.status if problem else 200,
    )


@does(Right.SETUP)
@confirmed
def activate(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Let somebody sign in again."""
    shown = change_person.activate(request.user.company, pk, by=request.user)
    messages.success(request, _("%(name)s can sign in again.") % {"name": shown.name})
    return redirect("office:person", pk)


@does(Right.SETUP)
def sign_out(request: StaffRequest, pk: UUID) -> HttpResponse:
    """End all of somebody's sessions."""
    shown = change_person.sign_out(request.user.company, pk, by=request.user)
    messages.success(request, _("%(name)s is signed out everywhere.") % {"name": shown.name})
    return redirect("office:person", pk)


@asks(Right.SETUP)
@confirmed
def reset(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Let somebody begin afresh, after asking: a new password by mail."""
    shown = _find(request, pk)
    if request.method != "POST":
        title = _("Reset the sign-in of %(name)s?") % {"name": shown.name}
        return dialog(request, "setup/person_reset.html", {"person": shown}, title=title)
    change_person.reset(request.user.company, pk, by=request.user)
    messages.success(request, _("A link to a new password is on its way to %(to)s.") % {"to": shown.email})
    return done(request, "office:person", pk)


def _find(request: StaffRequest, pk: UUID) -> User:
    return find(User.objects.filter(company=request.user.company).select_related("company"), pk=pk)


def _show(
    request: StaffRequest,
    shown: User,
    form: RolesForm,
    *,
    problem: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    events = security.search(shown.company_id, who=shown.email).order_by("-at", "-pk")[:_LATEST]
    context = {
        "form": form,
        "person": shown,
        "problem": problem,
        "has_second_factor": second_factor.has_one(shown),
        "sessions": sessions.open_sessions(shown),
        "rows": [EventRow(event) for event in events],
    }
    return page(request, "setup/person.html", context, status=status)
