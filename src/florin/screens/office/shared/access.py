"""Access to every staff screen: who is signed in, whether they may, and the page around the answer."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.middleware import HtmxDetails

from florin.domain.companies.models import Company
from florin.domain.staff import rights
from florin.domain.staff.models import User
from florin.domain.staff.rights import Right
from florin.kernel import cards
from florin.kernel.errors import Forbidden

Arguments = ParamSpec("Arguments")


class StaffRequest(HttpRequest):
    """A request of a person who is signed in."""

    user: User
    htmx: HtmxDetails

    @property
    def company(self) -> Company:
        """The company that everything starts from."""
        return self.user.company


View = Callable[Concatenate[StaffRequest, Arguments], HttpResponseBase]
GuardedView = Callable[Concatenate[HttpRequest, Arguments], HttpResponseBase]


def shows(right: Right | None) -> Callable[[View[Arguments]], GuardedView[Arguments]]:
    """Let people who have the right look (GET and HEAD); ``None`` means everybody who is signed in."""
    return lambda view: require_safe(_requires(right)(view))


def does(right: Right | None) -> Callable[[View[Arguments]], GuardedView[Arguments]]:
    """Let people who have the right do something (POST)."""
    return lambda view: require_POST(_requires(right)(view))


def asks(right: Right | None) -> Callable[[View[Arguments]], GuardedView[Arguments]]:
    """Let people who have the right look at a form, and send it (GET, HEAD and POST)."""
    return lambda view: require_http_methods(["GET", "HEAD", "POST"])(_requires(right)(view))


def check_right(person: User, right: Right) -> None:
    """Let only people go on who have the right.

    Raises:
        Forbidden: if none of their roles has it.
    """
    if not person.may(right):
        raise Forbidden(_("Your roles do not allow this. An Admin of your company can change that."))


def page(request: StaffRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Render a screen, or a part of one, with what the person may do and vouches for."""
    known = {"rights": rights.granted_by(request.user.roles), "vouched": cards.vouched()}
    return render(request, template, {**known, **context}, status=status)


def wants_part(request: StaffRequest) -> bool:
    """Whether only a part of a page is wanted, such as a list's rows: what is around it is there already."""
    return bool(request.htmx and not request.htmx.history_restore_request)


def dialog(
    request: StaffRequest, template: str, context: dict[str, Any], *, title: str, status: int = 200
) -> HttpResponse:
    """Ask something in the page's dialog, or on a page of its own where there is no script."""
    heading = "h2" if request.htmx else "h1"
    shown = template if request.htmx else "office/asking.html"
    around = {"heading": heading, "title": title, "part": template}
    return page(request, shown, {**around, **context}, status=status)


def done(request: StaffRequest, to: str, *arguments: object) -> HttpResponse:
    """Go on after something was done: to its page, or by showing the page around a dialog afresh."""
    if request.htmx:
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"
        return response
    return redirect(to, *arguments)


def _requires(right: Right | None) -> Callable[[View[Arguments]], GuardedView[Arguments]]:
    """Let only people in who have the right; ``None`` lets everybody in who is signed in."""

    def decorate(view: View[Arguments]) -> GuardedView[Arguments]:
        @wraps(view)
        def guarded(
            request: HttpRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs
        ) -> HttpResponseBase:
            if not isinstance(request.user, User):
                return _ask_to_sign_in(request)
            if right is not None:
                check_right(request.user, right)
            with cards.vouched_for(request.POST.getlist("not_a_card")):
                response = view(cast("StaffRequest", request), *args, **kwargs)
            response.headers.setdefault("Cache-Control", "private, no-store")
            return response

        guarded.right = right  # type: ignore[attr-defined]  # read by the tests of the whole matrix
        return guarded

    return decorate


def _ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    if not request.headers.get("HX-Request"):
        return redirect_to_login(request.get_full_path())
    shown = urlsplit(request.headers.get("HX-Current-URL", "")).path
    response = HttpResponse(status=401)
    response["HX-Redirect"] = redirect_to_login(shown or "/office/").headers["Location"]
    return response
