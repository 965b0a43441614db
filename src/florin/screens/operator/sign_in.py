"""Signing in to the console and out; guesses are slowed down as those at the office are."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from florin.domain.operators import sessions
from florin.domain.security import services as security
from florin.domain.staff import tries
from florin.flows import sign_in_operator
from florin.kernel import clients
from florin.screens.operator.access import cookie, path

_UNPROCESSABLE, _TOO_MANY_REQUESTS = 422, 429
_WHAT = "operator"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask who it is; sent, begin a session of the console and of nothing else."""
    if request.method != "POST":
        return _show(request, "")
    email = request.POST.get("email", "").strip().lower()
    place = clients.place(clients.address(request.META))
    counted = tries.of_sign_in(f"operator {email}", place=place, browser="")
    if wait := tries.begin(counted):
        security.note(security.Kind.SIGN_IN_SLOWED, what=_WHAT)
        told = ngettext(
            "There were too many wrong passwords. Please try again in %(count)s second.",
            "There were too many wrong passwords. Please try again in %(count)s seconds.",
            wait,
        )
        response = _show(request, told % {"count": wait}, status=_TOO_MANY_REQUESTS)
        response["Retry-After"] = str(wait)
        return response
    code = "".join(request.POST.get("code", "").split())
    operator = sign_in_operator.recognise(email, request.POST.get("password", ""), code)
    if operator is None:
        security.note(security.Kind.SIGN_IN_FAILED, what=_WHAT)
        return _show(request, _("No operator has this address, password and code."), status=_UNPROCESSABLE)
    tries.succeeded(counted)
    security.note(security.Kind.SIGNED_IN, who=operator.email, what=_WHAT)
    response = redirect("operator:overview")
    response.set_cookie(
        cookie(),
        sessions.begin(operator),
        max_age=sessions.LONGEST,
        path=path(),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )
    return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session; safe to repeat."""
    secret = request.COOKIES.get(cookie(), "")
    operator = sessions.whose(secret)
    if operator is not None:
        sessions.end(secret)
        security.note(security.Kind.SIGNED_OUT, who=operator.email, what=_WHAT)
    response = redirect("operator:sign-in")
    response.delete_cookie(cookie(), path=path(), samesite="Strict")
    return response


def _show(request: HttpRequest, problem: str, *, status: int = 200) -> HttpResponse:
    context = {"problem": problem, "email": request.POST.get("email", "")}
    return render(request, "operator/sign_in.html", context, status=status)
