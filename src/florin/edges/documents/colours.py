"""A company's colour on documents and in mails: text reaches 4.5:1 whatever colour a company chose."""

from dataclasses import dataclass
from functools import lru_cache

from florin.kernel import colours
from florin.kernel.colours import contrast

__all__ = ["Palette", "contrast", "palette"]

_LIGHT, _DARK = "#f4f5f4", "#22262b"


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
    return Palette(
        accent=colours.read(colour),
        on_accent=colours.ink_on(colour),
        ink=colours.darker(colour, on=_LIGHT),
        ink_on_dark=colours.lighter(colour, on=_DARK),
    )
