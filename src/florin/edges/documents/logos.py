"""A company's logo, read from the letterhead: known to be a PNG or an SVG, or left out.

A broken logo must not lose a document, so everything unreadable counts as "no logo".
"""

import base64
import binascii
from functools import lru_cache

from florin.edges.documents import pictures

_MOST_BYTES = 2_000_000
_MOST_PIXELS = 10_000


@lru_cache(maxsize=64)
def png(logo: str) -> bytes:
    """Return the bytes of a PNG logo given in base64, or nothing if it is something else."""
    data = _decode(logo)
    width, height = pictures.png_size(data)
    return data if 0 < width <= _MOST_PIXELS and 0 < height <= _MOST_PIXELS else b""


def mail_png(logo: str) -> bytes:
    """Return the PNG for mails, nothing without a logo; mail programs show no SVG, so one is drawn."""
    drawing = "" if png(logo) else svg(logo)
    return pictures.png_of_svg(drawing) if drawing else png(logo)


@lru_cache(maxsize=64)
def svg(logo: str) -> str:
    """Return the logo as SVG text (a PNG is wrapped in one), or nothing if there is none to show."""
    picture = png(logo)
    if picture:
        width, height = pictures.png_size(picture)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
            f'<image width="{width}" height="{height}"'
            f' href="data:image/png;base64,{base64.b64encode(picture).decode()}"/></svg>'
        )
    try:
        text = _decode(logo).decode()
    except UnicodeDecodeError:
        return ""
    return text if "<svg" in text else ""


def _decode(logo: str) -> bytes:
    if len(logo) > _MOST_BYTES:
        return b""
    try:
        return base64.b64decode(logo, validate=True)
    except (binascii.Error, ValueError):
        return b""
