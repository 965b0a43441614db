"""How large and how fine a number may be that people or their files give, wherever it comes in."""

from decimal import Decimal

from django.utils.translation import gettext as _

from florin.kernel.errors import Refusal
from florin.kernel.money import Money, exponent

MOST_DIGITS = 12  # of an amount, before its decimal sign
PRICE_DIGITS, PRICE_PLACES = 10, 4  # of a unit price


def check(number: Decimal, *, whole: int, places: int) -> Decimal:
    """Let a number pass with at most ``whole`` digits before its decimal sign and ``places`` after it.

    Raises:
        Refusal: if it is larger, or finer.
    """
    if number and number.adjusted() >= whole:
        raise Refusal(_("This number is too large."))
    if number != round(number, places):
        raise Refusal(_("At most %(places)s decimals.") % {"places": places})
    return number


def exact(number: Decimal, currency: str) -> Money:
    """Return the amount that a number is, in minor units; nothing is rounded.

    Raises:
        Refusal: if it is too large, or finer than the currency.
    """
    places = exponent(currency)
    check(number, whole=MOST_DIGITS, places=places)
    return Money(int(number.scaleb(places)), currency)
