"""Why a row cannot be booked, and the report that says so: nothing is dropped in silence."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TextIO

from florin.edges import spreadsheet_export
from florin.kernel.errors import Refusal


class Reason(StrEnum):
    """Everything that can be wrong with a row, as the sentence that people read."""

    TOO_LONG = (
        "The line is longer than 10,000 characters, or a field than can be kept: the invoice's number 18, "
        "the code 40, the description 200, the customer's number 20, the country 100."
    )
    QUOTES = "The quotation marks of the line do not close."
    BYTES = "The line holds a byte that is no letter in the encoding of the file."
    COLUMNS = "The row does not have as many columns as the headings."
    UNPRINTABLE = "The row holds characters that cannot be printed."
    CARD = (
        "The row holds a card number, which is never kept. (Its digits are left out here. Where you are sure "
        "that the file holds none, import it with --no-card-numbers.)"
    )
    NO_NUMBER = "The row names no invoice."
    OURS = "Numbers that begin with INV- or CR- are given by Florin itself."
    SHORTENED = (
        "A spreadsheet has shortened a number, as in 8.10132E+05. "
        "Show its column as text or as whole numbers, and save the file again."
    )
    NO_DATE = "The row has no date."
    BAD_DATE = (
        "The date is not one between 1970 and 2100, written like 2010-12-01 08:26:00 "
        "or in the order that the rest of its column has."
    )
    NO_CUSTOMER = "The row names no customer."
    NOTHING_NAMED = "The row has neither a code nor a description."
    BAD_QUANTITY = "The quantity is no number, or not written as its column is."
    QUANTITY_TOO_FINE = "The quantity has more than three decimals."
    QUANTITY_TOO_LARGE = "The quantity is too large to be right."
    BAD_PRICE = "The price is no number, or not written as its column is."
    PRICE_TOO_FINE = "The price has more than four decimals."
    PRICE_TOO_LARGE = "The price is too large to be right."
    OTHER_MONEY = "The amount is in another currency than the company's:"
    AMOUNT_TOO_LARGE = "The amount is too large to be right."
    POSITIVE_IN_CREDIT = "A credit takes goods back, but the quantity is positive."
    TWO_CUSTOMERS = "The rows of this number name more than one customer:"
    BELOW_ZERO = "The negative rows of this invoice are more than its others."
    NO_CREDIT = "The credit comes to nothing."
    TOO_MANY_ROWS = "An order takes at most 2,000 lines."
    OTHER_CURRENCY = "The customer is kept in another currency than the company:"
    OVER_LIMIT = (
        "The invoice passes the customer's credit limit. "
        "Import it with --over-limit and a reason to let it pass. It is over by"
    )
    DIFFERENT = "This number is here already, with another customer or total:"
    ITS_OTHER_ROW = "A document is booked whole or not at all, and another of its rows is refused: line"


@dataclass(frozen=True, slots=True)
class Refused:
    """One row that is not booked: its line in the file, what stood there, and why not."""

    line: int
    text: str
    reason: Reason
    detail: str = ""

    @property
    def sentence(self) -> str:
        """The reason in full."""
        return f"{self.reason} {self.detail}." if self.detail else self.reason.value


class Report:
    """The list of refused rows as a CSV file, written as they turn up and counted by reason."""

    def __init__(self, file: TextIO) -> None:
        self.counts: Counter[Reason] = Counter()
        self._writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC)
        self._writer.writerow(["line", "reason", "row"])

    def add(self, refusals: Iterable[Refused]) -> None:
        """Write rows down; where a spreadsheet would find a formula there is an apostrophe."""
        for refused in refusals:
            self.counts[refused.reason] += 1
            self._writer.writerow([refused.line, refused.sentence, spreadsheet_export.harmless(refused.text)])

    @property
    def rows(self) -> int:
        """How many rows were refused."""
        return self.counts.total()


@contextmanager
def report_to(path: Path, *, beside: Path) -> Iterator[Report]:
    """Open the report at ``path``.

    Raises:
        Refusal: if it cannot be written, or would overwrite the file that is read (``beside``).
    """
    if path.resolve() == beside.resolve():
        raise Refusal("The report would overwrite the file to import. Name another file.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise Refusal(f"The report {path} cannot be written: {error.strerror}.") from error
    with file:
        yield Report(file)
