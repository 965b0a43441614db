"""Reading what people type: numbers in their own way of writing, dates, and what must not be typed at all."""

import re
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.utils import translation
from django.utils.html import format_html
from django.utils.translation import gettext as _

from florin.kernel import amounts, cards, formats
from florin.kernel.cards import CardNumber
from florin.kernel.errors import Refusal
from florin.kernel.money import Money
from florin.kernel.texts import too_long

_NUMBER = re.compile(r"\d+([.,]\d*)?|[.,]\d+")
_LONGEST_SEARCH = 200
FIRST_YEAR, _LAST_YEAR = 2000, 2100


class InvalidInput(ValueError):  # noqa: N818 - an answer, not a fault
    """What was typed cannot be meant; the text is the sentence beside the field."""


def decimal(text: str, *, whole: int, places: int) -> Decimal:
    """Read a number with at most ``whole`` digits before its decimal sign and ``places`` after it.

    Thousands signs are those of the active language in the company's region; a comma or point that groups
    nothing is a decimal sign. A minus may be the hyphen of the keyboard or the sign that our screens show.

    Raises:
        InvalidInput: for anything else, ``1e999`` and ``NaN`` among it.
    """
    plain = "".join(text.split()).replace("\N{MINUS SIGN}", "-")
    sign, plain = ("-", plain[1:]) if plain.startswith("-") else ("", plain)
    language = translation.get_language() or "en"
    group, point = formats.group_of(language), formats.sign_of(language)
    if re.fullmatch(rf"[1-9]\d{{0,2}}({re.escape(group)}\d{{3}})+({re.escape(point)}\d+)?", plain):
        plain = plain.replace(group, "")
    if not plain.isascii() or not _NUMBER.fullmatch(plain):
        raise InvalidInput(_("Give a number."))
    before, _sign, after = plain.replace(",", ".").partition(".")
    if len(before.lstrip("0")) > whole:
        raise InvalidInput(_("This number is too large."))
    if len(after.rstrip("0")) > places:
        raise InvalidInput(_("At most %(places)s decimals.") % {"places": places})
    return Decimal(f"{sign}{before or 0}.{after or 0}")


def exact_amount(read: Decimal, currency: str) -> Money:
    """Return an amount that must be above zero, made of a number that is exact already.

    Raises:
        InvalidInput, Refusal: if it is not above zero, too large, or finer than the currency.
    """
    if read <= 0:
        raise InvalidInput(_("Give an amount above zero."))
    return amounts.exact(read, currency)


def day(text: str) -> date | None:
    """Read a date as a date field sends it; nothing typed is no date.

    Raises:
        InvalidInput: if there is no such day.
    """
    if not text.strip():
        return None
    try:
        read = date.fromisoformat(text.strip())
    except ValueError:
        raise InvalidInput(_("This is not a date; write it like 2026-11-30.")) from None
    if not FIRST_YEAR <= read.year <= _LAST_YEAR:
        raise InvalidInput(_("This date is too far away to be right."))
    return read


def words(text: str, *, longest: int) -> str:
    """Read a text or a code, without spaces around it.

    Raises:
        InvalidInput: if it is too long, holds a NUL byte, or a card number (R23).
    """
    text = text.strip().replace("\r\n", "\n")
    if len(text) > longest:
        raise InvalidInput(too_long(longest))
    if "\x00" in text:
        raise InvalidInput(_("This holds a character that cannot be kept."))
    try:
        cards.refuse(text)
    except CardNumber as problem:
        raise InvalidInput(_with_a_tick(problem)) from problem
    return text


def _with_a_tick(problem: CardNumber) -> str:
    """Return the sentence with a box beside it, for those who are sure; ``access.requires`` reads it."""
    return format_html(
        '{} <label class="sure"><input type="checkbox" name="not_a_card" value="{}"> {}</label>',
        problem,
        problem.number,
        _("This is not a card number"),
    )


def as_key(text: str) -> UUID | None:
    """Read a key; what is none reads as nothing."""
    try:
        return UUID(text)
    except ValueError:
        return None


def search(text: str) -> str:
    """Read words to search for, without spaces around them.

    Raises:
        Refusal: if they are too long to search for.
    """
    text = text.replace("\x00", "").strip()
    if len(text) > _LONGEST_SEARCH:
        details = {"most": _LONGEST_SEARCH, "count": len(text)}
        raise Refusal(_("Search for at most %(most)s characters; these are %(count)s.") % details)
    return text


def written(amount: Money) -> str:
    """Write an amount as the reader would type it, such as "87.50"; nothing is an empty field."""
    return formats.figure(amount, translation.get_language() or "en") if amount else ""


def as_typed(number: Decimal) -> str:
    """Write a number as the reader would type it: no thousands signs, no needless zeros."""
    plain = f"{number.normalize():f}"
    return plain.replace(".", formats.sign_of(translation.get_language() or "en").value)
