"""Filters that show money, numbers and times the way the reader's language writes them."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime, format_skeleton, format_time
from babel.numbers import format_decimal
from django import template
from django.utils import translation

from florin.kernel import clock, formats
from florin.kernel.money import Money

register = template.Library()


def _language() -> str:
    return translation.get_language() or "en"


def _locale() -> Locale:
    return formats.locale_of(_language())


@register.filter(name="money")
def money(amount: Money | int | str | None, currency: str = "") -> str:
    """Show an amount with its currency: a ``Money``, or minor units with the currency named."""
    if amount is None or isinstance(amount, str):
        return ""
    return formats.money(amount if isinstance(amount, Money) else Money(amount, currency), _language())


@register.filter(name="unit_price")
def unit_price(price: Decimal | str, currency: str) -> str:
    """Show a unit price with the decimals it has, at least the currency's and at most four."""
    return formats.unit_price(price, currency, _language())


@register.filter(name="quantity")
def quantity(number: Decimal | str) -> str:
    """Show a quantity without needless zeros."""
    return formats.quantity(number, _language())


@register.filter(name="plain_number")
def plain_number(number: Decimal) -> str:
    """Show a number for typing over: the language's decimal sign, no thousands signs, no needless zeros."""
    return format_decimal(number, "0.####", locale=_locale())


@register.filter(name="day")
def day(value: date | None) -> str:
    """Show a date, such as "Nov 23, 2026"."""
    return formats.day(value, _language()) if value else ""


@register.filter(name="short_day")
def short_day(value: date) -> str:
    """Show a date without its year, such as "Nov 23"."""
    return formats.short_day(value, _language())


@register.filter(name="moment")
def moment(instant: datetime, zone: str = "UTC") -> str:
    """Show an instant in a company's time zone: the time alone if it is today, else day and time."""
    local, today = instant.astimezone(ZoneInfo(zone)), clock.today(zone)
    hour = format_time(local, "short", locale=_locale())
    if local.date() == today:
        return hour
    if local.year == today.year:
        return f"{format_skeleton('MMMd', local, locale=_locale())}, {hour}"
    return format_datetime(local, "medium", locale=_locale())


@register.filter(name="moment_full")
def moment_full(instant: datetime, zone: str = "UTC") -> str:
    """Show an instant in full, with its time zone."""
    return format_datetime(instant.astimezone(ZoneInfo(zone)), "long", locale=_locale())


@register.filter(name="logo_address")
def logo_address(logo: str) -> str:
    """Return a company's logo, stored as base64, as an address that an ``img`` can show."""
    kind = "png" if logo.startswith("iVBOR") else "svg+xml"
    return f"data:image/{kind};base64,{logo}"
