"""Reading a file of invoice rows: every line becomes a fact or a reason why not, never an exception.

One line is one row, so that lines can be counted and named; a line break inside quotation marks is refused.
"""

import csv
import gzip
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from florin.flows.importing.refusals import Reason, Refused
from florin.kernel.errors import Refusal

_COLUMNS = (
    "invoiceno",
    "stockcode",
    "description",
    "quantity",
    "invoicedate",
    "unitprice",
    "customerid",
    "country",
)
# As wide as the tables; an order's number is its invoice's with "W-" before it.
_WIDTHS = (18, 40, 200, 40, 40, 40, 20, 100)
_LONGEST_LINE = 10_000

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?", re.ASCII)
_WHOLE = re.compile(r"([0-9]+)\.0+", re.ASCII)
_YEARS = range(1970, 2101)
_QUANTITY_BELOW = Decimal(10) ** 9
_PRICE_BELOW = Decimal(10) ** 10


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
class Row:
    """One line of the file, the first being 1. ``number`` is empty if the line names no possible paper."""

    line: int
    text: str
    number: str
    fact: Fact | Reason

    def refused(self, reason: Reason, detail: str = "") -> Refused:
        """Return the row as one that is not booked."""
        return Refused(self.line, self.text, reason, detail)


class Unfit(Exception):  # noqa: N818 - a reason, not a fault
    """A field cannot be what it should be; ``reason`` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


def encoding_of(path: Path) -> str:
    """Return how the whole file is written: UTF-8 (with or without a mark) or else Latin-1.

    Raises:
        Refusal: if it cannot be read, or is not a whole gzip file though its name says so.
    """
    try:
        with _open(path, "utf-8-sig") as file:
            while file.read(1 << 20):
                pass
    except UnicodeDecodeError:
        return "latin-1"
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise Refusal(f"{path} is not a whole gzip file; nothing was imported. Fetch it again.") from error
    except OSError as error:
        raise Refusal(f"{path} cannot be read: {error.strerror}.") from error
    return "utf-8-sig"


def read(path: Path, encoding: str) -> Iterator[Row]:
    """Yield every line after the first, which must name the columns; they may stand in any order.

    Raises:
        Refusal: if the first line does not name them.
    """
    with _open(path, encoding) as file:
        places = _places(file.readline(_LONGEST_LINE))
        line = 1
        while text := file.readline(_LONGEST_LINE):
            line += 1
            whole = len(text) < _LONGEST_LINE or text.endswith("\n")
            if not whole:
                _skip_rest(file)
            yield _row(line, text.rstrip("\n"), places, Reason.TOO_LONG if not whole else None)


def _open(path: Path, encoding: str) -> TextIO:
    if path.name.endswith(".gz"):
        return TextIOWrapper(gzip.open(path), encoding=encoding)
    return path.open(encoding=encoding)


def _skip_rest(file: TextIO) -> None:
    while (more := file.readline(_LONGEST_LINE)) and not more.endswith("\n"):
        pass


def _places(header: str) -> tuple[int, ...]:
    names = [name.strip().lower() for name in next(csv.reader([header]), [])]
    missing = [name for name in _COLUMNS if name not in names]
    if missing or len(names) != len(_COLUMNS):
        raise Refusal(
            "The first line must name these columns and no others: InvoiceNo, StockCode, Description, "
            "Quantity, InvoiceDate, UnitPrice, CustomerID, Country. Nothing was imported."
        )
    return tuple(names.index(name) for name in _COLUMNS)


def _row(line: int, text: str, places: tuple[int, ...], wrong: Reason | None) -> Row:
    fields = text.split(",")
    try:
        if '"' in text and wrong is None:
            fields = next(csv.reader([text], strict=True))
    except csv.Error:
        wrong = Reason.QUOTES
    number = fields[places[0]].strip() if places[0] < len(fields) else ""
    try:
        _check_number(number, text)
    except Unfit as unfit:
        return Row(line, text, "", wrong or unfit.reason)
    if wrong is None and len(fields) != len(places):
        wrong = Reason.COLUMNS
    if wrong:
        return Row(line, text, number, wrong)
    try:
        return Row(line, text, number, _fact([fields[place].strip() for place in places], text))
    except Unfit as unfit:
        return Row(line, text, number, unfit.reason)


def _check_number(number: str, text: str) -> None:
    if not text.strip():
        raise Unfit(Reason.EMPTY)
    if not number:
        raise Unfit(Reason.NO_NUMBER)
    if len(number) > _WIDTHS[0]:
        raise Unfit(Reason.TOO_LONG)
    if not number.isprintable():
        raise Unfit(Reason.UNPRINTABLE)
    if number.upper().startswith(("INV-", "CR-")):
        raise Unfit(Reason.OURS)


def _fact(fields: Sequence[str], text: str) -> Fact:
    if not text.isprintable():  # tabs and hard spaces do no harm as spaces; what else is there, would
        fields = [" ".join(field.split()) for field in fields]
        if not all(field.isprintable() for field in fields):
            raise Unfit(Reason.UNPRINTABLE)
    _, code, description, quantity, date, price, customer, country = fields
    if not customer:
        raise Unfit(Reason.NO_CUSTOMER)
    if not code and not description:
        raise Unfit(Reason.NOTHING_NAMED)
    if any(len(field) > width for field, width in zip(fields, _WIDTHS, strict=True)):
        raise Unfit(Reason.TOO_LONG)
    return Fact(
        code, description, _quantity(quantity), _at(date), _price(price), _customer(customer), country
    )


def _customer(text: str) -> str:
    whole = _WHOLE.fullmatch(text)  # a spreadsheet's number, such as 17850.0
    return whole.group(1) if whole else text


@lru_cache(maxsize=10_000)
def _at(text: str) -> datetime:
    if not text:
        raise Unfit(Reason.NO_DATE)
    try:
        at = datetime.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        at = None
    if at is None or at.year not in _YEARS:
        raise Unfit(Reason.BAD_DATE)
    return at


@lru_cache(maxsize=10_000)
def _quantity(text: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise Unfit(Reason.BAD_QUANTITY)
    quantity = Decimal(text)
    if abs(quantity) >= _QUANTITY_BELOW:
        raise Unfit(Reason.QUANTITY_TOO_LARGE)
    if _decimals(text) > 3:  # noqa: PLR2004 - said in the sentence
        raise Unfit(Reason.QUANTITY_TOO_FINE)
    return quantity + 0  # no minus before a zero


@lru_cache(maxsize=10_000)
def _price(text: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise Unfit(Reason.BAD_PRICE)
    price = Decimal(text)
    if price < 0:
        raise Unfit(Reason.NEGATIVE_PRICE)
    if price >= _PRICE_BELOW:
        raise Unfit(Reason.PRICE_TOO_LARGE)
    if _decimals(text) > 4:  # noqa: PLR2004 - said in the sentence
        raise Unfit(Reason.PRICE_TOO_FINE)
    return price + 0


def _decimals(text: str) -> int:
    return len(text.partition(".")[2].rstrip("0"))
