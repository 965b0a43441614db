"""Paging through long lists by where the last page ended: as fast for the last page as for the first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, TypeVar
from urllib.parse import quote, unquote
from uuid import UUID

from django.db.models import F, Model, QuerySet, Value
from django.db.models.fields.tuple_lookups import (  # type: ignore[import-untyped]  # its stubs lack it
    Tuple,
    TupleGreaterThan,
    TupleLessThan,
)

ROWS = 50
_LONGEST_MARK = 2000  # a name of 120 letters, quoted, may be 1,440 long

Found = TypeVar("Found")
Stored = TypeVar("Stored", bound=Model)


@dataclass(frozen=True, slots=True)
class Column:
    """What a list is sorted by: a field (or a path to one), read back from a mark as ``read`` does."""

    name: str
    read: Callable[[str], object]


def by_day(name: str) -> tuple[Column, Column]:
    """Sort by a day, and what is of the same day by its key."""
    return Column(name, date.fromisoformat), Column("pk", UUID)


def by_moment(name: str) -> tuple[Column, Column]:
    """Sort by a moment, and what is of the same moment by its key."""
    return Column(name, _moment), Column("pk", UUID)


@dataclass(frozen=True, slots=True)
class Slice(Generic[Found]):
    """One page; ``after`` leads to the next one and is empty on the last."""

    rows: Sequence[Found]
    after: str


def slice_of(
    rows: QuerySet[Stored], columns: Sequence[Column], after: str, *, falling: bool = False
) -> Slice[Stored]:
    """Return the page that follows ``after``; what cannot be such a mark means the first page.

    The last column must tell any two rows apart that the others do not. All columns rise, or all fall.
    """
    ordered = rows.order_by(*("-" * falling + column.name for column in columns))
    found = list(following(ordered, columns, after, falling=falling)[: ROWS + 1])
    if len(found) <= ROWS:
        return Slice(found, "")
    return Slice(found[:ROWS], mark([_value(found[ROWS - 1], column.name) for column in columns]))


def following(
    rows: QuerySet[Stored], columns: Sequence[Column], after: str, *, falling: bool
) -> QuerySet[Stored]:
    """Leave out what was on the pages up to ``after``: PostgreSQL seeks the mark in the index."""
    values = _read(columns, after)
    if values is None:
        return rows
    beyond = TupleLessThan if falling else TupleGreaterThan
    names = Tuple(*(F(column.name) for column in columns))
    # Said once more for the first column alone: that is what an index can begin at.
    first = f"{columns[0].name}__{'lte' if falling else 'gte'}"
    return rows.filter(beyond(names, tuple(Value(value) for value in values)), **{first: values[0]})


def mark(values: Sequence[object]) -> str:
    """Write down where a page ended, so that an address can carry it."""
    return "_".join(quote(str(value), safe="").replace("_", "%5F") for value in values)


def _value(row: object, path: str) -> object:
    for part in path.split("__"):
        row = getattr(row, part)
    return row


def _read(columns: Sequence[Column], after: str) -> list[object] | None:
    parts = [unquote(part).replace("\x00", "") for part in after[: _LONGEST_MARK + 1].split("_")]
    if not after or len(after) > _LONGEST_MARK or len(parts) != len(columns):
        return None
    try:
        return [column.read(part) for column, part in zip(columns, parts, strict=True)]
    except ValueError:
        return None


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("no time zone")
    return moment
