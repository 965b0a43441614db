"""Days as files write them: in which order a column has day and month, and what each cell then says.

Years have four digits, but for a month by its name, as Excel writes it (2-Oct-26). A day that begins with its
year is the same in every column.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from florin.edges.tables.rows import TwoWaysError
from florin.kernel.notation import Order

_TIME = (
    r"(?:(?:T|,?\s+)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?"
    r"(?:\s*(?P<half>[AaPp])\.?[Mm]\.?)?)?"
)
_YEAR_FIRST = re.compile(rf"(?P<year>\d{{4}})([-/.]?)(?P<month>\d{{2}})\2(?P<day>\d{{2}}){_TIME}", re.ASCII)
_YEAR_LAST = re.compile(
    rf"(?P<first>\d{{1,2}})([-/.])(?P<other>\d{{1,2}})\2(?P<year>\d{{4}}){_TIME}", re.ASCII
)
_BY_NAME = re.compile(
    rf"(?P<day>\d{{1,2}})[-/. ](?P<name>[^\W\d_]{{3,4}})\.?[-/. ](?P<year>\d{{2}}|\d{{4}}){_TIME}"
)
_MONTHS = {
    name: place % 12 + 1
    for place, name in enumerate(
        [
            "jan",
            "feb",
            "mar",
            "apr",
            "may",
            "jun",
            "jul",
            "aug",
            "sep",
            "oct",
            "nov",
            "dec",
            "ene",
            "feb",
            "mar",
            "abr",
            "may",
            "jun",
            "jul",
            "ago",
            "sep",
            "oct",
            "nov",
            "dic",
        ]
    )
} | {"sept": 9}
_MOST_MONTHS = 12
_NOON = 12
_LONGEST = 40


class NotADayError(ValueError):
    """The text is no day in the way its column is written."""


@dataclass(slots=True)
class Evidence:
    """What the cells of one column show about their order."""

    _shown: dict[Order, tuple[int, str]] = field(default_factory=dict)
    _doubtful: tuple[int, str] | None = None
    _plain: bool = False

    def see(self, text: str, line: int) -> None:
        """Take one cell into account."""
        found = _year_last(text)
        if found is None:
            self._plain = self._plain or _certain(text) is not None
            return
        first, other = int(found["first"]), int(found["other"])
        if first > _MOST_MONTHS >= other:
            self._shown.setdefault(Order.DAY, (line, text))
        elif other > _MOST_MONTHS >= first:
            self._shown.setdefault(Order.MONTH, (line, text))
        elif self._doubtful is None and first != other:
            self._doubtful = (line, text)

    def decided(self, chosen: Order | None = None) -> Order | None:
        """Return the order of the column; none if it is written with the year first, and only so.

        Raises:
            TwoWaysError: if nobody said, and it shows both, or nothing for a cell that needs one.
        """
        if chosen is not None:
            return chosen
        if len(self._shown) > 1:
            raise TwoWaysError(*sorted(self._shown.values()))
        if not self._shown and self._doubtful and not self._plain:
            raise TwoWaysError(self._doubtful)
        return next(iter(self._shown), None)


@lru_cache(maxsize=10_000)
def read(text: str, order: Order | None) -> datetime:
    """Read a day, at midnight or the time that is written with it.

    Raises:
        NotADayError: if there is no such day, or it is written in another order than its column.
    """
    found = _year_last(text)
    if found is None:
        certain = _certain(text)
        if certain is None:
            raise NotADayError(text)
        return certain
    first, other = int(found["first"]), int(found["other"])
    if order is None and first != other:
        raise NotADayError(text)
    month, day = (first, other) if order == Order.MONTH else (other, first)
    return _at(found, month=month, day=day)


def both(text: str) -> tuple[datetime, datetime] | None:
    """Return what a day says with the month first, and with the day first; none if it has no two ways."""
    try:
        return read(text, Order.MONTH), read(text, Order.DAY)
    except NotADayError:
        return None


def _year_last(text: str) -> Mapping[str, str] | None:
    found = _YEAR_LAST.fullmatch(text) if len(text) <= _LONGEST else None
    return found.groupdict() if found else None


def _certain(text: str) -> datetime | None:
    """Return the day of a text that can be read in one way only."""
    if len(text) > _LONGEST:
        return None
    try:
        if found := _YEAR_FIRST.fullmatch(text):
            return _at(found.groupdict(), month=int(found["month"]), day=int(found["day"]))
        found = _BY_NAME.fullmatch(text)
        if found and (month := _MONTHS.get(found["name"].casefold())):
            return _at(found.groupdict(), month=month, day=int(found["day"]))
    except NotADayError:
        return None
    return None


def _at(found: Mapping[str, str], *, month: int, day: int) -> datetime:
    year = int(found["year"])
    hour = int(found["hour"] or 0)
    if found["half"]:
        if not 1 <= hour <= _NOON:
            raise NotADayError(hour)
        hour = hour % _NOON + (_NOON if found["half"] in "Pp" else 0)
    try:
        return datetime(  # noqa: DTZ001 - a file's times have no zone
            year if year > 99 else 2000 + year,  # noqa: PLR2004 - two digits
            month,
            day,
            hour,
            int(found["minute"] or 0),
            int(found["second"] or 0),
        )
    except ValueError:
        raise NotADayError from None
