"""Access to the operator's console: a session of its own, which opens no other door, as no other opens it."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from florin.domain.operators import sessions
from florin.domain.operators.models import Operator

Arguments = ParamSpec("Arguments")


class OperatorRequest(HttpRequest):
    """A request of an operator who is signed in."""

    operator: Operator


View = Callable[Concatenate[OperatorRequest, Arguments], HttpResponse]
GuardedView = Callable[Concatenate[HttpRequest, Arguments], HttpResponse]


def cookie() -> str:
    """Return the name of the cookie; browsers take this one over HTTPS only, where there is HTTPS."""
    return "__Secure-operator" if settings.SESSION_COOKIE_SECURE else "operator"


def path() -> str:
    """Return the path below which the cookie is sent: nowhere else does anybody get to see it."""
    return reverse("operator:overview")


def operators_only(view: View[Arguments]) -> GuardedView[Arguments]:
    """Let only operators in; whoever signs in to an office is nobody here."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponse:
        operator = sessions.whose(request.COOKIES.get(cookie(), ""))
        if operator is None:
            return redirect("operator:sign-in")
        mine = cast("OperatorRequest", request)
        mine.operator = operator
        response = view(mine, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return guarded


def page(
    request: OperatorRequest, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Render a screen of the console."""
    return render(request, template, {"operator": request.operator, **context}, status=status)
