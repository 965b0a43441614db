"""The currencies and time zones among which a new company chooses."""

from functools import cache
from zoneinfo import available_timezones

from babel.core import get_global
from babel.numbers import get_territory_currencies

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
