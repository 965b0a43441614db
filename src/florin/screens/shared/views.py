"""Pages that belong to no task: health, errors, and the choice of language."""

import sys
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from psycopg_pool import PoolTimeout

from florin.domain.security import services as security
from florin.domain.staff.models import User
from florin.kernel import clock
from florin.kernel.database import missing_migrations
from florin.screens.shared import answers

_CONTACT_HOLDS = timedelta(days=90)


@never_cache
def alive(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Say that the process answers; asks nothing else."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@never_cache
def ready(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 - Django's signature
    """Say for each dependency whether it works now; 503 unless all do."""
    parts = {"database": False, "migrations": False}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        parts["database"] = True
        parts["migrations"] = not missing_migrations()
    except (DatabaseError, PoolTimeout):
        pass  # what stays false is the answer
    fine = all(parts.values())
    return JsonResponse({"ready": fine, **parts}, status=200 if fine else 503)


@never_cache
def security_contact(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Say where to report a vulnerability (RFC 9116), always for the next three months."""
    details = {
        "Contact": f"mailto:{settings.SECURITY_CONTACT}",
        "Expires": (clock.now() + _CONTACT_HOLDS).isoformat(timespec="seconds"),
        "Preferred-Languages": ", ".join(dict(settings.LANGUAGES)),
        "Canonical": f"{settings.PUBLIC_URL}/.well-known/security.txt",
    }
    lines = "".join(f"{name}: {value}\n" for name, value in details.items())
    return HttpResponse(lines, content_type="text/plain; charset=utf-8")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Say that there is nothing at this address."""
    return answers.plain(
        request, 404, _("There is nothing at this address. It may have been moved, or mistyped.")
    )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say what is wrong with what was sent; where it is too much, how much may be sent at once."""
    if isinstance(exception, TooManyFieldsSent):
        most = f"{settings.DATA_UPLOAD_MAX_NUMBER_FIELDS:,}"
        sentence = _("This form has more than the %(most)s fields that can be sent at once.") % {"most": most}
    elif isinstance(exception, RequestDataTooBig):
        most = f"{settings.DATA_UPLOAD_MAX_MEMORY_SIZE / 1_000_000:g}"
        sentence = _("This is more than the %(most)s MB that can be sent at once.") % {"most": most}
    else:
        return answers.plain(request, 400, _("Florin cannot read this request."))
    kept = _("Nothing was saved. What you typed is still in the page: go back, and send it in parts.")
    return answers.plain(request, 413, f"{sentence} {kept}")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Say that the person's roles do not allow it."""
    return answers.plain(
        request, 403, _("Your roles do not allow this. An Admin of your company can change that.")
    )


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Say that something was tried too often from one place."""
    response = answers.plain(request, 429, _("This was tried too often from here. Please wait a minute."))
    response["Retry-After"] = "60"
    return response


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Say that the page has lain open too long, or came from elsewhere."""
    security.note(
        security.Kind.FORM_REFUSED, page=request.resolver_match.route if request.resolver_match else ""
    )
    return answers.plain(
        request,
        403,
        _("This page was open too long, or cookies are blocked. Go back, reload the page and send it again."),
    )


def broken(request: HttpRequest) -> HttpResponse:
    """Answer when something went wrong outside of a view, or is a defect of ours."""
    problem = sys.exc_info()[1]
    if answers.is_database_away(problem):
        return answers.database_away(request, problem or RuntimeError())
    return answers.broken(request, problem)


@require_POST
@login_required
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep the language that the signed-in person wants, and go back to where they were."""
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        User.objects.filter(pk=str(request.user.pk)).update(language=language)
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return HttpResponseRedirect(back if safe else "/")
