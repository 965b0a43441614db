"""The one place that asks what time it is."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo


def now() -> datetime:
    """Return this instant in UTC."""
    return datetime.now(UTC)


def today(zone: str) -> date:
    """Return the date it is in a company's time zone: due dates and aging are the company's days."""
    return now().astimezone(ZoneInfo(zone)).date()


def local(instant: datetime, zone: str) -> date:
    """Return the date of an instant in a company's time zone."""
    return instant.astimezone(ZoneInfo(zone)).date()


def midnight(day: date, zone: str) -> datetime:
    """Return the moment at which a day begins in a company's time zone."""
    return datetime.combine(day, time.min, ZoneInfo(zone))
