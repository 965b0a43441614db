"""A company's colour, made fit to read: black or white on it, whichever contrasts more (WCAG 2.2, 1.4.3).

The better of the two always reaches 4.5:1; the worst colour there is gives 4.58:1.
"""

import re
from functools import lru_cache

_DEFAULT = "2f6f57"
_KNEE = 0.04045
_FLARE = 0.05
_MIDDLE = 0.179  # the luminance at which black and white contrast alike


@lru_cache(maxsize=256)
def stylesheet(colour: str) -> str:
    """Return the stylesheet of a colour given as ``rrggbb``; anything else gives the house colour."""
    read = colour.lower() if re.fullmatch(r"[0-9a-fA-F]{6}", colour) else _DEFAULT
    return f":root{{--brand:#{read};--brand-ink:{ink_on(read)}}}\n"


def ink_on(colour: str) -> str:
    """Return black or white, whichever reads better on a colour given as ``rrggbb``."""
    return "#000" if luminance(colour) > _MIDDLE else "#fff"


def contrast(one: float, other: float) -> float:
    """Return the contrast ratio of two luminances, 1 to 21."""
    lighter, darker = max(one, other), min(one, other)
    return (lighter + _FLARE) / (darker + _FLARE)


def luminance(colour: str) -> float:
    """Return the relative luminance of ``rrggbb``, 0 (black) to 1 (white)."""
    red, green, blue = (_linear(int(colour[place : place + 2], 16) / 255) for place in (0, 2, 4))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    # 12.92 and 2.4 are sRGB's own constants.
    return part / 12.92 if part <= _KNEE else float(((part + 0.055) / 1.055) ** 2.4)
