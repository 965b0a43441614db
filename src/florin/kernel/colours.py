"""Colours that can be read: contrast as WCAG 2.2 reckons it, and the ink or shade that reaches it.

A colour is ``#rrggbb``; ``#rgb`` is read as well, and anything else as the house colour. Exact decimals, so
that the same colour reads the same everywhere.
"""

import re
from decimal import Decimal
from functools import lru_cache

HOUSE = "#2f6f57"
ENOUGH = Decimal("4.5")  # for text of any size (WCAG 2.2, 1.4.3)

_BLACK, _WHITE = "#000000", "#ffffff"
_STEPS = 40

# sRGB's own constants (IEC 61966-2-1), and the weights of red, green and blue in luminance.
_KNEE, _SLOPE = Decimal("0.04045"), Decimal("12.92")
_OFFSET, _GAMMA = Decimal("0.055"), Decimal("2.4")
_WEIGHTS = (Decimal("0.2126"), Decimal("0.7152"), Decimal("0.0722"))
_FLARE = Decimal("0.05")


def read(colour: str) -> str:
    """Return a colour as ``#rrggbb`` in small letters."""
    text = colour.strip().lower()
    if re.fullmatch(r"#[0-9a-f]{3}", text):
        return "#" + "".join(digit * 2 for digit in text[1:])
    return text if re.fullmatch(r"#[0-9a-f]{6}", text) else HOUSE


def contrast(one: str, other: str) -> Decimal:
    """Return the contrast ratio of two colours, 1 to 21."""
    lighter, darker = sorted((_luminance(read(one)), _luminance(read(other))), reverse=True)
    return (lighter + _FLARE) / (darker + _FLARE)


def ink_on(colour: str) -> str:
    """Return black or white, whichever reads better on a colour: at worst 4.58 to 1."""
    return max(_WHITE, _BLACK, key=lambda ink: contrast(ink, colour))


def darker(colour: str, *, on: str) -> str:
    """Return a colour, made as much darker as it needs to be read on a background."""
    return _towards(read(colour), _BLACK, background=on)


def lighter(colour: str, *, on: str) -> str:
    """Return a colour, made as much lighter as it needs to be read on a background."""
    return _towards(read(colour), _WHITE, background=on)


def _towards(colour: str, goal: str, *, background: str) -> str:
    start, end = _parts(colour), _parts(goal)
    for step in range(_STEPS):
        mixed = (
            (part * (_STEPS - step) + last * step) // _STEPS for part, last in zip(start, end, strict=True)
        )
        written = "#{:02x}{:02x}{:02x}".format(*mixed)
        if contrast(written, background) >= ENOUGH:
            return written
    return goal


@lru_cache(maxsize=1024)
def _luminance(colour: str) -> Decimal:
    """Return the relative luminance, 0 (black) to 1 (white)."""
    parts = zip(_WEIGHTS, _parts(colour), strict=True)
    return sum((weight * _linear(part) for weight, part in parts), start=Decimal(0))


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


@lru_cache(maxsize=256)
def _linear(part: int) -> Decimal:
    share = Decimal(part) / 255
    if share <= _KNEE:
        return share / _SLOPE
    power: Decimal = ((share + _OFFSET) / (1 + _OFFSET)) ** _GAMMA
    return power
