"""How amounts, numbers and dates read in a language: the one place that writes them, for screen, paper, mail.

A language that babel does not know reads as English. A minus is the minus sign, which is as wide as a figure,
breaks no line and is read out; files for machines have the hyphen, and do not come here.
"""

import re
from copy import copy
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import format_date, format_skeleton
from babel.localedata import locale_identifiers
from babel.numbers import NumberPattern

from florin.kernel.money import Money, exponent
from florin.kernel.notation import Sign

_LETTER_THEN_FIGURE = re.compile(r"(?<=[^\W\d_])(?=\d)")
_MINUS = "\N{MINUS SIGN}"
_QUANTITY_DECIMALS = 6
_PRICE_DECIMALS = 4
_NOWHERE = "ZZ"  # what Unicode calls an unknown region


@lru_cache(maxsize=64)
def locale_of(language: str) -> Locale:
    """Return the locale of a language tag such as ``es`` or ``es-mx``."""
    try:
        return Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale("en")


@lru_cache(maxsize=256)
def regional(language: str, time_zone: str) -> str:
    """Return a language as it is written in a region, such as ``es-us``; as it was where the zone has none.

    The region is that of the company's time zone: who reads Spanish in New York has the figures of the USA.
    So it stays where a language is not written in the zone's country, such as Spanish in Berlin.
    """
    zone = get_global("zone_aliases").get(time_zone, time_zone)
    territory = get_global("zone_territories").get(zone, _NOWHERE)
    if territory == _NOWHERE or f"{language[:2]}_{territory}" not in _written():
        return language
    return f"{language[:2]}-{territory}".lower()


@lru_cache(maxsize=1)
def _written() -> frozenset[str]:
    return frozenset(locale_identifiers())


def decimal_sign(language: str, time_zone: str) -> Sign:
    """Return what stands before decimals in a reader's spreadsheets: the language's way in the region."""
    return sign_of(regional(language, time_zone))


def sign_of(language: str) -> Sign:
    """Return what stands before decimals in a language."""
    return Sign.COMMA if locale_of(language).number_symbols["latn"]["decimal"] == "," else Sign.POINT


def group_of(language: str) -> str:
    """Return what stands between thousands in a language."""
    return str(locale_of(language).number_symbols["latn"]["group"])


@lru_cache(maxsize=4096)
def money(amount: Money, language: str) -> str:
    """Write an amount with its currency: ``$1,234.50`` in English, ``1.234,50 US$`` in Spanish."""
    locale = locale_of(language)
    pattern = _currency_pattern(locale, exponent(amount.currency))
    written = pattern.apply(amount.decimal, locale, currency=amount.currency, currency_digits=False)
    # Unicode's currency spacing, which babel leaves out: a code of letters stands apart from its figures.
    return _LETTER_THEN_FIGURE.sub("\u00a0", str(written)).replace("-", _MINUS)


def figure(amount: Money, language: str) -> str:
    """Write an amount without its currency, for a column whose heading says it: ``1,234.50``."""
    decimals = exponent(amount.currency)
    return _number(amount.decimal, language, at_least=decimals, at_most=decimals)


def unit_price(price: Decimal | str, currency: str, language: str) -> str:
    """Write a unit price: the currency's decimals, and up to four where it has them (``0.3825``).

    A text that is no number stays as it was written.
    """
    decimals = exponent(currency)
    return _number(price, language, at_least=decimals, at_most=max(decimals, _PRICE_DECIMALS))


def quantity(number: Decimal | str, language: str) -> str:
    """Write a quantity without idle zeros: ``1,200`` or ``2.5``. A text that is no number stays as it was."""
    return _number(number, language, at_least=0, at_most=_QUANTITY_DECIMALS)


@lru_cache(maxsize=4096)
def day(value: date, language: str) -> str:
    """Write a date: ``Dec 24, 2026``."""
    return str(format_date(value, "medium", locale=locale_of(language)))


@lru_cache(maxsize=1024)
def short_day(value: date, language: str) -> str:
    """Write a date without its year: ``Dec 24``."""
    return str(format_skeleton("MMMd", value, locale=locale_of(language)))


def _number(value: Decimal | str, language: str, *, at_least: int, at_most: int) -> str:
    locale = locale_of(language)
    try:
        number = Decimal(value)
        if not number.is_finite():
            return str(value)
        return str(_number_pattern(locale, at_least, at_most).apply(number, locale)).replace("-", _MINUS)
    except InvalidOperation:
        return str(value)


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
