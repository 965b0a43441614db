"""Where a company is: the currency, time zone and language that it may have, for every door alike."""

from functools import cache
from zoneinfo import available_timezones

from babel.core import get_global
from babel.numbers import get_territory_currencies
from django.conf import settings
from django.utils.translation import gettext as _

from florin.kernel.errors import Refusal

# What else the database of time zones holds are former names, and zones of no place.
_PLACES = {"Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian"}
_PLACES |= {"Pacific"}


@cache
def currencies() -> tuple[str, ...]:
    """Return the codes of all currencies that are money somewhere today (ISO 4217, as CLDR has them)."""
    territories = get_global("territory_currencies")
    return tuple(sorted({code for one in territories for code in get_territory_currencies(one, tender=True)}))


@cache
def time_zones() -> tuple[str, ...]:
    """Return the names of all time zones that a place has, and UTC."""
    return (*sorted(name for name in available_timezones() if name.split("/")[0] in _PLACES), "UTC")


def read_currency(text: str) -> str:
    """Return a currency's code, in capitals.

    Raises:
        Refusal: if there is none of that code.
    """
    code = text.strip().upper()
    if code not in currencies():
        raise Refusal(_("“%(text)s” is not a currency; write it like USD.") % {"text": text[:20]})
    return code


def read_time_zone(text: str) -> str:
    """Return the name of a time zone, as it is written.

    Raises:
        Refusal: if there is none of that name.
    """
    if text not in available_timezones():
        raise Refusal(
            _("“%(text)s” is not a time zone; write it like America/New_York.") % {"text": text[:60]}
        )
    return text


def read_language(text: str) -> str:
    """Return the code of a language that Florin speaks.

    Raises:
        Refusal: if it speaks none of that code.
    """
    spoken = dict(settings.LANGUAGES)
    if text not in spoken:
        raise Refusal(_("The language is one of %(codes)s.") % {"codes": ", ".join(spoken)})
    return text
