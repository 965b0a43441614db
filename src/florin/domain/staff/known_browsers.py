"""Browsers that have signed somebody in before: a signed cookie for each person says so.

The idea is OWASP's ("Slow Down Online Guessing Attacks with Device Cookies"): guesses are counted apart for
browsers that are known, so that strangers' guesses never keep out whoever works here.
"""

import secrets
from collections.abc import Mapping
from datetime import timedelta

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import parse_cookie
from django.utils.crypto import salted_hmac

LASTS = timedelta(days=400)
"""Browsers keep no cookie longer."""
_SALT = "a browser that is known"
_MOST_LOOKED_AT = 4  # whoever sends more is no browser that people share


def cookie(login: str) -> str:
    """Return the name of the cookie that makes a browser known for somebody."""
    return f"{_prefix()}{_person(login, key=settings.SECRET_KEY)}"


def name(cookies: Mapping[str, str], login: str) -> str:
    """Return what the browser with these cookies is called if it has signed that person in, or nothing."""
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        person = _person(login, key=key)
        signed, _separator, called = _signed(cookies.get(f"{_prefix()}{person}", "")).partition(":")
        if signed == person:
            return called
    return ""


def value(cookies: Mapping[str, str], login: str) -> str:
    """Return what the cookie holds from now on; a browser that was known keeps its name."""
    return _signer().sign(
        f"{_person(login, key=settings.SECRET_KEY)}:{name(cookies, login) or secrets.token_urlsafe(16)}"
    )


def is_known(header: str) -> bool:
    """Say whether a browser has signed anybody in before, from the text of its ``Cookie`` header."""
    held = [value for name, value in parse_cookie(header).items() if name.startswith(_prefix())]
    return any(map(_signed, held[:_MOST_LOOKED_AT]))


def _prefix() -> str:
    return f"{'__Host-' if settings.SESSION_COOKIE_SECURE else ''}known-"


def _signer() -> TimestampSigner:
    """Sign with the present key; what a former one signed is believed too."""
    return TimestampSigner(salt=_SALT)


def _signed(held: str) -> str:
    try:
        return _signer().unsign(held, max_age=LASTS)
    except BadSignature:
        return ""


def _person(login: str, *, key: str) -> str:
    """Return a person's address as the cookie tells it: nobody reads it back."""
    return salted_hmac(_SALT, login.strip().lower(), secret=key).hexdigest()[:16]
