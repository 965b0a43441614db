"""Browsers that have signed somebody in before: a signed cookie for each person says so.

The idea is OWASP's ("Slow Down Online Guessing Attacks with Device Cookies"): guesses are counted apart for
browsers that are known, so that strangers' guesses never keep out whoever works here.
"""

import secrets
from datetime import timedelta

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

_SALT = "a browser that is known"
_LASTS = timedelta(days=400)  # browsers keep no cookie longer
_signer = TimestampSigner(salt=_SALT)


def browser(request: HttpRequest, login: str) -> str:
    """Return the name of this browser if it has signed that person in before, or nothing."""
    cookie = request.COOKIES.get(_cookie(login), "")
    try:
        person, _separator, name = _signer.unsign(cookie, max_age=_LASTS).partition(":")
    except BadSignature:
        return ""
    return name if person == _person(login) else ""


def remember(request: HttpRequest, response: HttpResponse, login: str) -> None:
    """Let this browser be known for that person: they have just proved who they are."""
    name = browser(request, login) or secrets.token_urlsafe(16)
    response.set_cookie(
        _cookie(login),
        _signer.sign(f"{_person(login)}:{name}"),
        max_age=_LASTS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _cookie(login: str) -> str:
    return f"{'__Host-' if settings.SESSION_COOKIE_SECURE else ''}known-{_person(login)}"


def _person(login: str) -> str:
    """Return a person's address as the cookie tells it: nobody reads it back."""
    return salted_hmac(_SALT, login.strip().lower()).hexdigest()[:16]
