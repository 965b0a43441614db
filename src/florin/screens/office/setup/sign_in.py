"""Setup > Sign-in: how long the sessions of the company's people last, and who needs a second factor."""

from dataclasses import asdict

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from florin.domain.companies import signing_in
from florin.domain.companies.signing_in import IDLE_MINUTES, SESSION_HOURS, Limits
from florin.domain.staff.rights import Right
from florin.flows import change_settings
from florin.kernel.errors import Conflict
from florin.screens.office.shared import timeline
from florin.screens.office.shared.access import StaffRequest, asks, page
from florin.screens.office.shared.fields import OptionField
from florin.screens.office.shared.forms import OfficeForm
from florin.screens.office.shared.roles import RolesField
from florin.screens.shared.confirming import confirmed

_HOUR = 60
_OTHER = gettext_lazy("Choose one of the times of the list.")


def _duration(minutes: int) -> str:
    if minutes < _HOUR:
        return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    hours = minutes // _HOUR
    return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}


class SignInForm(OfficeForm):
    """After what times people have to sign in again, and whose roles need a second factor."""

    idle_minutes = OptionField(
        label=gettext_lazy("Without work for"),
        options=lambda: [(minutes, _duration(minutes)) for minutes in IDLE_MINUTES],
        other=_OTHER,
        help_text=gettext_lazy("A page that only refreshes by itself is no work."),
    )
    session_hours = OptionField(
        label=gettext_lazy("In any case after"),
        options=lambda: [(hours, _duration(hours * _HOUR)) for hours in SESSION_HOURS],
        other=_OTHER,
        help_text=gettext_lazy(
            "Counted from signing in. Shorter times hold at once, for everybody of your company."
        ),
    )

    second_factor_roles = RolesField(
        label=gettext_lazy("Required for"),
        help_text=gettext_lazy(
            "An authenticator app or a passkey. Anyone without one sets it up before anything else."
        ),
        required=False,
    )

    def limits(self) -> Limits:
        """Return what was chosen, once the form is valid."""
        given = self.cleaned_data
        return Limits(
            idle_minutes=int(given["idle_minutes"]),
            session_hours=int(given["session_hours"]),
            second_factor_roles=tuple(sorted(given["second_factor_roles"])),
        )


@asks(Right.SETUP)
@confirmed
def sign_in(request: StaffRequest) -> HttpResponse:
    """Show and change how people sign in; it holds from the next request on."""
    company = request.user.company
    now = signing_in.limits_of(company)
    data = request.POST if request.method == "POST" else None
    form = SignInForm(data, company=company, initial=asdict(now), seen=now.mark)
    if not form.is_valid():
        return _show(request, form)
    try:
        change_settings.change_sessions(company, form.limits(), seen=form.seen, by=request.user)
    except Conflict as problem:
        company.refresh_from_db()
        form.seen, form.problem = signing_in.limits_of(company).mark, problem
        return _show(request, form)
    messages.success(request, _("The settings are saved. They hold for everybody who is signed in now."))
    return redirect("office:sign-in-settings")


def _show(request: StaffRequest, form: SignInForm) -> HttpResponse:
    company = request.user.company
    entries = timeline.timeline(company.pk, company.pk)
    context = {"form": form, "problem": form.problem, "entries": entries}
    return page(request, "setup/settings_sign_in.html", context, status=form.status)
