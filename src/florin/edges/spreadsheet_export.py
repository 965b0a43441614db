"""Tables as files that spreadsheet programs open: CSV as a stream, XLSX from a temporary file.

What people typed never becomes a formula in either; amounts are exact decimals.
"""

import codecs
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain
from tempfile import TemporaryFile
from typing import IO

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from florin.kernel.notation import Sign

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Cell = str | int | Decimal | date | None

# What makes a program take a text for a formula, and what some pass over before it: spaces, letters of no
# width, quotation marks. Whoever's list separator is another one sees a cell begin amid our text.
_BEGINS_A_CELL = r"^|[;,|\t\r\n]"
_UNSEEN = (
    r"\x22\x00-\x08\x0b\x0c\x0e-\x20\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f"
    r"\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    r"\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_FORMULA = re.compile(rf"({_BEGINS_A_CELL})(?=[{_UNSEEN}]*[=+\-@\uff1d\uff0b\uff0d\uff20])")
_APOSTROPHE = re.compile(rf"({_BEGINS_A_CELL})'(?=[{_UNSEEN}]*[=+\-@\uff1d\uff0b\uff0d\uff20])")
_CONTROL = ("\t", "\r", "\n")
# A spreadsheet keeps numbers with 15 digits; what is longer is written as text rather than rounded.
_MOST_DIGITS = 15
_WIDTH = 16


@dataclass(frozen=True, slots=True)
class Worksheet:
    """One table: its name (at most 31 characters), headings, and rows, which are asked for one at a time."""

    name: str
    headings: Sequence[str]
    rows: Iterable[Sequence[Cell]]


class _Page:
    """One worksheet; numbers are shown with as many decimals as they have."""

    def __init__(self, book: Workbook, sheet: Worksheet) -> None:
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


def csv_lines(sheet: Worksheet, *, sign: Sign) -> Iterator[bytes]:
    """Yield a table as CSV, line by line: UTF-8 with the mark by which Excel knows it (RFC 4180 else).

    It is as spreadsheets of the reader's region write it: where decimals stand after a comma (``sign``), a
    semicolon parts the cells. Every text is within quotation marks and harmless, whoever opens it.
    """
    separator = "," if sign == Sign.POINT else ";"
    yield codecs.BOM_UTF8
    for row in chain([sheet.headings], sheet.rows):
        yield (separator.join(_plain(cell, sign) for cell in row) + "\r\n").encode()


def harmless(text: str) -> str:
    """Return a text in which no program finds a formula, by an apostrophe wherever one could begin."""
    text = _FORMULA.sub(r"\1'", text)
    return f"'{text}" if text.startswith(_CONTROL) else text


def restored(text: str) -> str:
    """Return a text of one of our own files as it was before ``harmless`` put apostrophes into it."""
    text = text[1:] if text.startswith("'") and text[1:2] in _CONTROL and text[1:] else text
    return _APOSTROPHE.sub(r"\1", text)


def xlsx_file(sheets: Iterable[Worksheet]) -> IO[bytes]:
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


def _plain(cell: Cell, sign: Sign) -> str:
    match cell:
        case None:
            return ""
        case Decimal():
            return f"{cell:f}".replace(".", sign)
        case date():
            return cell.isoformat()
        case int():
            return str(cell)
        case str():
            return '"' + harmless(cell).replace('"', '""') + '"'
