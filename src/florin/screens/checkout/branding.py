"""A company's colour and logo, as files of our own origin: our pages may not hold styles themselves."""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from florin.domain.links import services as links
from florin.kernel import colours
from florin.kernel.errors import NotFound
from florin.screens.checkout.access import payers

_SVG_SIZE = re.compile(rb"<svg[^>]*viewBox=[\"'][-\d.eE]+[ ,]+[-\d.eE]+[ ,]+(\d+\.?\d*)[ ,]+(\d+\.?\d*)")
_PNG = b"\x89PNG\r\n\x1a\n"
_YEAR = "public, max-age=31536000, immutable"
_DAY = "private, max-age=86400"
_MOST_WIDE = 144
_HIGH = 40


@dataclass(frozen=True, slots=True)
class Logo:
    """How large a logo is shown, in pixels, and a name that changes with it.

    All are text, so that no locale writes them its own way.
    """

    name: str
    width: str
    height: str


@require_safe
def stylesheet(request: HttpRequest, colour: str) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Return the stylesheet of a colour: it depends on nothing else, so browsers keep it for a year."""
    brand = colours.read(f"#{colour}")
    sheet = f":root{{--brand:{brand};--brand-ink:{colours.ink_on(brand)}}}\n"
    answer = HttpResponse(sheet, content_type="text/css; charset=utf-8")
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


@lru_cache(maxsize=64)
def measure(text: str) -> Logo | None:
    """Return the size that keeps a logo's proportions within ours, so that nothing moves when it arrives."""
    try:
        content, kind = read_logo(text)
    except NotFound:
        return None
    width, height = _png_size(content) if kind == "image/png" else _svg_size(content)
    wide = max(1, min(_MOST_WIDE, _HIGH * width // height))
    high = max(1, min(_HIGH, wide * height // width))
    return Logo(hashlib.blake2s(content, digest_size=6).hexdigest(), str(wide), str(high))


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
        return content, "image/svg+xml; charset=utf-8"
    raise NotFound("There is no such logo.")


def _png_size(content: bytes) -> tuple[int, int]:
    """Read width and height from the header chunk (PNG specification, 11.2.1)."""
    return max(1, int.from_bytes(content[16:20], "big")), max(1, int.from_bytes(content[20:24], "big"))


def _svg_size(content: bytes) -> tuple[int, int]:
    """Read the proportions from the view box; a picture without one is taken for a square."""
    found = _SVG_SIZE.search(content[:4000])
    if found is None:
        return 1, 1
    width, height = (int(Decimal(part.decode()) * 100) for part in found.groups())
    return max(1, width), max(1, height)
