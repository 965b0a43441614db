"""From rows to documents: the rows of one number are an invoice or a credit, booked or refused whole."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from florin.domain.orders.services import MOST_LINES
from florin.flows.importing.refusals import Reason, Refused
from florin.flows.importing.rows import Fact, ImportRow
from florin.kernel.errors import Refusal
from florin.kernel.folding import fold
from florin.kernel.money import MOST_MINOR, line_total


@dataclass(frozen=True, slots=True)
class Priced:
    """A row that can be booked, with its total in minor units."""

    row: ImportRow
    fact: Fact
    total: int


@dataclass(frozen=True, slots=True)
class ImportedDocument:
    """An invoice or a credit that can be booked; ``total`` in minor units is positive for both."""

    number: str
    credit: bool
    customer: str
    country: str
    at: datetime
    lines: Sequence[Priced]
    total: int

    def refused(self, reason: Reason, detail: str) -> list[Refused]:
        """Return all its rows as not booked."""
        return [line.row.refused(reason, detail) for line in self.lines]


def complete(rows: Iterable[ImportRow], last_lines: dict[str, int]) -> Iterator[list[ImportRow]]:
    """Yield the rows of one number together, as soon as its last line has come; a row without number alone.

    Raises:
        Refusal: at the end, if the file is not the one that was surveyed.
    """
    waiting: dict[str, list[ImportRow]] = {}
    for row in rows:
        if not row.number:
            yield [row]
            continue
        together = waiting.setdefault(row.number, [])
        together.append(row)
        if row.line == last_lines.get(row.number):
            yield waiting.pop(row.number)
    if waiting:
        raise Refusal("The file was changed while it was read. Import it again: what is booked is kept.")


def check_document(rows: Sequence[ImportRow], currency: str) -> ImportedDocument | list[Refused]:
    """Return the document that the rows of one number are, or why not: one reason for every row."""
    number = rows[0].number
    credit = number[:1] in {"C", "c"}
    lines: list[Priced] = []
    refused: list[Refused] = []
    for row in rows:
        priced = _price(row, currency, credit=credit)
        if isinstance(priced, Priced):
            lines.append(priced)
        else:
            refused.append(priced)
    if refused:
        others = (line.row.refused(Reason.ITS_OTHER_ROW, str(refused[0].line)) for line in lines)
        return [*refused, *others]
    total = sum(line.total for line in lines)
    total = -total if credit else total
    wrong, detail = _refusal(lines, total, credit=credit)
    if wrong:
        return [row.refused(wrong, detail) for row in rows]
    fact = lines[0].fact
    return ImportedDocument(
        number=number,
        credit=credit,
        customer=fact.customer,
        country=fact.country,
        at=min(line.fact.at for line in lines),
        lines=lines,
        total=total,
    )


def _price(row: ImportRow, currency: str, *, credit: bool) -> Priced | Refused:
    if isinstance(row.fact, Reason):
        return row.refused(row.fact, row.detail)
    if credit and row.fact.quantity > 0:
        return row.refused(Reason.POSITIVE_IN_CREDIT)
    try:
        return Priced(row, row.fact, line_total(row.fact.quantity, row.fact.unit_price, currency).minor)
    except ValueError:
        return row.refused(Reason.AMOUNT_TOO_LARGE)


def _refusal(lines: Sequence[Priced], total: int, *, credit: bool) -> tuple[Reason | None, str]:
    """Say what is wrong with rows that are each in order but do not go together."""
    customers = {fold(line.fact.customer): line.fact.customer for line in lines}
    if len(customers) > 1:
        return Reason.TWO_CUSTOMERS, ", ".join(sorted(customers.values()))
    if len(lines) > MOST_LINES:
        return Reason.TOO_MANY_ROWS, ""
    if total > MOST_MINOR:
        return Reason.AMOUNT_TOO_LARGE, ""
    if credit and total == 0:
        return Reason.NO_CREDIT, ""
    return (Reason.BELOW_ZERO, "") if total < 0 else (None, "")
