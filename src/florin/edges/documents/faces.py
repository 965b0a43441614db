"""Which typefaces a document is set in: one for all that it can draw, and others for what it cannot."""

import re

_FIRST = ("Source Sans Pro", "Noto Sans")
_HAN = {"JP": re.compile("[\u3040-\u30ff]"), "KR": re.compile("[\u1100-\u11ff\uac00-\ud7af]")}
_SCRIPTS = (
    "Arabic",
    "Hebrew",
    "Thai",
    "Devanagari",
    "Tamil",
    "Bengali",
    "Gujarati",
    "Gurmukhi",
    "Telugu",
    "Kannada",
    "Malayalam",
    "Sinhala",
    "Oriya",
    "Armenian",
    "Georgian",
    "Ethiopic",
    "Khmer",
    "Lao",
    "Myanmar",
    "Symbols",
)
_LAST = ("Noto Emoji", "DejaVu Sans Mono", "Libertinus Serif", "New Computer Modern Math")


def order(text: str) -> list[str]:
    """Return the typefaces for a text, the first that has a letter draws it.

    Chinese, Japanese and Korean share characters that each draws in its own way: kana in the text make it
    Japanese, Hangul Korean, and otherwise it is taken for simplified Chinese.
    """
    region = next((name for name, sign in _HAN.items() if sign.search(text)), "SC")
    return [*_FIRST, f"Noto Sans CJK {region}", *(f"Noto Sans {script}" for script in _SCRIPTS), *_LAST]
