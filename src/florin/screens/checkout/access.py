"""What every payer's page shares: who may post, what is refused and how, headers that keep the token secret.

The token in the address is the capability: whoever has it may see and pay the bill, and there is no session,
no cookie and so no standing that a forged request could borrow. Hence these pages have no CSRF token, which
would need a cookie; posts that a browser says come from another site are refused all the same.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from florin.domain.security import services as security
from florin.kernel import clients
from florin.kernel.errors import NotFound

Arguments = ParamSpec("Arguments")
View = Callable[Concatenate[HttpRequest, Arguments], HttpResponse]

_OURS = {"same-origin", "none"}
_LONG = 4000  # characters; a shorter page gains nothing from being compressed
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
}


def payers(*methods: str) -> Callable[[View[Arguments]], View[Arguments]]:
    """Make a view a payer's: these methods only, no post from another site, one page for unknown links."""

    def decorate(view: View[Arguments]) -> View[Arguments]:
        @wraps(view)
        def guarded(
            request: HttpRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs
        ) -> HttpResponse:
            with translation.override(translation.get_language_from_request(request)):
                answer = _refused(request, methods) or _answered(view, request, *args, **kwargs)
            for name, value in _HEADERS.items():
                answer.headers.setdefault(name, value)
            _compress(request, answer)
            return answer

        return csrf_exempt(guarded)

    return decorate


def page(template: str, context: dict[str, object], *, status: int = 200) -> HttpResponse:
    """Render a payer's page; without the request, so that nothing looks at sessions or users."""
    return HttpResponse(render_to_string(template, context), status=status)


def place_of(request: HttpRequest) -> str:
    """Return where the payer is, for what is counted by place."""
    return clients.place(clients.address(request.META))


def unknown() -> HttpResponse:
    """Answer for a link that is unknown, revoked or malformed: a stranger cannot tell which."""
    return _refusal(
        _("This payment link does not work"),
        _(
            "It may have been copied in part, or been replaced by a newer one. Please use the button in the"
            " latest mail about your invoice, or ask whoever sent it to send it again."
        ),
        status=404,
    )


def _compress(request: HttpRequest, answer: HttpResponse) -> None:
    """Compress a long page. It holds a secret, so Django's middleware blurs its size (BREACH)."""
    if len(answer.content) >= _LONG and answer.headers.get("Content-Type", "").startswith("text/html"):
        GZipMiddleware(lambda _: answer).process_response(request, answer)


def _answered(
    view: View[Arguments], request: HttpRequest, *args: Arguments.args, **kwargs: Arguments.kwargs
) -> HttpResponse:
    try:
        return view(request, *args, **kwargs)
    except NotFound:
        return unknown()


def _refused(request: HttpRequest, methods: tuple[str, ...]) -> HttpResponse | None:
    if request.method not in methods:
        answer = _refusal(
            _("This page cannot do that"), _("Please open your payment link again."), status=405
        )
        answer.headers["Allow"] = ", ".join(methods)
        return answer
    if request.method == "POST" and not _from_here(request):
        security.note(
            security.Kind.FORM_REFUSED, page=request.resolver_match.route if request.resolver_match else ""
        )
        return _refusal(
            _("This did not come from our page"),
            _("Another website tried to use your payment link. Nothing was done. Please open it again."),
            status=403,
        )
    return None


def _from_here(request: HttpRequest) -> bool:
    """Whether a post comes from our own page, as far as the browser says.

    A page with ``no-referrer`` posts forms with ``Origin: null``, so only a named origin is compared.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in _OURS
    origin = request.headers.get("Origin", "null")
    return origin == "null" or urlsplit(origin).netloc in {
        urlsplit(settings.PUBLIC_URL).netloc,
        request.get_host(),
    }


def _refusal(title: str, text: str, *, status: int) -> HttpResponse:
    return page("checkout/refused.html", {"title": title, "text": text}, status=status)
