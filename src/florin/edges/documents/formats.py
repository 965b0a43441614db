"""How the content of documents and mails reads; their amounts come in minor units."""

from florin.kernel import formats
from florin.kernel.formats import day, locale_of, quantity, unit_price
from florin.kernel.money import Money

__all__ = ["day", "locale_of", "money", "plain", "quantity", "unit_price"]


def money(minor: int, currency: str, language: str) -> str:
    """Write an amount with its currency: ``$1,234.50``."""
    return formats.money(Money(minor, currency), language)


def plain(minor: int, currency: str, language: str) -> str:
    """Write an amount without its currency, for a column whose heading says it: ``1,234.50``."""
    return formats.figure(Money(minor, currency), language)
