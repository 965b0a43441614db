"""What every document says in the same way: letterhead, facts, the QR code, and text that can be set."""

import io
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from typing import Any

import segno
from django.utils.translation import gettext as _

from florin.contracts.demands import Demand
from florin.contracts.documents import Letterhead
from florin.edges.documents import colours, formats, logos
from florin.kernel.directions import isolated

_LETTER_PAPER = frozenset({"USD", "CAD", "MXN"})
_LONG_WORD = re.compile(r"\S{28,}")
_BREAK_EVERY = 14
_CHARACTER = 1.75  # a little more than a figure of the table's type, in millimetres
_CELL_PADDING = 4.0
_WIDEST = 40.0
_KEPT_CONTROLS = "\n"
_RUNNING_LENGTH = 100
_MASK = 3  # any mask can be read; choosing the prettiest takes longer than the rest of the page
_UNSEEN = frozenset({"Cc", "Cs"})


def common(letterhead: Letterhead, currency: str, language: str) -> dict[str, Any]:
    """Return what the letterhead and the running lines of a document show, in the language that is active."""
    locale = formats.locale_of(language)
    contact = (letterhead.name, letterhead.phone, letterhead.email)
    return {
        "paper": "us-letter" if currency in _LETTER_PAPER else "a4",
        "language": locale.language,
        "palette": asdict(colours.palette(letterhead.colour)),
        "logo": logos.svg(letterhead.logo),
        "company": clean(letterhead.name),
        "address": lines(letterhead.address),
        "contact": lines((letterhead.phone, letterhead.email)),
        "tax": fill(_("Tax ID %(number)s"), number=clean(letterhead.tax_id)) if letterhead.tax_id else "",
        "running_foot": _short(" · ".join(part for part in map(clean, contact) if part)),
        "mark": "",
        "page_words": fill(_("Page %(page)s of %(pages)s"), page="{page}", pages="{pages}"),
    }


def width(texts: Iterable[str]) -> float:
    """Return a column's width in millimetres: its longest text on one line, within reason."""
    return min(_WIDEST, _CELL_PADDING + max(map(len, texts)) * _CHARACTER)


def qr(url: str) -> str:
    """Return the QR code of an address as SVG, or nothing if the address is too long for one."""
    try:
        code = segno.make(url, error="m", micro=False, mask=_MASK)
    except segno.DataOverflowError:
        return ""
    out = io.BytesIO()
    code.save(out, kind="svg", border=2, light="#ffffff", dark="#000000", xmldecl=False)
    return out.getvalue().decode()


def ways_by_hand(letterhead: Letterhead) -> list[dict[str, Any]]:
    """Return how else to pay, by check or wire, as far as the company says so."""
    ways = ((_("Remit checks to"), letterhead.remit_to), (_("Pay by wire"), letterhead.wire))
    return [{"label": label, "lines": lines(texts)} for label, texts in ways if any(map(str.strip, texts))]


def facts(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """Return labels and values for the list beside the address; what has no value is left out."""
    return [{"label": label, "value": clean(value)} for label, value in pairs if value]


def fill(words: str, **parts: object) -> str:
    """Fill a sentence's parts in."""
    return words % parts


def taken_off(demand: Demand, currency: str, language: str) -> list[tuple[str, str]]:
    """Return what is taken off a balance, a line each, in the language that is active."""
    rows = [(_("Payment in progress"), demand.paying)] if demand.paying else []
    for credit in demand.credits:
        parts = {"number": clean(credit.number), "day": formats.day(credit.opened_on, language)}
        rows.append((fill(_("Your credit %(number)s of %(day)s"), **parts), credit.amount))
    return [(label, f"\N{MINUS SIGN}{formats.money(minor, currency, language)}") for label, minor in rows]


def nothing_to_pay(demand: Demand) -> str:
    """Say why nothing is to be paid, in the language that is active; nothing if something is."""
    if demand.payable:
        return ""
    if demand.covered:
        return _("Your open credits cover it.")
    if demand.balance > 0:
        return _("A payment is in progress. There is nothing for you to do.")
    return _("Paid. Nothing is owed.")


def when(due_on: date, today: date | None, language: str) -> str:
    """Say by when something is due, or since when it is overdue, in the language that is active."""
    words = _("overdue since %(date)s") if today and due_on < today else _("due by %(date)s")
    return fill(words, date=formats.day(due_on, language))


def lines(texts: Iterable[str]) -> list[str]:
    """Return the lines of an address or note that say anything."""
    return [cleaned for cleaned in map(clean, texts) if cleaned]


def _short(text: str) -> str:
    return text if len(text) <= _RUNNING_LENGTH else f"{text[: _RUNNING_LENGTH - 1]}…"


def clean(text: str) -> str:
    """Return text that can be set: isolated, no control characters, long words able to break (by U+200B)."""
    text = isolated(text)
    if not text.isprintable():
        text = "".join(
            char for char in text if char in _KEPT_CONTROLS or unicodedata.category(char) not in _UNSEEN
        )
    return _LONG_WORD.sub(_softened, text) if len(text) > _BREAK_EVERY else text


def _softened(word: re.Match[str]) -> str:
    letters = word[0]
    return "\u200b".join(letters[at : at + _BREAK_EVERY] for at in range(0, len(letters), _BREAK_EVERY))


def way_to_pay(url: str, amount: str) -> dict[str, str]:
    """Return button and QR code that lead to a payment link."""
    return {
        "url": url,
        "button": fill(_("Pay %(amount)s online"), amount=amount),
        "qr": qr(url),
        "qr_alt": fill(_("QR code that opens the payment link: %(url)s"), url=url),
        "caption": _("Scan to pay"),
    }
