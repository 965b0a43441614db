"""A company's colour and logo, as files of our own origin: our pages may not hold styles themselves."""

import base64
import binascii

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from florin.domain.links import services as links
from florin.kernel.errors import NotFound
from florin.screens.checkout import colours
from florin.screens.checkout.doors import payers

_PNG = b"\x89PNG\r\n\x1a\n"
_YEAR = "public, max-age=31536000, immutable"
_DAY = "private, max-age=86400"


@require_safe
def look(request: HttpRequest, colour: str) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Return the stylesheet of a colour: it depends on nothing else, so browsers keep it for a year."""
    answer = HttpResponse(colours.stylesheet(colour), content_type="text/css; charset=utf-8")
    answer.headers["Cache-Control"] = _YEAR
    return answer


@payers("GET", "HEAD")
def logo(request: HttpRequest, token: str) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Return the logo of the company that asks; a picture only, even when an SVG holds a script."""
    content, kind = read_logo(links.find(token).company.logo)
    answer = HttpResponse(content, content_type=kind)
    answer.headers["Cache-Control"] = _DAY
    answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return answer


def read_logo(text: str) -> tuple[bytes, str]:
    """Return a logo's bytes and media type.

    Raises:
        NotFound: if it is neither a PNG nor an SVG in base64.
    """
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        content = b""
    if content.startswith(_PNG):
        return content, "image/png"
    if b"<svg" in content[:2000]:
        return content, "image/svg+xml"
    raise NotFound("There is no such logo.")
