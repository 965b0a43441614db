"""The cookie that makes a browser known for whoever has signed in with it."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from florin.domain.staff import known_browsers


def browser(request: HttpRequest, login: str) -> str:
    """Return the name of this browser if it has signed that person in before, or nothing."""
    return known_browsers.name(request.COOKIES, login)


def remember(request: HttpRequest, response: HttpResponse, login: str) -> None:
    """Let this browser be known for that person: they have just proved who they are."""
    response.set_cookie(
        known_browsers.cookie(login),
        known_browsers.value(request.COOKIES, login),
        max_age=known_browsers.LASTS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
