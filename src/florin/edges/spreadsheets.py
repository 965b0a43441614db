"""Reading a file that somebody uploads, the first sheet of an XLSX file or CSV: texts, numbers and dates.

Nothing in the file is believed. Of a sheet only the cells that are written are read, one after the other, so
that neither a value in a far cell nor a part that unpacks to gigabytes costs more than its limit; numbers are
read from their digits and never pass through floating point.
"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Context, Decimal, DecimalException
from typing import Any
from xml.etree import ElementTree as ET

from django.utils.translation import gettext as _

from florin.kernel.errors import Refusal

Cell = str | Decimal | date

_MOST_COLUMNS = 50
_LONGEST_PART = 5_000_000
_OLE = b"\xd0\xcf\x11\xe0"  # how an XLS file, or an XLSX file with a password, begins
_SEPARATORS = ",;\t"
_REFERENCE = re.compile(r"([A-Z]{1,3})[0-9]+")
_NOT_PATTERN = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
_DATE_FORMATS = {*range(14, 18), 22, *range(27, 37), *range(50, 59)}
_LAST_SERIAL = 2_958_465  # 9999-12-31
# Spreadsheets show fifteen digits of what they keep: 0.1 + 0.2 is 0.3, and 0.30000000000000004 in the file.
_SHOWN = Context(prec=15)


@dataclass(frozen=True, slots=True)
class Line:
    """One row that is not empty; ``number`` is where it stands in the file, the first being 1."""

    number: int
    cells: Sequence[Cell]


class Unreadable(Refusal):
    """The file is none of the kinds that can be read, is damaged, or is too long."""


def read(data: bytes, *, most: int) -> list[Line]:
    """Return the rows of a file in which something is written, at most so many.

    Dates come as dates and numbers as exact decimals where the file says so (XLSX); all else is text. Of a
    formula the value counts that was saved with it; without one it comes as text that begins with "=".

    Raises:
        Unreadable: if it cannot be read, or has more rows.
    """
    if data.startswith(_OLE):
        raise Unreadable(
            _("This is an old or a protected Excel file. Save it as XLSX without a password, or CSV.")
        )
    lines: list[Line] = []
    for line in _workbook(data) if data.startswith(b"PK") else _csv(data):
        if any(cell != "" for cell in line.cells):
            lines.append(line)
        if len(lines) > most:
            raise Unreadable(
                _("The file has more than %(most)s rows. Split it, and upload one part after the other.")
                % {"most": most}
            )
    return lines


def _csv(data: bytes) -> Iterator[Line]:
    text = _decoded(data)
    if "\x00" in text:
        raise Unreadable(_("This is neither an XLSX nor a CSV file."))
    first, _end, rest = text.partition("\n")
    if first.lower().startswith("sep=") and len(first.strip()) == len("sep=,"):
        separator, text, before = first.strip()[-1], rest, 1
    else:
        separator, before = max(_SEPARATORS, key=first.count), 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for row in reader:
            yield Line(reader.line_num + before, [cell.strip() for cell in row[:_MOST_COLUMNS]])
    except csv.Error as problem:
        raise Unreadable(
            _("The file cannot be read as CSV; look for a quotation mark that does not close.")
        ) from problem


def _decoded(data: bytes) -> str:
    """Decode what spreadsheets write: UTF-8 with or without its mark, UTF-16 with it, or Windows' own."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _workbook(data: bytes) -> Iterator[Line]:
    damaged = (zipfile.BadZipFile, zlib.error, ET.ParseError, DecimalException)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield from _Book(archive).lines()
    except (
        *damaged,
        KeyError,
        ValueError,
        IndexError,
        OverflowError,
        RuntimeError,
        NotImplementedError,
        EOFError,
    ) as problem:
        raise Unreadable(_("The file is damaged, or is no XLSX file. Save it again, or as CSV.")) from problem


class _Book:
    """An open workbook: its strings, which of its styles are dates, and where its first sheet is."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        book = self._tree("xl/workbook.xml")
        settings = book.find("{*}workbookPr")
        since_1904 = settings is not None and settings.get("date1904") in {"1", "true"}
        self._epoch = date(1904, 1, 1) if since_1904 else date(1899, 12, 30)
        self._sheet = self._first_sheet(book)
        self._strings = self._shared_strings()
        self._dates = self._date_styles()

    def lines(self) -> Iterator[Line]:
        """Yield every row that is written down, in order."""
        number = 0
        for _event, row in ET.iterparse(io.BytesIO(self._part(self._sheet))):  # noqa: S314 - no DOCTYPE gets here
            if not row.tag.endswith("}row"):
                continue
            number = int(row.get("r", number + 1))
            yield Line(number, self._cells(row))
            row.clear()

    def _cells(self, row: ET.Element) -> list[Cell]:
        cells: list[Cell] = []
        for cell in row.iterfind("{*}c"):
            place = _place(cell.get("r", ""), len(cells))
            if place >= _MOST_COLUMNS:
                break
            cells += [""] * (place - len(cells))
            cells.append(self._value(cell))
        return cells

    def _value(self, cell: ET.Element) -> Cell:
        text, formula = cell.findtext("{*}v", ""), cell.findtext("{*}f")
        if not text and formula is not None:
            return f"={formula}"
        match cell.get("t", "n"):
            case "s":
                return self._strings[int(text)]
            case "inlineStr":
                inline = cell.find("{*}is")
                return "" if inline is None else _text(inline)
            case "n" if text:
                return self._number(Decimal(text), int(cell.get("s", 0)))
            case "d":
                return date.fromisoformat(text[:10])
            case _:
                return text.strip()

    def _number(self, number: Decimal, style: int) -> Cell:
        if not number.is_finite():
            raise ValueError("no number")
        if style in self._dates and 0 < number <= _LAST_SERIAL:
            return self._epoch + timedelta(days=int(number))
        return _SHOWN.create_decimal(number)

    def _first_sheet(self, book: ET.Element) -> str:
        sheets = [
            sheet
            for sheet in book.iterfind("{*}sheets/{*}sheet")
            if sheet.get("state", "visible") == "visible"
        ]
        key = next((value for name, value in sheets[0].items() if name.endswith("}id")), "")
        related = self._tree("xl/_rels/workbook.xml.rels")
        target = next((one.get("Target", "") for one in related if one.get("Id") == key), "")
        return target.lstrip("/") if target.startswith("/") else f"xl/{target}"

    def _shared_strings(self) -> list[str]:
        if "xl/sharedStrings.xml" not in self._archive.namelist():
            return []
        return [_text(one) for one in self._tree("xl/sharedStrings.xml").iterfind("{*}si")]

    def _date_styles(self) -> set[int]:
        """Return which styles show a number as a date."""
        if "xl/styles.xml" not in self._archive.namelist():
            return set()
        styles = self._tree("xl/styles.xml")
        custom = {
            int(one.get("numFmtId", 0))
            for one in styles.iterfind("{*}numFmts/{*}numFmt")
            if re.search("[yd]", _NOT_PATTERN.sub("", one.get("formatCode", "")), re.IGNORECASE)
        }
        formats = [int(one.get("numFmtId", 0)) for one in styles.iterfind("{*}cellXfs/{*}xf")]
        return {place for place, known in enumerate(formats) if known in _DATE_FORMATS | custom}

    def _tree(self, name: str) -> Any:
        return ET.fromstring(self._part(name))  # noqa: S314 - no DOCTYPE gets here

    def _part(self, name: str) -> bytes:
        """Unpack one file of the archive, but no more than could be in earnest."""
        with self._archive.open(name) as packed:
            part = packed.read(_LONGEST_PART + 1)
        if len(part) > _LONGEST_PART:
            raise Unreadable(_("The file is too large. Copy the rows into a new file, and upload that."))
        if b"<!DOCTYPE" in part or b"\x00" in part:  # entities that grow, and an encoding to hide them in
            raise Unreadable(_("The file is damaged, or is no XLSX file. Save it again, or as CSV."))
        return part


def _text(element: ET.Element) -> str:
    """Return the text of a string, in one style or several, without how it is pronounced."""
    parts = [*element.iterfind("{*}t"), *element.iterfind("{*}r/{*}t")]
    return "".join(part.text or "" for part in parts).strip()


def _place(reference: str, following: int) -> int:
    """Return the column of a cell such as "C7", the first being 0; without one it follows the last."""
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        return following
    place = 0
    for letter in found[1]:
        place = place * 26 + ord(letter) - ord("A") + 1
    return max(place - 1, following)
