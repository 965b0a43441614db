"""Text fit for a mail header: one line, whatever people typed."""

import unicodedata

_MOST = 250
_UNFIT = frozenset({"Cc", "Cs", "Zl", "Zp"})


def one_line(text: str) -> str:
    """Return the text on one line, without control characters: a header cannot be injected through it."""
    flat = "".join(" " if unicodedata.category(char) in _UNFIT else char for char in text)
    return " ".join(flat.split())[:_MOST]
