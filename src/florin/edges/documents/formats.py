"""How the content of papers and mails reads: amounts come in minor units, numbers as decimals in text.

What a text says that is no number stays as it was written.
"""

from decimal import Decimal, InvalidOperation

from florin.kernel import formats
from florin.kernel.formats import day, locale_of, short_day
from florin.kernel.money import Money

__all__ = ["day", "locale_of", "money", "plain", "quantity", "short_day", "unit_price"]


def money(minor: int, currency: str, language: str) -> str:
    """Write an amount with its currency: ``$1,234.50``."""
    return formats.money(Money(minor, currency), language)


def plain(minor: int, currency: str, language: str) -> str:
    """Write an amount without its currency, for a column whose heading says it: ``1,234.50``."""
    return formats.figure(Money(minor, currency), language)


def unit_price(text: str, currency: str, language: str) -> str:
    """Write a unit price: the currency's decimals, and up to four where it has them (``0.3825``)."""
    number = _number(text)
    return text if number is None else formats.unit_price(number, currency, language)


def quantity(text: str, language: str) -> str:
    """Write a quantity without idle zeros: ``1,200`` or ``2.5``."""
    number = _number(text)
    return text if number is None else formats.quantity(number, language)


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
