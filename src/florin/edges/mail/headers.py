"""Text fit for a mail header: one line, whatever people typed. Long lines are folded as they are written."""

import unicodedata

_UNFIT = frozenset({"Cc", "Cs", "Zl", "Zp"})


def one_line(text: str) -> str:
    """Return the text on one line, without control characters: a header cannot be injected through it."""
    flat = "".join(" " if unicodedata.category(char) in _UNFIT else char for char in text)
    return " ".join(flat.split())


def excerpt(text: str, *, most: int = 250) -> str:
    """Return what another server said on one line; of a long speech its beginning, and that it goes on."""
    line = one_line(text)
    return line if len(line) <= most else f"{line[: most - 1]}…"
