"""Asking somebody once more who they are, before what must not be done by whoever finds their browser open.

Who signed in, or was asked, within the last ten minutes is not asked. What was sent is kept in the session
and sent again afterwards, by the browser, so that it is worked at where such requests are.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.urls import reverse

View = TypeVar("View", bound=Callable[..., HttpResponseBase])

_SESSION_KEY = "florin_waits_for_confirmation"
_MOST_BYTES = 64_000
_MOST_WAITING = 5  # windows of one browser in which somebody is asked at the same time


def confirmed(view: View) -> View:
    """Let a view take a post only from somebody who has proved lately who they are; ask others first.

    A form that is sent only to be reckoned (``act``) changes nothing, and nobody is asked.
    """

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: Any, **kwargs: Any) -> HttpResponseBase:
        reckons = request.POST.get("act") == "reckon"
        if request.method == "POST" and not reckons and not is_recent(request):
            return ask(request)
        return view(request, *args, **kwargs)

    return cast("View", guarded)


def is_recent(request: HttpRequest) -> bool:
    """Whether somebody signed in, or proved again who they are, within the last ten minutes."""
    if not request.user.is_authenticated:
        return False
    proofs = get_authentication_records(request, request.user)
    return bool(proofs) and time.time() - proofs[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT


def ask(request: HttpRequest) -> HttpResponse:
    """Keep what was sent, and lead to where somebody proves who they are."""
    _keep(request)
    to = f"{address(request)}?{urlencode({'next': request.path})}"
    if not request.headers.get("HX-Request"):
        return HttpResponseRedirect(to)
    return HttpResponse(status=401, headers={"HX-Redirect": to})


def address(request: HttpRequest) -> str:
    """Return where somebody proves who they are: by what they sign in with, or else after a new password."""
    methods = get_adapter().get_reauthentication_methods(request.user)
    return str(methods[0]["url"]) if methods else reverse("account_reset_password")


def fetch_waiting(request: HttpRequest, path: str) -> QueryDict | None:
    """Return what was sent to a path before somebody was asked, once; nothing if nothing was."""
    waiting = dict(request.session.get(_SESSION_KEY, {}))
    sent = waiting.pop(path, None)
    if sent is None:
        return None
    request.session[_SESSION_KEY] = waiting
    return QueryDict(sent)


def _keep(request: HttpRequest) -> None:
    sent = request.POST.copy()
    sent.pop("csrfmiddlewaretoken", None)
    text = sent.urlencode()
    waiting = dict(request.session.get(_SESSION_KEY, {}))
    waiting.pop(request.path, None)
    if len(text) <= _MOST_BYTES:
        latest = list(waiting.items())[1 - _MOST_WAITING :]
        request.session[_SESSION_KEY] = dict([*latest, (request.path, text)])
