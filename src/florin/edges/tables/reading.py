"""Opening a file of rows: what it is, how it is written, where its headings stand, and what is below."""

import gzip
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from io import BufferedIOBase, BytesIO
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import IO, cast

from django.utils.translation import gettext as _

from florin.edges.tables import text
from florin.edges.tables.columns import AnyColumns, Columns, NoHeadings
from florin.edges.tables.rows import Cell, Limits, Line, Unreadable
from florin.edges.tables.workbook import Workbook

_OLE = b"\xd0\xcf\x11\xe0"  # how an XLS file, or an XLSX file with a password, begins
_ZIP = b"PK"
_HEAD = 4096
_HEADINGS_WITHIN = 20

Source = Callable[[], IO[bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A file whose headings are found. ``places`` says in which column each of our names stands.

    ``encoding`` and ``separator`` are empty for a workbook. ``unused`` are headings that mean nothing to us.
    """

    encoding: str
    separator: str
    headings: Sequence[str]
    places: Mapping[str, int]
    unused: Sequence[str]
    _lines: Callable[[], Iterator[Line]]
    _heading: int
    _limits: Limits
    _day: Callable[[Decimal], datetime | None]

    def rows(self) -> Iterator[Line]:
        """Yield the rows below the headings in which something is written; may be asked for again.

        Raises:
            Unreadable: if there are more than the limit, or the file proves damaged further down.
        """
        count = 0
        for line in self._lines():
            if line.number <= self._heading or line.empty:
                continue
            count += 1
            if count > self._limits.rows:
                raise Unreadable(
                    _("The file has more than %(most)s rows. Split it, and take one part after the other.")
                    % {"most": f"{self._limits.rows:,}"}
                )
            yield line

    @property
    def heading_line(self) -> int:
        """Where the headings stand: the line of a text, the row of a workbook, from 1."""
        return self._heading

    def day(self, serial: Decimal) -> datetime | None:
        """Return the day that a number counts in this workbook, if it is one."""
        return self._day(serial)

    def cell(self, line: Line, name: str) -> Cell:
        """Return what stands in a column; nothing if the row ends before it, or the file has it not."""
        place = self.places.get(name)
        return line.cells[place] if place is not None and place < len(line.cells) else ""

    def overflows(self, line: Line) -> bool:
        """Whether a row has more in it than there are headings: then nobody knows what stands where."""
        return any(cell != "" for cell in line.cells[len(self.headings) :])


def from_path(path: Path, columns: Columns | AnyColumns, *, limits: Limits) -> Table:
    """Open a file, which may be packed by gzip (``.gz``); it is read anew whenever its rows are asked for.

    Raises:
        Refusal: if it cannot be read, is nothing that can be read, or does not name its columns.
    """
    packed = path.name.endswith(".gz")

    def source() -> IO[bytes]:
        return cast("IO[bytes]", gzip.open(path)) if packed else path.open("rb")

    try:
        return _open(source, columns, limits)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise Unreadable(
            _("%(path)s is not a whole gzip file; nothing was imported. Fetch it again.") % {"path": path}
        ) from error
    except OSError as error:
        raise Unreadable(
            _("%(path)s cannot be read: %(why)s.") % {"path": path, "why": error.strerror}
        ) from error


def from_bytes(data: bytes, columns: Columns | AnyColumns, *, limits: Limits) -> Table:
    """Open what somebody uploaded.

    Raises:
        Refusal: if it is nothing that can be read, or does not name its columns.
    """
    return _open(lambda: BytesIO(data), columns, limits)


def _open(source: Source, columns: Columns | AnyColumns, limits: Limits) -> Table:
    with source() as file:
        head = file.read(_HEAD)
    if head.startswith(_OLE):
        raise Unreadable(
            _("This is an old or a protected Excel file. Save it as XLSX without a password, or CSV.")
        )
    if head.startswith(_ZIP):
        book = Workbook(cast("BufferedIOBase", source()), limits)
        heading = _heading(book.lines(), columns)
        return _table(heading, columns, limits, lines=book.lines, day=book.day)
    try:
        return _text(source, columns, limits)
    except NoHeadings:
        if b"\x00" in head and not text.encoding_of(source).wide:
            raise Unreadable(_("This is neither an XLSX nor a CSV file.")) from None
        raise


def _text(source: Source, columns: Columns | AnyColumns, limits: Limits) -> Table:
    """Find the separator with which a row near the top names the columns, be it written down or not."""
    encoding = text.encoding_of(source)
    first = _first_line(source, encoding)
    named = first[len("sep=") :] if first.casefold().startswith("sep=") else ""
    before = 1 if len(named) == 1 else 0
    candidates = named if before else text.SEPARATORS
    nearest: Sequence[str] = ()
    tables: list[tuple[tuple[int, int], Table]] = []
    for separator in candidates:

        def lines(separator: str = separator) -> Iterator[Line]:
            return islice(_lines(source, encoding, separator), before, None)

        try:
            heading = _heading(lines(), columns)
        except NoHeadings as missed:
            nearest = max(nearest, missed.nearest, key=len)
            continue
        table = _table(heading, columns, limits, lines=lines, encoding=encoding.label, separator=separator)
        if isinstance(columns, Columns):
            return table
        tables.append((columns.likeness(heading.cells), table))
    if tables:
        return max(tables, key=itemgetter(0))[1]
    raise NoHeadings(nearest)


def _lines(source: Source, encoding: text.Encoding, separator: str) -> Iterator[Line]:
    with source() as file:
        yield from text.lines(file, encoding, separator)


def _first_line(source: Source, encoding: text.Encoding) -> str:
    return next((line.text for line in _lines(source, encoding, "\x1f")), "").strip(" \r\n")


def _heading(lines: Iterator[Line], columns: Columns | AnyColumns) -> Line:
    """Return the row that names the columns; a title, a date and empty rows may stand above it."""
    if isinstance(columns, AnyColumns):
        rows = [line for line in islice(lines, _HEADINGS_WITHIN) if not line.empty and line.flaw is None]
        if not rows:
            raise NoHeadings(())
        return max(rows, key=lambda line: columns.likeness(line.cells))
    nearest, best = Line(0, ()), -1
    for line in islice(lines, _HEADINGS_WITHIN):
        places = columns.find(line.cells)
        if columns.are_in(places):
            return line
        if len(places) > best and not line.empty:
            nearest, best = line, len(places)
    raise NoHeadings([str(cell) for cell in nearest.cells if cell != ""])


def _table(
    heading: Line,
    columns: Columns | AnyColumns,
    limits: Limits,
    *,
    lines: Callable[[], Iterator[Line]],
    encoding: str = "",
    separator: str = "",
    day: Callable[[Decimal], datetime | None] = lambda _serial: None,
) -> Table:
    named = [str(cell) for cell in heading.cells]
    while named and not named[-1]:
        named.pop()
    if len(named) > limits.columns:
        raise Unreadable(
            _("The file has more than %(most)s columns. Copy those that count into a new file.")
            % {"most": limits.columns}
        )
    places = columns.find(heading.cells)
    used = set(places.values())
    return Table(
        encoding=encoding,
        separator=separator,
        headings=named,
        places=places,
        unused=[name for place, name in enumerate(named) if name and place not in used],
        _lines=lines,
        _heading=heading.number,
        _limits=limits,
        _day=day,
    )
