"""Setup > Sign-in: how long the sessions of the company's people last."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from florin.domain.companies import signing_in
from florin.domain.companies.signing_in import IDLE_MINUTES, SESSION_HOURS, Limits
from florin.domain.staff.rights import Right
from florin.flows import change_settings
from florin.kernel.errors import Conflict, Refusal
from florin.screens.office.shared import timeline
from florin.screens.office.shared.access import StaffRequest, page, requires

_HOUR = 60


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.SETUP)
def sign_in(request: StaffRequest) -> HttpResponse:
    """Show and change after what time people have to sign in again; it holds from the next request on."""
    company = request.user.company
    if request.method != "POST":
        return _form(request, signing_in.limits_of(company))
    chosen = Limits(
        idle_minutes=_chosen(request.POST.get("idle_minutes", ""), IDLE_MINUTES),
        session_hours=_chosen(request.POST.get("session_hours", ""), SESSION_HOURS),
    )
    try:
        change_settings.change_sessions(company, chosen, seen=request.POST.get("seen", ""), by=request.user)
    except Conflict as problem:
        company.refresh_from_db()
        return _form(request, chosen, problem)
    messages.success(request, _("The settings are saved. They hold for everybody who is signed in now."))
    return redirect("office:sign-in-settings")


def _form(request: StaffRequest, typed: Limits, problem: Conflict | None = None) -> HttpResponse:
    company = request.user.company
    context = {
        "typed": typed,
        "seen": signing_in.limits_of(company).mark,
        "idle": [(minutes, _duration(minutes)) for minutes in IDLE_MINUTES],
        "lasts": [(hours, _duration(hours * _HOUR)) for hours in SESSION_HOURS],
        "problem": problem,
        "stories": timeline.timeline(company.pk, company.pk),
    }
    return page(request, "setup/settings_sign_in.html", context, status=problem.status if problem else 200)


def _chosen(text: str, offered: tuple[int, ...]) -> int:
    found = [one for one in offered if str(one) == text]
    if not found:
        raise Refusal(_("Choose one of the times of the list."))
    return found[0]


def _duration(minutes: int) -> str:
    if minutes < _HOUR:
        return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    hours = minutes // _HOUR
    return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}
