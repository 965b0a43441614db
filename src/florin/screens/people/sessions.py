"""Where somebody is signed in: their own sessions, to look at and to end."""

from typing import TYPE_CHECKING, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from florin.domain.security import services as security
from florin.domain.staff import sessions

if TYPE_CHECKING:
    from florin.domain.staff.models import User


@never_cache
@require_safe
@login_required
def shown(request: HttpRequest) -> HttpResponse:
    """Show browser, address and last use of each of one's sessions."""
    person = cast("User", request.user)
    return render(
        request,
        "people/sessions.html",
        {
            "here": request.session.session_key,
            "sessions": sessions.open_sessions(person),
            "zone": person.company.time_zone,
        },
    )


@require_POST
@login_required
def end(request: HttpRequest, name: UUID) -> HttpResponse:
    """End one of one's own; another's is not found among them."""
    person = cast("User", request.user)
    if sessions.end(person, name):
        security.note(security.Kind.SESSIONS_ENDED, company_id=person.company_id, who=person.email)
        messages.success(request, _("That session is ended."))
    return redirect("sessions")


@require_POST
@login_required
def end_others(request: HttpRequest) -> HttpResponse:
    """End all of one's sessions but this one."""
    person = cast("User", request.user)
    sessions.end_all(person, but=request.session.session_key)
    security.note(security.Kind.SESSIONS_ENDED, company_id=person.company_id, who=person.email)
    messages.success(request, _("You are signed in only here now."))
    return redirect("sessions")
