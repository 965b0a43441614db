"""What templates of pages and of mails share: one Jinja environment: strict, translated, and knowing money.

A name that nobody gave fails, so a template says so with ``|default`` where one may be missing.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime, format_skeleton, format_time
from babel.numbers import format_decimal
from django.template.defaultfilters import linebreaksbr
from django.utils import translation
from jinja2 import Environment, StrictUndefined

from florin.kernel import clock, directions, formats
from florin.kernel.money import Money


def make_environment(**options: Any) -> Environment:
    """Return an environment with the reader's texts (``_`` and ``trans``) and the filters of this module."""
    made = {"autoescape": True, "extensions": ["jinja2.ext.i18n"], "lstrip_blocks": True, **options}
    environment = Environment(**{**made, "undefined": StrictUndefined})  # noqa: S701 - mails' plain text is none
    environment.policies["ext.i18n.trimmed"] = True
    environment.policies["truncate.leeway"] = 0
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
        translation.gettext,
        translation.ngettext,
        newstyle=True,
        pgettext=translation.pgettext,
        npgettext=translation.npgettext,
    )
    environment.filters.update(_FILTERS)
    return environment


def language() -> str:
    """Return the tag of the reader's language, such as ``es-us``."""
    return translation.get_language() or "en"


def money(amount: Money | int | None, currency: str = "") -> str:
    """Show an amount with its currency: a ``Money``, or minor units with the currency named."""
    if amount is None:
        return ""
    return formats.money(amount if isinstance(amount, Money) else Money(amount, currency), language())


def unit_price(price: Decimal | str, currency: str) -> str:
    """Show a unit price with the decimals it has, at least the currency's and at most four."""
    return formats.unit_price(price, currency, language())


def quantity(number: Decimal | str) -> str:
    """Show a quantity without needless zeros."""
    return formats.quantity(number, language())


def plain_number(number: Decimal) -> str:
    """Show a number for typing over: the language's decimal sign, no thousands signs, no needless zeros."""
    return format_decimal(number, "0.####", locale=_locale())


def day(value: date | None) -> str:
    """Show a date, such as "Nov 23, 2026"."""
    return formats.day(value, language()) if value else ""


def short_day(value: date) -> str:
    """Show a date without its year, such as "Nov 23"."""
    return formats.short_day(value, language())


def moment(instant: datetime, zone: str = "UTC") -> str:
    """Show an instant in a company's time zone: the time alone if it is today, else day and time."""
    local, today = instant.astimezone(ZoneInfo(zone)), clock.today(zone)
    hour = format_time(local, "short", locale=_locale())
    if local.date() == today:
        return hour
    if local.year == today.year:
        return f"{format_skeleton('MMMd', local, locale=_locale())}, {hour}"
    return format_datetime(local, "medium", locale=_locale())


def moment_full(instant: datetime, zone: str = "UTC") -> str:
    """Show an instant in full, with its time zone."""
    return format_datetime(instant.astimezone(ZoneInfo(zone)), "long", locale=_locale())


def _locale() -> Locale:
    return formats.locale_of(language())


_FILTERS = {
    "money": money,
    "unit_price": unit_price,
    "quantity": quantity,
    "plain_number": plain_number,
    "day": day,
    "short_day": short_day,
    "moment": moment,
    "moment_full": moment_full,
    "linebreaksbr": linebreaksbr,
    "isolated": directions.isolated,
}
