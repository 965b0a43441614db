"""What a customer's fields may say: one rule for the form, a file and a command."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from florin.domain.companies import profile
from florin.domain.customers.models import Customer
from florin.kernel import texts
from florin.kernel.errors import Refusal
from florin.kernel.money import Money

MOST_DAYS = 365
NO_DAYS: Promise = gettext_lazy("Give a number of days from 0 to 365.")


def currency(text: str) -> str:
    """Return a currency by its code, in small letters too.

    Raises:
        Refusal: if there is no such currency.
    """
    return profile.read_currency(text)


def terms_days(text: str) -> int:
    """Return a number of days, of a year at most.

    Raises:
        Refusal: if it is none.
    """
    text = text.strip()
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(MOST_DAYS)) or int(text) > MOST_DAYS:
        raise Refusal(str(NO_DAYS))
    return int(text)


def credit_limit(amount: Money) -> int:
    """Return a credit limit in minor units.

    Raises:
        Refusal: if it is below zero.
    """
    if amount.minor < 0:
        raise Refusal(_("A credit limit cannot be negative."))
    return amount.minor


def text(name: str, value: str) -> str:
    """Return a text that may be kept in a field.

    Raises:
        Refusal: if it is too long for it, holds a character that cannot be kept, or a card number.
    """
    texts.check_field(Customer, name, value)
    return value


def longest(name: str) -> int:
    """Return how many characters a field takes."""
    field = Customer._meta.get_field(name)  # noqa: SLF001 - Django's documented model API
    return int(getattr(field, "max_length", 0))
