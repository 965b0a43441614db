"""How amounts and days read on the payer's page: in the language of the page, exact to the minor unit."""

from copy import copy
from datetime import date
from functools import lru_cache

from babel import Locale
from babel.dates import format_date
from babel.numbers import NumberPattern
from django import template
from django.utils.translation import get_language

from florin.kernel.money import Money, exponent

register = template.Library()


@register.filter
def money(amount: Money) -> str:
    """Write an amount with its currency: ``$1,234.50`` in English, ``1234,50 US$`` in Spanish."""
    return _written(amount, get_language() or "en")


@register.filter
def day(value: date) -> str:
    """Write a date: ``Dec 24, 2026``."""
    return _dated(value, get_language() or "en")


@lru_cache(maxsize=1024)
def _written(amount: Money, language: str) -> str:
    locale = _locale(language)
    pattern = _pattern(locale, exponent(amount.currency))
    return str(pattern.apply(amount.decimal, locale, currency=amount.currency, currency_digits=False))


@lru_cache(maxsize=1024)
def _dated(value: date, language: str) -> str:
    return str(format_date(value, "medium", locale=_locale(language)))


@lru_cache(maxsize=16)
def _locale(language: str) -> Locale:
    return Locale.parse(language, sep="-")


@lru_cache(maxsize=32)
def _pattern(locale: Locale, decimals: int) -> NumberPattern:
    # The kernel's exponents (ISO 4217) decide, not the decimals customary in shops (CLDR).
    pattern: NumberPattern = copy(locale.currency_formats["standard"])
    pattern.frac_prec = (decimals, decimals)
    return pattern
