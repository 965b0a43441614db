"""The one place that asks what time it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

_past: ContextVar[datetime | None] = ContextVar("past", default=None)


def now() -> datetime:
    """Return this instant in UTC."""
    return _past.get() or datetime.now(UTC)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let what this block does count as done at a moment that is over: so the demo writes down its past.

    Only ``now`` and what asks it follow; when the database booked an entry stays the truth.

    Raises:
        ValueError: if the moment is yet to come.
    """
    if moment > datetime.now(UTC):
        raise ValueError("Nothing can be written down before it happens.")
    token = _past.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _past.reset(token)


def today(zone: str) -> date:
    """Return the date it is in a company's time zone: due dates and aging are the company's days."""
    return now().astimezone(ZoneInfo(zone)).date()


def local(instant: datetime, zone: str) -> date:
    """Return the date of an instant in a company's time zone."""
    return instant.astimezone(ZoneInfo(zone)).date()


def midnight(day: date, zone: str) -> datetime:
    """Return the moment at which a day begins in a company's time zone."""
    return datetime.combine(day, time.min, ZoneInfo(zone))
