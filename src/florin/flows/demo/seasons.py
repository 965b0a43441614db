"""When florists buy: the days of a year and how much each is worth to a flower wholesaler."""

import calendar
from datetime import date, timedelta

VALENTINE, MOTHER = "valentine", "mother"
_VALENTINE_DAYS, _MOTHER_DAYS = 12, 11  # how long before, florists stock up
_SUNDAY = 6
_SLOW_MONTHS, _WEDDING_MONTHS = {7, 8}, {4, 5, 6, 9, 10}


def weight(day: date, weekday_shares: list[float]) -> float:
    """Return how much is ordered on a day, for an ordinary one about 1; nothing when the doors are shut.

    The data set's wholesaler works on Sundays and rests on Saturdays; ours does it the other way round.
    """
    if day.weekday() == _SUNDAY or day in _closed(day.year):
        return 0
    shares = [*weekday_shares[:5], weekday_shares[6] / 2]
    usual = shares[day.weekday()] * len(shares) / sum(shares)
    return usual * _month(day) * (1 + rush(day))


def rush(day: date) -> float:
    """Return by how much more than usual is bought on a day, because a holiday is near: 0 to 2.5."""
    return max(_before(day, holiday, days, most) for holiday, days, most in _holidays(day.year))


def season(day: date) -> str:
    """Name the holiday for which everybody buys on a day; empty on most days."""
    if 0 < (valentines(day.year) - day).days <= _VALENTINE_DAYS:
        return VALENTINE
    return MOTHER if 0 < (mothers_day(day.year) - day).days <= _MOTHER_DAYS else ""


def valentines(year: int) -> date:
    """Return Valentine's Day."""
    return date(year, 2, 14)


def mothers_day(year: int) -> date:
    """Return the second Sunday in May."""
    return _nth(year, 5, calendar.SUNDAY, 2)


def _holidays(year: int) -> list[tuple[date, int, float]]:
    """The holidays for which florists stock up: the day, how long before, how much more at most."""
    return [
        (valentines(year), _VALENTINE_DAYS, 2.5),
        (mothers_day(year), _MOTHER_DAYS, 2.2),
        (_nth(year, 11, calendar.THURSDAY, 4), 7, 0.7),
        (date(year, 12, 24), 16, 0.8),
        (_nth(year, 4, calendar.WEDNESDAY, 4), 5, 0.5),  # Administrative Professionals' Day, nearly always
    ]


def _before(day: date, holiday: date, days: int, most: float) -> float:
    left = (holiday - day).days
    return most * (1 - (left - 1) / days) if 0 < left <= days else 0


def _month(day: date) -> float:
    if day.month in _SLOW_MONTHS:
        return 0.7
    return 1.15 if day.month in _WEDDING_MONTHS else 0.95


def _closed(year: int) -> set[date]:
    thanks = _nth(year, 11, calendar.THURSDAY, 4)
    return {date(year, 1, 1), date(year, 7, 4), thanks, date(year, 12, 25)}


def _nth(year: int, month: int, weekday: int, number: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))
