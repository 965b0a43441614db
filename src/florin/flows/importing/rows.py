"""Reading a file of invoice rows: every row becomes a fact or a reason why not, never an exception."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from operator import gt
from pathlib import Path

from florin.edges.tables import days, numbers, reading
from florin.edges.tables.columns import Columns, NoHeadings
from florin.edges.tables.days import NotADayError
from florin.edges.tables.numbers import NotANumberError, OtherCurrencyError
from florin.edges.tables.reading import Table
from florin.edges.tables.rows import OF_A_FILE, Cell, Flaw, Line, TwoWaysError
from florin.flows.importing.refusals import Reason, Refused
from florin.kernel import cards
from florin.kernel.errors import Refusal
from florin.kernel.notation import Order, Sign

# Our names, and what other programs call the same; case, spaces and underscores do not matter.
_COLUMNS = Columns(
    names={
        "InvoiceNo": ("invoice", "invoice number", "invoice id"),
        "StockCode": ("item", "item code", "code", "sku", "product code", "product"),
        "Description": ("item description", "product name", "name"),
        "Quantity": ("qty",),
        "InvoiceDate": ("date", "issued", "issue date"),
        "UnitPrice": ("price", "rate"),
        "CustomerID": ("customer", "customer number", "customer no", "account", "account number"),
        "Country": (),
    },
    needed=[
        *(["InvoiceNo"], ["StockCode", "Description"], ["Quantity"], ["InvoiceDate"], ["UnitPrice"]),
        ["CustomerID"],
    ],
)
# As wide as the tables; an order's number is its invoice's with "W-" before it.
_LONGEST_NUMBER = 18
_WIDTHS = (40, 200, 20, 100)  # code, description, customer, country

_WHOLE = re.compile(r"([0-9]+)\.0+", re.ASCII)
_SHORTENED = re.compile(r"[0-9](?:[.,][0-9]+)?E\+[0-9]+", re.ASCII | re.IGNORECASE)
_YEARS = range(1970, 2101)
_QUANTITY_BELOW = Decimal(10) ** 9
_PRICE_BELOW = Decimal(10) ** 10
_FLAWS = {Flaw.BYTES: Reason.BYTES, Flaw.QUOTES: Reason.QUOTES, Flaw.TOO_LONG: Reason.TOO_LONG}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingChoices:
    """What the person says about the file where it can be read in two ways."""

    decimals: Sign | None = None
    dates: Order | None = None
    no_card_numbers: bool = False


@dataclass(frozen=True, slots=True)
class File:
    """A file whose every column is understood: how its numbers and days are written.

    ``places`` are those of our columns, in our order; -1 for one that the file has not.
    """

    table: Table
    quantity: Sign
    price: Sign
    dates: Order | None
    currency: str
    places: Sequence[int]


@dataclass(frozen=True, slots=True)
class Fact:
    """What a row says; ``at`` is the company's own time, without a zone."""

    code: str
    description: str
    quantity: Decimal
    at: datetime
    unit_price: Decimal
    customer: str
    country: str


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One row, by the line where it begins. ``number`` is empty if it names no possible document."""

    line: int
    text: str
    number: str
    fact: Fact | Reason
    detail: str = ""

    def refused(self, reason: Reason, detail: str = "") -> Refused:
        """Return the row as one that is not booked."""
        return Refused(self.line, self.text, reason, detail)


class Unfit(Exception):  # noqa: N818 - a reason, not a fault
    """A field cannot be what it should be; ``reason`` says why."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail


def understand(path: Path, told: ReadingChoices, *, currency: str) -> File:
    """Open a file, and look through its columns for how numbers and days are written.

    Raises:
        Refusal: if it cannot be read, does not name its columns, or a column can be read in two ways and
            nobody said which; the sentence says how to say it.
    """
    try:
        table = reading.from_path(path, _COLUMNS, limits=OF_A_FILE)
    except NoHeadings as missing:
        there = f" There is: {', '.join(missing.nearest)[:200]}." if missing.nearest else ""
        raise Refusal(
            "A row near the top must name these columns: InvoiceNo, StockCode, Description, "
            f"Quantity, InvoiceDate, UnitPrice, CustomerID, Country.{there} Nothing was imported."
        ) from missing
    quantities, prices, dates = numbers.Evidence(), numbers.Evidence(), days.Evidence()
    for line in table.rows():
        if line.flaw is None:
            for evidence, name in ((quantities, "Quantity"), (prices, "UnitPrice"), (dates, "InvoiceDate")):
                cell = table.cell(line, name)
                if isinstance(cell, str):
                    evidence.see(cell, line.number)
    return File(
        table,
        _decimals(quantities, told, "Quantity"),
        _decimals(prices, told, "UnitPrice"),
        _order(dates, told),
        currency,
        [table.places.get(name, -1) for name in _COLUMNS.names],
    )


def read(file: File) -> Iterator[ImportRow]:
    """Yield every row below the headings in which something is written."""
    for line in file.table.rows():
        yield _read_row(file, line)


def _decimals(evidence: numbers.Evidence, told: ReadingChoices, column: str) -> Sign:
    try:
        return evidence.decided(told.decimals)
    except TwoWaysError as problem:
        raise Refusal(
            f"{_two_ways(problem, column)} Say which sign its decimals have: "
            "--decimals point or --decimals comma. Nothing was imported."
        ) from problem


def _order(evidence: days.Evidence, told: ReadingChoices) -> Order | None:
    try:
        return evidence.decided(told.dates)
    except TwoWaysError as problem:
        raise Refusal(
            f"{_two_ways(problem, 'InvoiceDate')} Say what stands first: "
            "--dates month-first or --dates day-first. Nothing was imported."
        ) from problem


def _two_ways(problem: TwoWaysError, column: str) -> str:
    line, text = problem.first
    if problem.second is None:
        return f"The column {column} can be read in two ways: {text} in line {line}, and nothing shows which."
    other_line, other = problem.second
    return (
        f"The column {column} mixes two ways of writing: {text} in line {line}, {other} in line {other_line}."
    )


def _read_row(file: File, line: Line) -> ImportRow:
    if line.flaw is not None:
        return ImportRow(line.number, line.text, "", _FLAWS[line.flaw])
    number = ""
    try:
        cells = _picked(file, line)
        number = _number(cells[0])
        _check_width(file.table, line)
        return ImportRow(
            line.number, line.text, number, _fact(file, cells, printable=line.text.isprintable())
        )
    except Unfit as unfit:
        text = cards.masked(line.text) if unfit.reason is Reason.CARD else line.text
        return ImportRow(line.number, text, number, unfit.reason, unfit.detail)


def _picked(file: File, line: Line) -> list[Cell]:
    """Return the cells of our columns in our order; nothing where the row ends before one."""
    cells, width = line.cells, len(line.cells)
    return [cells[place] if 0 <= place < width else "" for place in file.places]


def _check_width(table: Table, line: Line) -> None:
    """Refuse a row that has not one cell for each heading; a workbook leaves out what is empty at the end."""
    width = len(line.cells)
    if (width > len(table.headings) and table.overflows(line)) or (
        table.separator and width < len(table.headings)
    ):
        raise Unfit(Reason.COLUMNS)


def _number(cell: Cell) -> str:
    number = _whole(_plain(cell))
    if not number:
        raise Unfit(Reason.NO_NUMBER)
    if len(number) > _LONGEST_NUMBER:
        raise Unfit(Reason.TOO_LONG)
    if not number.isprintable():
        raise Unfit(Reason.UNPRINTABLE)
    if number[:4].upper().startswith(("INV-", "CR-")):
        raise Unfit(Reason.OURS)
    if _SHORTENED.fullmatch(number):
        raise Unfit(Reason.SHORTENED)
    if cards.find(number):
        raise Unfit(Reason.CARD)
    return number


def _fact(file: File, cells: Sequence[Cell], *, printable: bool) -> Fact:
    code_, description_, quantity, date, price, customer_, country_ = cells[1:]
    code, description, customer, country = (
        cell if printable and isinstance(cell, str) else _words(cell)
        for cell in (code_, description_, customer_, country_)
    )
    customer = _whole(customer)
    if not customer:
        raise Unfit(Reason.NO_CUSTOMER)
    if _SHORTENED.fullmatch(customer):
        raise Unfit(Reason.SHORTENED)
    if not code and not description:
        raise Unfit(Reason.NOTHING_NAMED)
    texts = (code, description, customer, country)
    if any(map(gt, map(len, texts), _WIDTHS)):
        raise Unfit(Reason.TOO_LONG)
    if any(map(cards.find, texts)):
        raise Unfit(Reason.CARD)
    return Fact(
        code,
        description,
        _quantity(quantity, file.quantity, file.currency),
        _at(file, date),
        _price(price, file.price, file.currency),
        customer,
        country,
    )


def _plain(cell: Cell) -> str:
    """Return a cell as its reader would write it: a whole number without decimals."""
    match cell:
        case str():
            return cell
        case Decimal():
            return f"{cell.normalize():f}"
        case datetime():
            return cell.isoformat(sep=" ")


def _words(cell: Cell) -> str:
    """Return a text on one line; tabs, hard spaces and line breaks do no harm as spaces."""
    text = _plain(cell)
    if not text.isprintable():
        text = " ".join(text.split())
        if not text.isprintable():
            raise Unfit(Reason.UNPRINTABLE)
    return text


def _whole(text: str) -> str:
    whole = _WHOLE.fullmatch(text)  # a spreadsheet's number, such as 17850.0
    return whole.group(1) if whole else text


def _at(file: File, cell: Cell) -> datetime:
    at: datetime | None
    match cell:
        case datetime():
            at = cell
        case Decimal():
            at = file.table.day(cell)
        case "":
            raise Unfit(Reason.NO_DATE)
        case str():
            try:
                at = days.read(cell, file.dates)
            except NotADayError:
                raise Unfit(Reason.BAD_DATE) from None
    if at is None or at.year not in _YEARS:
        raise Unfit(Reason.BAD_DATE)
    return at


@lru_cache(maxsize=10_000)
def _quantity(cell: Cell, sign: Sign, currency: str) -> Decimal:
    quantity = _decimal(cell, sign, currency, Reason.BAD_QUANTITY)
    if abs(quantity) >= _QUANTITY_BELOW:
        raise Unfit(Reason.QUANTITY_TOO_LARGE)
    if _finer(quantity, 3):
        raise Unfit(Reason.QUANTITY_TOO_FINE)
    return quantity


@lru_cache(maxsize=10_000)
def _price(cell: Cell, sign: Sign, currency: str) -> Decimal:
    price = _decimal(cell, sign, currency, Reason.BAD_PRICE)
    if abs(price) >= _PRICE_BELOW:
        raise Unfit(Reason.PRICE_TOO_LARGE)
    if _finer(price, 4):
        raise Unfit(Reason.PRICE_TOO_FINE)
    return price


def _decimal(cell: Cell, sign: Sign, currency: str, wrong: Reason) -> Decimal:
    if isinstance(cell, datetime):
        raise Unfit(wrong)
    try:
        number = cell if isinstance(cell, Decimal) else numbers.read(cell, sign, currency=currency)
        return number + 0  # no minus before a zero
    except NotANumberError:
        raise Unfit(wrong) from None
    except OtherCurrencyError as other:
        raise Unfit(Reason.OTHER_MONEY, str(other)) from None


def _finer(number: Decimal, places: int) -> bool:
    return number != round(number, places)
