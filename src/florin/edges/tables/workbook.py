"""The first visible sheet of an XLSX file, row by row while it unpacks.

Only cells that are written cost anything, so a value in a far cell is nothing special. Numbers are read from
their digits and never pass through floating point. Of a formula the value counts that was saved with it;
without one it comes as text that begins with "=".
"""

import io
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Context, Decimal

from florin.edges.tables import styles
from florin.edges.tables.parts import Package, Walker, damaged
from florin.edges.tables.rows import Cell, Limits, Line
from florin.edges.tables.worksheet import Texts, WorksheetRows

_LAST_SERIAL = 2_958_465  # 9999-12-31
_SECONDS = 86_400
_LONGEST_NUMBER, _LARGEST_EXPONENT = 40, 20
# Spreadsheets show fifteen digits of what they keep: 0.1 + 0.2 is 0.3, and 0.30000000000000004 in the file.
_SHOWN = Context(prec=15)


class Workbook:
    """An open workbook: its strings, which of its styles are days, and where its first sheet is.

    Raises:
        Unreadable: here and while rows are read, if it is damaged or beyond the limits.
    """

    def __init__(self, data: io.BufferedIOBase, limits: Limits) -> None:
        self._package, self._limits = Package(data, limits), limits
        self._since_1904 = False
        self._sheet = self._first_worksheet()
        self._strings = self._shared_strings()
        self._days = self._day_styles()
        self._spent = self._package.spent

    def lines(self) -> Iterator[Line]:
        """Yield every row that is written down, in order."""
        self._package.spent = self._spent  # a sheet that is read again counts once
        rows = WorksheetRows(self._value, most_columns=self._limits.columns)
        for _stop in self._package.stroll(self._sheet, rows.walker):
            yield from rows.done
            rows.done.clear()

    def day(self, serial: Decimal) -> datetime | None:
        """Return the day and time that a number counts, to the second; none if it is out of all calendars."""
        if not 0 < serial <= _LAST_SERIAL:
            return None
        epoch = date(1904, 1, 1) if self._since_1904 else date(1899, 12, 30)
        seconds = min(round((serial % 1) * _SECONDS), _SECONDS - 1)  # the evening is never the next day
        return datetime.combine(epoch + timedelta(days=int(serial)), time.min) + timedelta(seconds=seconds)

    def _value(self, kind: str, style: str, text: str) -> Cell:
        match kind:
            case "s":
                return self._strings[int(text)]
            case "n" if text:
                return self._number(text, int(style or 0))
            case "d":
                return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=None)
            case "b":
                return "TRUE" if text == "1" else "FALSE"
            case _:
                return text.strip()

    def _number(self, text: str, style: int) -> Cell:
        if len(text) > _LONGEST_NUMBER:
            raise damaged()
        number = Decimal(text)
        if not number.is_finite() or abs(number.adjusted()) > _LARGEST_EXPONENT:
            return text
        return (self.day(number) if style in self._days else None) or _SHOWN.create_decimal(number)

    def _first_worksheet(self) -> str:
        sheets: list[str] = []

        def start(name: str, attributes: Mapping[str, str]) -> None:
            if name == "workbookPr":
                self._since_1904 = attributes.get("date1904") in {"1", "true"}
            elif name == "sheet" and attributes.get("state", "visible") == "visible":
                sheets.append(next((value for key, value in attributes.items() if key.endswith(" id")), ""))

        self._package.walk("xl/workbook.xml", Walker(start=start))
        targets: dict[str, str] = {}

        def relate(_name: str, attributes: Mapping[str, str]) -> None:
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

        self._package.walk("xl/_rels/workbook.xml.rels", Walker(start=relate))
        target = targets.get(sheets[0], "") if sheets else ""
        return target.lstrip("/") if target.startswith("/") else f"xl/{target}"

    def _shared_strings(self) -> list[str]:
        strings: list[str] = []
        if "xl/sharedStrings.xml" in self._package.names:
            self._package.walk("xl/sharedStrings.xml", Texts("si", strings.append).walker)
        return strings

    def _day_styles(self) -> set[int]:
        """Return which styles show a number as a day."""
        codes: dict[int, str] = {}
        formats: list[int] = []
        within: list[str] = []

        def start(name: str, attributes: Mapping[str, str]) -> None:
            within.append(name)
            if name == "numFmt":
                codes[int(attributes.get("numFmtId", 0))] = attributes.get("formatCode", "")
            elif name == "xf" and within[-2:-1] == ["cellXfs"]:
                formats.append(int(attributes.get("numFmtId", 0)))

        def end(_name: str) -> None:
            within.pop()

        if "xl/styles.xml" in self._package.names:
            self._package.walk("xl/styles.xml", Walker(start=start, end=end))
        days = {known for known in set(formats) if styles.shows_day(known, codes)}
        return {place for place, known in enumerate(formats) if known in days}
