"""Answers for when things go wrong: one calm page, or a notice where only a part of a page was asked for."""

import logging
import secrets
from urllib.parse import urlencode, urlsplit

from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from psycopg_pool import PoolTimeout

from florin.kernel import database
from florin.kernel.errors import Refusal

_log = logging.getLogger("florin.screens")
_RETRY_AFTER_SECONDS = "5"

_SERVER_ERROR = 500


def plain(request: HttpRequest, status: int, sentence: str, *, reference: str = "") -> HttpResponse:
    """Return a page that says one thing; for HTMX a notice beside what was typed, which stays as it is.

    Touches neither session nor database, so it works when they do not.
    """
    context = {"status": status, "title": _title(status), "sentence": sentence, "reference": reference}
    if request.headers.get("HX-Request"):
        response = render(request, "shared/notice.html", context, status=status)
        response["HX-Retarget"] = "#notices"
        response["HX-Reswap"] = "innerHTML"
    else:
        context["home"] = not _is_payers(request)
        response = render(request, "shared/answer.html", context, status=status)
    response["Cache-Control"] = "no-store"
    if _is_payers(request):  # the address holds the link's token
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def session_over(request: HttpRequest) -> HttpResponse:
    """Lead to the sign-in page and from there back; the session has ended by itself."""
    within = bool(request.headers.get("HX-Request"))
    back = request.get_full_path() if request.method in {"GET", "HEAD"} else "/office/"
    if within:
        back = urlsplit(request.headers.get("HX-Current-URL", "")).path or "/office/"
    to = f"{reverse('account_login')}?{urlencode({'next': back, 'ended': 1})}"
    if not within:
        return HttpResponseRedirect(to)
    response = HttpResponse(status=401)
    response["HX-Redirect"] = to
    return response


def second_factor_missing(request: HttpRequest) -> HttpResponse:
    """Lead to where a second factor is set up, for the company asks for one."""
    to = reverse("mfa_index")
    if not request.headers.get("HX-Request"):
        return HttpResponseRedirect(to)
    return HttpResponse(status=401, headers={"HX-Redirect": to})


def refusal(request: HttpRequest, problem: Refusal) -> HttpResponse:
    """Answer with the refusal's own sentence and status."""
    return plain(request, problem.status, str(problem))


def database_away(request: HttpRequest, problem: BaseException) -> HttpResponse:
    """Answer that Florin cannot reach its data for the moment, and when to ask again."""
    _log.error("Database away: %s", type(problem).__name__)
    response = plain(
        request,
        503,
        _("Florin cannot reach its data at the moment. Nothing is lost; please try again in a few seconds."),
    )
    response["Retry-After"] = _RETRY_AFTER_SECONDS
    return response


def of_gate(request: HttpRequest, status: int, *, limit: int) -> HttpResponse:
    """Say what the web server's gate did not let through; ``limit`` is how many bytes may be sent."""
    sentences = {
        408: _("What you sent did not arrive in time. Please look at your connection, and send it again."),
        413: _("This is too large: at most %(limit)s can be sent here. Nothing was changed.")
        % {"limit": filesizeformat(limit)},
    }
    busy = _("Very many people are here at this moment. Nothing is lost; please try again in a few seconds.")
    return plain(request, status, sentences.get(status, busy))


def broken(request: HttpRequest, problem: BaseException | None) -> HttpResponse:
    """Answer a defect of ours with a reference number that is also in the log."""
    reference = log(request, problem)
    return plain(
        request,
        _SERVER_ERROR,
        _("Something went wrong on our side, and is recorded. If it keeps happening, tell us the reference."),
        reference=reference,
    )


def log(request: HttpRequest, problem: BaseException | None) -> str:
    """Record a problem and return its reference; the path is left out, for a payer's holds a token."""
    reference = secrets.token_hex(4).upper()
    view = request.resolver_match.view_name if request.resolver_match else "no view"
    _log.error("Problem %s in %s %s", reference, request.method, view, exc_info=problem)
    return reference


def is_database_away(problem: BaseException | None) -> bool:
    """Whether the cause of a problem is that the database does not answer, or is of another version."""
    if isinstance(problem, OperationalError | InterfaceError | PoolTimeout):
        return True
    if isinstance(problem, DatabaseError) and database.is_between_versions():
        return True
    return problem is not None and isinstance(problem.__cause__, PoolTimeout)


def _is_payers(request: HttpRequest) -> bool:
    return request.path.startswith("/pay/")


def _title(status: int) -> str:
    titles = {
        400: _("That does not look right"),
        403: _("Not for your role"),
        404: _("Nothing here"),
        408: _("That took too long"),
        409: _("Changed meanwhile"),
        413: _("Too much at once"),
        422: _("That cannot be done"),
        429: _("Too many tries"),
        500: _("Something went wrong"),
        503: _("One moment, please"),
    }
    return titles.get(status, _("That cannot be done"))
