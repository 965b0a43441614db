"""A company's logo, read from the letterhead: known to be a PNG or an SVG, or left out.

A broken logo must not lose a document, so everything unreadable counts as "no logo".
"""

import base64
import binascii
from functools import lru_cache

_MOST_BYTES = 2_000_000
_MOST_PIXELS = 10_000
_PNG = b"\x89PNG\r\n\x1a\n"
_HEADER = 24


@lru_cache(maxsize=64)
def png(logo: str) -> bytes:
    """Return the bytes of a PNG logo given in base64, or nothing if it is something else."""
    data = _decode(logo)
    if not data.startswith(_PNG) or len(data) <= _HEADER:
        return b""
    width, height = _size(data)
    return data if 0 < width <= _MOST_PIXELS and 0 < height <= _MOST_PIXELS else b""


@lru_cache(maxsize=64)
def svg(logo: str) -> str:
    """Return the logo as SVG text (a PNG is wrapped in one), or nothing if there is none to show."""
    picture = png(logo)
    if picture:
        width, height = _size(picture)
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


def _size(data: bytes) -> tuple[int, int]:
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
