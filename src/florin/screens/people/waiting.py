"""What is said to whoever tries too early again, and when to come back."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

_TOO_EARLY = "too_early"
_TOO_MANY_REQUESTS = 429
_MINUTE = 60


def too_early(seconds: int) -> ValidationError:
    """Return the problem of a form that comes too early."""
    sentence = _(
        "There were too many wrong passwords. Please try again in %(wait)s, or choose a new password by mail."
    )
    return ValidationError(
        sentence % {"wait": write_seconds(seconds)}, code=_TOO_EARLY, params={"seconds": seconds}
    )


def too_early_code(seconds: int) -> ValidationError:
    """Return the problem of a code that comes too early."""
    sentence = _("There were too many wrong codes. Please try again in %(wait)s.")
    return ValidationError(
        sentence % {"wait": write_seconds(seconds)}, code=_TOO_EARLY, params={"seconds": seconds}
    )


def too_many_links(seconds: int) -> ValidationError:
    """Return the problem of a question for a link that comes too early."""
    sentence = _("Too many links were asked for from here. Please try again in %(wait)s.")
    return ValidationError(
        sentence % {"wait": write_seconds(seconds)}, code=_TOO_EARLY, params={"seconds": seconds}
    )


def too_many_codes(seconds: int) -> ValidationError:
    """Return the problem of a set-up code that comes too early."""
    sentence = _("There were too many wrong codes. Please try again in %(wait)s.")
    return ValidationError(
        sentence % {"wait": write_seconds(seconds)}, code=_TOO_EARLY, params={"seconds": seconds}
    )


def write_seconds(seconds: int) -> str:
    """Return a time to wait in words."""
    if seconds < _MINUTE:
        return ngettext("%(count)s second", "%(count)s seconds", seconds) % {"count": seconds}
    minutes = -(-seconds // _MINUTE)
    return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}


def marked(response: HttpResponse, form: Any) -> HttpResponse:
    """Return the page of a form with status 429 and ``Retry-After`` if the form came too early."""
    problems = [problem for field in form.errors.as_data().values() for problem in field]
    for problem in problems:
        if problem.code == _TOO_EARLY:
            response.status_code = _TOO_MANY_REQUESTS
            response["Retry-After"] = str(problem.params["seconds"])
    return response
