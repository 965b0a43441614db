"""Tables as files that spreadsheet programs open: CSV as a stream, XLSX from a temporary file.

What people typed never becomes a formula in either; amounts are exact decimals.
"""

import codecs
import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain
from tempfile import TemporaryFile
from typing import IO

from xlsxwriter import Workbook
from xlsxwriter.format import Format

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Cell = str | int | Decimal | date | None

# Programs take a text that begins so for a formula, even within quotes.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# A spreadsheet keeps numbers with 15 digits; what is longer is written as text rather than rounded.
_MOST_DIGITS = 15
_WIDTH = 16


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: its name (at most 31 characters), headings, and rows, which are asked for one at a time."""

    name: str
    headings: Sequence[str]
    rows: Iterable[Sequence[Cell]]


class _Line:
    """What the CSV writer writes to: keeps the one line that was written last."""

    text = ""

    def write(self, text: str) -> None:
        self.text = text


class _Page:
    """One worksheet; numbers are shown with as many decimals as they have."""

    def __init__(self, book: Workbook, sheet: Sheet) -> None:
        self._book, self._page = book, book.add_worksheet(sheet.name)
        self._formats: dict[str, Format] = {}
        self._page.freeze_panes(1, 0)
        self._page.set_column(0, len(sheet.headings) - 1, _WIDTH)
        heading = book.add_format({"bold": True})
        for column, text in enumerate(sheet.headings):
            self._page.write_string(0, column, text, heading)

    def write(self, row: int, column: int, cell: Cell) -> None:
        match cell:
            case None:
                pass
            case date():
                self._page.write_datetime(row, column, cell, self._format("yyyy-mm-dd"))
            case Decimal() if len(cell.as_tuple().digits) <= _MOST_DIGITS:
                decimals = f"{cell:f}".partition(".")[2]
                shown = f"0.{'0' * len(decimals)}" if decimals else "0"
                self._page.write_number(row, column, cell, self._format(shown))
            case int():
                self._page.write_number(row, column, cell)
            case Decimal() | str():
                self._page.write_string(row, column, str(cell))

    def _format(self, shown: str) -> Format:
        if shown not in self._formats:
            self._formats[shown] = self._book.add_format({"num_format": shown})
        return self._formats[shown]


def csv_lines(sheet: Sheet) -> Iterator[bytes]:
    """Yield a table as CSV (RFC 4180, UTF-8 with the mark by which Excel knows it), line by line."""
    line = _Line()
    writer = csv.writer(line)
    yield codecs.BOM_UTF8
    for row in chain([sheet.headings], sheet.rows):
        writer.writerow([_plain(cell) for cell in row])
        yield line.text.encode()


def xlsx_file(sheets: Iterable[Sheet]) -> IO[bytes]:
    """Write tables into one workbook, and return it open at its beginning; closing it deletes it.

    Rows go to disk as they come, so that memory does not grow with their number.
    """
    file = TemporaryFile()  # noqa: SIM115 - the caller reads it, and closes it
    book = Workbook(file, {"constant_memory": True, "strings_to_urls": False})
    for sheet in sheets:
        page = _Page(book, sheet)
        for row, cells in enumerate(sheet.rows, start=1):
            for column, cell in enumerate(cells):
                page.write(row, column, cell)
    book.close()
    file.seek(0)
    return file


def _plain(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case Decimal():
            return f"{cell:f}"
        case date():
            return cell.isoformat()
        case int():
            return str(cell)
        case str():
            return f"'{cell}" if cell.startswith(_FORMULA) else cell
