"""A company's colour, made fit to read: black or white on it, and a shade of it dark enough on white.

Contrast is reckoned as WCAG 2.2 does; text always reaches 4.5:1, whatever colour a company chose.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

_DEFAULT = "#1f5a4c"
_ENOUGH = 4.5
_STEPS = 40
_KNEE = 0.04045
_FLARE = 0.05

_Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours as ``#rrggbb``: the accent, the text on it, and the accent as text on white and on dark."""

    accent: str
    on_accent: str
    ink: str
    ink_on_dark: str


@lru_cache(maxsize=256)
def palette(colour: str) -> Palette:
    """Return a readable palette for ``#rgb`` or ``#rrggbb``; anything else gives the house colour."""
    accent = _read(colour)
    return Palette(
        accent=_write(accent),
        on_accent=max("#ffffff", "#000000", key=lambda text: contrast(text, _write(accent))),
        ink=_towards(accent, (0, 0, 0), background="#f4f5f4"),
        ink_on_dark=_towards(accent, (255, 255, 255), background="#22262b"),
    )


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    lighter, darker = sorted((_luminance(_read(one)), _luminance(_read(other))), reverse=True)
    return (lighter + _FLARE) / (darker + _FLARE)


def _towards(colour: _Colour, goal: _Colour, *, background: str) -> str:
    for step in range(_STEPS + 1):
        mixed = tuple(
            (part * (_STEPS - step) + end * step) // _STEPS for part, end in zip(colour, goal, strict=True)
        )
        written = _write((mixed[0], mixed[1], mixed[2]))
        if contrast(written, background) >= _ENOUGH:
            return written
    return _write(goal)


def _read(colour: str) -> _Colour:
    text = colour.strip().lower()
    if re.fullmatch(r"#[0-9a-f]{3}", text):
        text = "#" + "".join(digit * 2 for digit in text[1:])
    if not re.fullmatch(r"#[0-9a-f]{6}", text):
        text = _DEFAULT
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def _write(colour: _Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _luminance(colour: _Colour) -> float:
    red, green, blue = (_linear(part / 255) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= _KNEE else float(((part + 0.055) / 1.055) ** 2.4)
