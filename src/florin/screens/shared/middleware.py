"""What every answer shares: refusals as pages, the reader's language, and calm when the database is away."""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext as _

from florin.domain.companies import queries as companies
from florin.domain.security import services as security
from florin.domain.staff import second_factor, sessions
from florin.domain.staff.models import User
from florin.kernel import clients, formats, request_ids
from florin.kernel.errors import Forbidden, Refusal
from florin.kernel.gate_words import LIMIT, REFUSED, REQUEST_ID
from florin.screens.shared import answers

Handler = Callable[[HttpRequest], HttpResponse]

# Django itself has the right status for these, and our pages for them.
_DJANGO_ANSWERS = (Http404, PermissionDenied, SuspiciousOperation, BadRequest, MultiPartParserError)


# What a page here could ask a browser for, and none does (W3C Permissions Policy).
_UNUSED = (
    *("accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen"),
    *("geolocation", "gyroscope", "magnetometer", "microphone", "midi", "payment", "picture-in-picture"),
    *("screen-wake-lock", "usb", "web-share", "xr-spatial-tracking"),
)
_POLICY = ", ".join(f"{feature}=()" for feature in _UNUSED)


class RequestIds:
    """Lets every line of the log say which request it is about."""

    def __init__(self, following: Handler) -> None:
        self.following = following

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Take the id from the gate, which also puts it on the answer."""
        with request_ids.answering(request.META.get(REQUEST_ID) or request_ids.choose("")):
            return self.following(request)


class Permissions:
    """Tells browsers that no page here may use camera, place or anything of the kind."""

    def __init__(self, following: Handler) -> None:
        self.following = following

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the header to every answer, static files included."""
        answer = self.following(request)
        answer.headers["Permissions-Policy"] = _POLICY
        return answer


class Answers:
    """Turns what goes wrong into an answer for people: never a traceback, always what to do next."""

    def __init__(self, following: Handler) -> None:
        self.following = following

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in a language that the browser asks for; who is signed in may overrule it."""
        language = translation.get_language_from_request(request)
        with translation.override(language), clients.asking(clients.address(request.META)):
            if REFUSED in request.META:
                return answers.of_gate(request, request.META[REFUSED], limit=request.META[LIMIT])
            return self.following(request)

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponse | None:
        """Answer a refusal, bad input, or a missing database; leave the rest to Django's handlers."""
        if isinstance(problem, Forbidden):
            _note_refused(request)
        if isinstance(problem, Refusal):
            return answers.refusal(request, problem)
        if isinstance(problem, _DJANGO_ANSWERS):
            return None
        if isinstance(problem, DataError):
            # The database could not hold what was sent: a NUL byte, a number beyond all bounds.
            answers.log(request, problem)
            return answers.plain(
                request, 400, _("This request holds characters or numbers that make no sense.")
            )
        if answers.is_database_away(problem):
            return answers.database_away(request, problem)
        return None


def _note_refused(request: HttpRequest) -> None:
    """Note for the company's Admin that somebody tried what their roles do not allow."""
    if isinstance(request.user, User):
        route = request.resolver_match.route if request.resolver_match else ""
        security.note(
            security.Kind.RIGHT_REFUSED,
            company_id=request.user.company_id,
            who=request.user.email,
            page=route,
        )


def _note_ended(person: User) -> None:
    """Note that a session was used after its time; one that nobody uses again ends without a word."""
    security.note(
        security.Kind.SESSIONS_ENDED, company_id=person.company_id, who=person.email, what="time-limit"
    )


class Sessions(SessionMiddleware):
    """Keeps the session, and says which of two things it is when it cannot be kept.

    Django takes a database that went away for a session that somebody ended, and answers both with a 400.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Keep what changed in the session; the answer tells people what to do if that cannot be done."""
        try:
            return super().process_response(request, response)
        except SessionInterrupted as problem:
            cause = problem.__context__ and problem.__context__.__context__
            if cause and answers.is_database_away(cause):
                return answers.database_away(request, cause)
        return answers.plain(
            request,
            409,
            _("You were signed out in another window. Sign in again and look whether what you sent arrived."),
        )


# Where somebody gets without the second factor that they must have: to where it is set up, and signs out.
_OPEN = ("/account/", "/operator/", "/healthz", "/readyz", "/.well-known/")


class SignedIn:
    """Holds whoever is signed in to what the company says of it.

    Sessions end that were left alone for too long or have lasted long enough, and who must have a second
    factor gets nowhere without.
    """

    def __init__(self, following: Handler) -> None:
        self.following = following

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer whoever is signed in; ask them to sign in again if their session is over.

        A page that refreshes by itself says so, and does not keep a session alive that nobody uses.
        """
        if request.path.startswith("/pay/") or settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return self.following(request)
        if isinstance(request.user, User):
            if sessions.is_over(request.session, request.user.company):
                _note_ended(request.user)
                logout(request)
                return answers.session_over(request)
            if not request.path.startswith(_OPEN) and second_factor.is_missing(request.user):
                return answers.second_factor_missing(request)
            if "Florin-Refresh" not in request.headers:
                sessions.use(request.session, address=clients.address(request.META))
        return self.following(request)


class FirstRun:
    """Leads every page to where the first company is set up, until one has moved in.

    The database is asked only for pages that nobody needs a company for: strangers', and those not found.
    """

    def __init__(self, following: Handler) -> None:
        self.following = following

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or lead there; what machines ask stays as it is."""
        answer = self.following(request)
        if (
            request.method in {"GET", "HEAD"}
            and _needs_no_company(request, answer)
            and not companies.has_any()
        ):
            return redirect("set-up")
        return answer


# What machines ask, and the one page that there is.
_AS_IT_IS = (
    "/healthz",
    "/readyz",
    "/metrics",
    "/static/",
    "/.well-known/",
    "/notices/",
    "/operator/",
    "/account/set-up/",
)


def _needs_no_company(request: HttpRequest, answer: HttpResponse) -> bool:
    if request.path.startswith(_AS_IT_IS):
        return False
    if request.path.startswith("/pay/"):
        return answer.status_code == HTTPStatus.NOT_FOUND
    return not request.user.is_authenticated


class Language:
    """Speaks the signed-in person's language, and writes figures as the company's region does."""

    def __init__(self, following: Handler) -> None:
        self.following = following

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the person's language.

        Without a session cookie nobody is signed in, and a payer's page chooses its own: no query for either.
        """
        if request.path.startswith("/pay/") or settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return self.following(request)
        with translation.override(_language(request)):
            return self.following(request)


def _language(request: HttpRequest) -> str | None:
    """Return the person's language, with the figures of the company's region."""
    if isinstance(request.user, User):
        return formats.regional(request.user.language, request.user.company.time_zone)
    return translation.get_language()
