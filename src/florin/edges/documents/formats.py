"""How amounts, numbers and dates read in a document's language; papers and mails share it.

Amounts come in minor units. A language that babel does not know reads as English.
"""

import re
from copy import copy
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.numbers import NumberPattern

from florin.kernel.money import Money, exponent

_LETTER_THEN_FIGURE = re.compile(r"(?<=[^\W\d_])(?=\d)")
_MOST_DECIMALS = 6
_PRICE_DECIMALS = 4


@lru_cache(maxsize=64)
def locale_of(language: str) -> Locale:
    """Return the locale of a language tag such as ``es`` or ``es-MX``."""
    try:
        return Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def money(minor: int, currency: str, language: str) -> str:
    """Write an amount with its currency: ``$1,234.50`` in English, ``1.234,50 US$`` in Spanish."""
    amount = Money(minor, currency)
    locale = locale_of(language)
    written = _currency_pattern(locale, exponent(currency)).apply(
        amount.decimal, locale, currency=currency, currency_digits=False
    )
    # Unicode's currency spacing, which babel leaves out: a code of letters stands apart from its figures.
    return _LETTER_THEN_FIGURE.sub("\u00a0", str(written))


def plain(minor: int, currency: str, language: str) -> str:
    """Write an amount without its currency, for a column whose heading says it: ``1,234.50``."""
    decimals = exponent(currency)
    return _number(Money(minor, currency).decimal, language, at_least=decimals, at_most=decimals)


def unit_price(text: str, currency: str, language: str) -> str:
    """Write a unit price: the currency's decimals, and up to four where it has them (``0.3825``).

    What is not a number stays as it was written.
    """
    decimals = exponent(currency)
    return _decimal_text(text, language, at_least=decimals, at_most=max(decimals, _PRICE_DECIMALS))


def quantity(text: str, language: str) -> str:
    """Write a quantity without idle zeros: ``1,200`` or ``2.5``. What is not a number stays as it was."""
    return _decimal_text(text, language, at_least=0, at_most=_MOST_DECIMALS)


def day(value: date, language: str) -> str:
    """Write a date: ``Dec 24, 2026``."""
    return str(format_date(value, "medium", locale=locale_of(language)))


def short_day(value: date, language: str) -> str:
    """Write a date without its year, for a subject line: ``Dec 24``."""
    return str(format_skeleton("MMMd", value, locale=locale_of(language)))


def _decimal_text(text: str, language: str, *, at_least: int, at_most: int) -> str:
    try:
        value = Decimal(text)
        if not value.is_finite():
            return text
        return _number(value, language, at_least=at_least, at_most=at_most)
    except InvalidOperation:
        return text


def _number(value: Decimal, language: str, *, at_least: int, at_most: int) -> str:
    locale = locale_of(language)
    return str(_number_pattern(locale, at_least, at_most).apply(value, locale))


@lru_cache(maxsize=64)
def _currency_pattern(locale: Locale, decimals: int) -> NumberPattern:
    # The kernel's exponents (ISO 4217) decide, not the decimals customary in shops (CLDR).
    return _with_decimals(locale.currency_formats["standard"], decimals, decimals)


@lru_cache(maxsize=64)
def _number_pattern(locale: Locale, at_least: int, at_most: int) -> NumberPattern:
    return _with_decimals(locale.decimal_formats[None], at_least, at_most)


def _with_decimals(pattern: NumberPattern, at_least: int, at_most: int) -> NumberPattern:
    pattern = copy(pattern)
    pattern.frac_prec = (at_least, at_most)
    return pattern
