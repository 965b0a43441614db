"""How every letter is written: from a template, in one language, as an HTML part and a text part.

The caller attaches the logo that ``inline_logo`` returns, which the HTML part shows by ``cid:``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import css_inline
from django.template import Context, Engine

from florin.contracts.documents import Letterhead
from florin.edges.documents import colours, formats, logos
from florin.edges.mail.headers import one_line

LOGO_ID = "logo@florin"

_engine = Engine(
    dirs=[str(Path(__file__).parent / "templates")],
    builtins=["django.templatetags.i18n"],
)
_inliner = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail's words: ``subject`` is one line; ``text`` says all that ``html`` says, addresses included."""

    subject: str
    html: str
    text: str


@dataclass(frozen=True, slots=True)
class Words:
    """What a short letter has of its own: ``say`` are paragraphs, ``lines`` what the table's amounts are."""

    subject: str
    heading: str
    say: tuple[str, ...]
    lines: str = ""
    button: str = ""


def inline_logo(letterhead: Letterhead) -> bytes:
    """Return the PNG to travel inside the mail, or nothing: mail readers show no SVG, so the name stands."""
    return logos.png(letterhead.logo)


def facts(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """Return labels with their values for the table of facts; what has no value is left out."""
    return [{"label": label, "value": value} for label, value in pairs if value]


def write(
    template: str, letterhead: Letterhead, *, subject: str, language: str, words: dict[str, Any]
) -> Letter:
    """Render both parts of a letter in the language that is active."""
    line = one_line(subject)
    said = {
        **words,
        "company": letterhead,
        "language": formats.locale_of(language).language,
        "logo_id": LOGO_ID if inline_logo(letterhead) else "",
        "palette": colours.palette(letterhead.colour),
        "subject": line,
    }
    html = _engine.get_template(f"{template}.html").render(Context(said)).encode("utf-8", "replace").decode()
    text = _engine.get_template(f"{template}.txt").render(Context(said, autoescape=False))
    return Letter(subject=line, html=_inliner.inline(html), text=_tidied(text))


def _tidied(text: str) -> str:
    """Return text without trailing blanks and with at most one empty line in a row."""
    kept: list[str] = []
    for line in map(str.rstrip, text.strip().splitlines()):
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept) + "\n"
