"""A file of records: its columns as somebody mapped them, and what each row says, or why nobody should guess.

A report keeps its own titles, totals and time stamp among the rows; they are left out, and counted. Where its
first column has no heading, what stands there alone names the customer of the rows below it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path

from django.utils.translation import gettext as _

from florin.domain.import_runs.models import ImportRun
from florin.edges import spreadsheet_export
from florin.edges.tables import days, numbers, reading
from florin.edges.tables.columns import AnyColumns, NoHeadings
from florin.edges.tables.days import NotADayError
from florin.edges.tables.numbers import NotANumberError, OtherCurrencyError
from florin.edges.tables.reading import Table
from florin.edges.tables.rows import OF_A_FILE, OF_AN_IMPORT, Cell, Line
from florin.flows.importing import questions as reading_questions
from florin.flows.importing.cells import as_text, describe_flaw
from florin.flows.importing.columns import REASON
from florin.flows.importing.questions import Question
from florin.flows.importing.record_fields import KINDS
from florin.kernel import amounts, cards
from florin.kernel.errors import Refusal
from florin.kernel.money import Money
from florin.kernel.notation import Order, Sign

_SAMPLES = 200
_STAMP = re.compile(r"\w+day, \w+ \d{1,2}, \d{4} \d{1,2}:\d{2} .*", re.IGNORECASE)
_WHOLE = re.compile(r"([0-9]+)\.0+", re.ASCII)
_SHORTENED = re.compile(r"[0-9](?:[.,][0-9]+)?E\+[0-9]+", re.ASCII | re.IGNORECASE)
_YEARS = range(1970, 2101)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingChoices:
    """What the person says about the file where it can be read in two ways, and what they vouch for."""

    decimals: Sign | None = None
    dates: Order | None = None
    no_card_numbers: bool = False
    over_limit: str = ""


@dataclass(frozen=True, slots=True)
class RecordFile:
    """An open file whose headings are found; nobody knows yet what its columns are."""

    table: Table
    headings: Sequence[str]

    def samples(self) -> list[Sequence[Cell]]:
        """Return the cells of the first rows."""
        return [line.cells for line in islice(self.table.rows(), _SAMPLES) if line.flaw is None]


@dataclass(frozen=True, slots=True)
class Record:
    """One row: the line where it begins, its cells as text for reports, and what is in each field.

    ``flaw`` says in a sentence why nobody should guess what it says. ``own`` is one that a report keeps for
    itself.
    """

    line: int
    cells: Sequence[str]
    values: Mapping[str, Sequence[Cell]]
    flaw: str = ""
    own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads the rows of a file, and the fields of a row, each in the way its column is written.

    While there are ``questions``, amounts and days mean nothing yet.
    """

    file: RecordFile
    kind: ImportRun.Kind
    columns: Sequence[str]
    rows: int
    decimals: Sign
    dates: Order | None
    questions: Sequence[Question]

    def records(self) -> Iterator[Record]:
        """Yield every row below the headings."""
        unnamed = self._names_documents and bool(self.file.headings) and not self.file.headings[0]
        grouped = unnamed and self.columns[0] == "customer"
        group: Cell = ""
        for line in self.file.table.rows():
            if line.flaw is not None:
                yield Record(line.number, [line.text], {}, describe_flaw(line.flaw, self.file.table.encoding))
                continue
            first = line.cells[0] if line.cells else ""
            if self._is_the_reports(line, first, unnamed=unnamed):
                group = first
                yield Record(line.number, (), {}, own=True)
                continue
            yield self._record(line, group if grouped and first == "" else "")

    def text(self, record: Record, name: str) -> str:
        """Return what a field says on one line; several columns with a space between."""
        return " ".join(" ".join(as_text(cell).split()) for cell in record.values.get(name, ()) if cell != "")

    def lines(self, record: Record, name: str) -> list[str]:
        """Return what a field says, line by line."""
        texts = (as_text(cell) for cell in record.values.get(name, ()))
        return [" ".join(line.split()) for text in texts for line in text.splitlines() if line.strip()]

    def number(self, record: Record, name: str) -> str:
        """Return a number that names something, as its reader would write it: 17850, not 17850.0.

        Raises:
            Refusal: if a spreadsheet has shortened it.
        """
        text = self.text(record, name)
        if _SHORTENED.fullmatch(text):
            raise Refusal(
                _("A spreadsheet has shortened this number. Show its column as text, then save it again.")
            )
        whole = _WHOLE.fullmatch(text)
        return whole.group(1) if whole else text

    def decimal(self, record: Record, name: str, *, currency: str) -> Decimal | None:
        """Return an exact number, if there is one.

        Raises:
            Refusal: if it is none, or names another currency.
        """
        cell = self._cell(record, name)
        if cell == "":
            return None
        if isinstance(cell, Decimal):
            return cell
        if isinstance(cell, datetime):
            raise Refusal(_("This is no number, or it is not written as the rest of its column."))
        try:
            return numbers.read(cell, self.decimals, currency=currency)
        except NotANumberError:
            raise Refusal(_("This is no number, or it is not written as the rest of its column.")) from None
        except OtherCurrencyError as other:
            raise Refusal(
                _("The amount is in %(other)s, but the customer is kept in %(currency)s.")
                % {"other": other, "currency": currency}
            ) from None

    def amount(self, record: Record, name: str, *, currency: str) -> Money | None:
        """Return an amount of money, if there is one.

        Raises:
            Refusal: if it is none, too large, too fine, or in another currency.
        """
        number = self.decimal(record, name, currency=currency)
        return None if number is None else amounts.exact(number, currency)

    def day(self, record: Record, name: str) -> date | None:
        """Return a day, if there is one.

        Raises:
            Refusal: if there is no such day, or it is not written as its column is.
        """
        cell = self._cell(record, name)
        if cell == "":
            return None
        at = self._at(cell)
        if at is None or at.year not in _YEARS:
            raise Refusal(
                _("This is no date, or not written as the rest of its column. Write it like 2026-11-30.")
            )
        return at.date()

    def _at(self, cell: Cell) -> datetime | None:
        match cell:
            case datetime():
                return cell
            case Decimal():
                return self.file.table.day(cell)
            case str():
                try:
                    return days.read(cell, self.dates)
                except NotADayError:
                    return None

    def _cell(self, record: Record, name: str) -> Cell:
        return next((cell for cell in record.values.get(name, ()) if cell != ""), "")

    @property
    def _names_documents(self) -> bool:
        return self.kind in {ImportRun.Kind.INVOICES, ImportRun.Kind.CREDITS}

    def _is_the_reports(self, line: Line, first: Cell, *, unnamed: bool) -> bool:
        """Whether a row is a report's own: the time it was made, a group's name, or a sum of other rows."""
        alone = not any(cell != "" for cell in line.cells[1:])
        if isinstance(first, str) and alone and _STAMP.fullmatch(first.strip()):
            return True
        if unnamed and first != "":
            return alone or _begins_a_total(first)
        return self._names_documents and self._is_a_total(line)

    def _is_a_total(self, line: Line) -> bool:
        """Whether a row begins with that word and names no document."""
        place = self.columns.index("number")
        number = line.cells[place] if place < len(line.cells) else ""
        filled = next(cell for cell in line.cells if cell != "")
        return _begins_a_total(filled) and number in {"", filled}

    def _record(self, line: Line, group: Cell) -> Record:
        reason = [place for place, name in enumerate(self.file.headings) if name == REASON]
        cells = [cell for place, cell in enumerate(line.cells) if place not in reason]
        texts = [as_text(cell) for cell in cells]
        values: dict[str, list[Cell]] = {}
        for place, name in enumerate(self.columns):
            if name and place < len(line.cells):
                values.setdefault(name, []).append(self._restored(line.cells[place], ours=bool(reason)))
        if group != "":
            values["customer"] = [group]
        flaw = _("The row has more columns than the headings.") if self.file.table.overflows(line) else ""
        return Record(line.number, texts, values, flaw)

    def _restored(self, cell: Cell, *, ours: bool) -> Cell:
        return spreadsheet_export.restored(cell) if ours and isinstance(cell, str) else cell


def open_bytes(data: bytes, kind: ImportRun.Kind) -> RecordFile:
    """Open what somebody uploaded.

    Raises:
        Refusal: if it is nothing that can be read, or nothing stands in it.
    """
    try:
        table = reading.from_bytes(data, AnyColumns(KINDS[kind].known.keys()), limits=OF_AN_IMPORT)
    except NoHeadings as empty:
        raise Refusal(_("There is nothing in this file.")) from empty
    return RecordFile(table, table.headings)


def open_path(path: Path, kind: ImportRun.Kind) -> RecordFile:
    """Open a file on this machine.

    Raises:
        Refusal: if it cannot be read, is nothing that can be read, or nothing stands in it.
    """
    try:
        table = reading.from_path(path, AnyColumns(KINDS[kind].known.keys()), limits=OF_A_FILE)
    except NoHeadings as empty:
        raise Refusal(_("There is nothing in this file.")) from empty
    return RecordFile(table, table.headings)


def understand(
    file: RecordFile, kind: ImportRun.Kind, columns: Sequence[str], told: ReadingChoices
) -> Reader:
    """Look through the columns for how amounts and days are written, and count the rows.

    Raises:
        Refusal: if the file proves damaged further down, or too long.
    """
    fields = KINDS[kind].by_name
    seers: list[tuple[int, numbers.Evidence | days.Evidence]] = []
    amounts_, days_ = numbers.Evidence(), days.Evidence()
    for place, name in enumerate(columns):
        if name and fields[name].amount:
            seers.append((place, amounts_))
        elif name and fields[name].day:
            seers.append((place, days_))
    rows = 0
    for line in file.table.rows():
        rows += 1
        for place, evidence in seers:
            cell = line.cells[place] if place < len(line.cells) else ""
            if isinstance(cell, str) and cell:
                evidence.see(cell, line.number)
    questions: list[Question] = []
    decimals = reading_questions.decimals(amounts_, told.decimals, questions)
    dates = reading_questions.dates(days_, told.dates, questions)
    return Reader(
        file=file,
        kind=kind,
        columns=columns,
        rows=rows,
        decimals=decimals,
        dates=dates,
        questions=questions,
    )


def masked(record: Record) -> list[str]:
    """Return the cells of a row for a report; one that holds a card number without its digits."""
    return [cards.masked(cell) if cards.find(cell) else cell for cell in record.cells]


def _begins_a_total(cell: Cell) -> bool:
    return isinstance(cell, str) and cell.strip().casefold().startswith(("total", "grand total"))
