"""Reading amounts of money as people type them."""

from decimal import Decimal

from django.utils.translation import gettext as _

from florin.kernel.money import Money, exponent
from florin.screens.office.shared import parsing
from florin.screens.office.shared.parsing import InvalidInput

_MOST_DIGITS = 12  # before the decimal sign


def amount(text: str, currency: str) -> Money:
    """Read an amount as people type it; nothing typed is nothing.

    Raises:
        InvalidInput: if it is not a number, negative, too large, or finer than the currency.
    """
    if not text.strip():
        return Money.zero(currency)
    read = parsing.decimal(text, whole=_MOST_DIGITS, places=exponent(currency))
    if read < 0:
        raise InvalidInput(_("An amount cannot be negative."))
    return Money(int(read.scaleb(exponent(currency))), currency)


def positive_amount(text: str, currency: str) -> Money:
    """Read an amount that must be above zero.

    Raises:
        InvalidInput: if it is no number, not above zero, or finer than the currency.
    """
    return exact_amount(parsing.decimal(text, whole=_MOST_DIGITS, places=exponent(currency)), currency)


def exact_amount(read: Decimal, currency: str) -> Money:
    """Return an amount that must be above zero, made of a number that is exact already.

    Raises:
        InvalidInput: as ``positive_amount``.
    """
    places = exponent(currency)
    if read <= 0:
        raise InvalidInput(_("Give an amount above zero."))
    if read.adjusted() >= _MOST_DIGITS:
        raise InvalidInput(_("This number is too large."))
    minor = read.scaleb(places)
    if minor != minor.to_integral_value():
        raise InvalidInput(_("At most %(places)s decimals.") % {"places": places})
    return Money(int(minor), currency)
