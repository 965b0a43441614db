"""Taking over another system's invoices and credits from a file of invoice lines.

survey the file -> rows into documents -> judge each -> batch by batch: customers, orders, invoices, ledger

Each batch is one durable transaction, and a number that is here already is passed over; so an import that was
killed is finished by running it again, and two at once take turns and book nothing twice.
"""

import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from florin.domain.companies.models import Company
from florin.flows.importing.batches import Booked, book
from florin.flows.importing.invoices import ImportedDocument, check_document, complete
from florin.flows.importing.refusals import Reason, Report, report_to
from florin.flows.importing.rows import File, ImportRow, ReadingChoices, read, understand
from florin.flows.importing.survey import survey
from florin.kernel import cards

# A few days of real trade that come with Florin; see ATTRIBUTION.md beside it.
SAMPLE = Path(__file__).parent.parent / "demo_data" / "online-retail-sample.csv.gz"

_PAPERS_AT_ONCE = 400
_ROWS_AT_ONCE = 8000

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Summary:
    """What an import did. ``lines`` + ``here_already_rows`` + ``refused_rows`` is ``rows``, always.

    ``customers`` and ``products`` count new ones; ``here_already`` counts documents. ``run``
    names all that was booked, should it have to be undone. ``how`` says how the file
    was read, ``unused`` which of its columns mean nothing to us.
    """

    rows: int = 0
    customers: int = 0
    products: int = 0
    orders: int = 0
    invoices: int = 0
    credits: int = 0
    lines: int = 0
    here_already: int = 0
    here_already_rows: int = 0
    refused: Counter[Reason] = field(default_factory=Counter)
    run: str = ""
    how: str = ""
    unused: Sequence[str] = ()
    seconds: float = 0

    @property
    def refused_rows(self) -> int:
        """How many rows were refused, for whatever reason."""
        return self.refused.total()

    def add(self, booked: Booked) -> None:
        """Count a batch that is in the database."""
        self.customers += booked.customers
        self.products += booked.products
        self.orders += booked.invoices
        self.invoices += booked.invoices
        self.credits += booked.credits
        self.lines += booked.lines
        self.here_already += booked.here_already
        self.here_already_rows += booked.here_already_rows


class MiscountedError(Exception):
    """A row was neither booked nor refused: a defect of ours."""


def run(
    path: Path,
    company: Company,
    *,
    report: Path,
    progress: Progress,
    told: ReadingChoices | None = None,
    over_limit: str = "",
) -> Summary:
    """Book every invoice and credit of a file that is not here yet; list what cannot be in ``report``.

    Invoices that pass a customer's credit limit are refused, unless ``over_limit`` says why they may.
    ``progress`` is called with rows done and rows in all, after each batch. Safe to repeat, also after having
    been killed, and safe to run twice at once.

    Raises:
        Refusal: if the file cannot be read, is no such file, or can be read in two ways and nobody has told
            which is meant; or if the report cannot be written.
        Conflict: if one of the numbers was taken meanwhile by something else than an import.
        MiscountedError: if the rows booked and refused are not the rows read.
    """
    told = told or ReadingChoices()
    with cards.all_vouched_for() if told.no_card_numbers else nullcontext():
        return _run(path, company, told, report=report, progress=progress, over_limit=over_limit)


def _run(
    path: Path, company: Company, told: ReadingChoices, *, report: Path, progress: Progress, over_limit: str
) -> Summary:
    begun = time.monotonic()
    file = understand(path, told, currency=company.currency)
    summary = Summary(run=secrets.token_hex(12), how=_how(file), unused=file.table.unused)
    found = survey(read(file))
    summary.rows = found.rows
    with report_to(report, beside=path) as refusals:
        documents = _good(complete(read(file), found.last_lines), company.currency, refusals)
        for batch in _batches(documents):
            booked = book(company, batch, found, run=summary.run, over_limit=over_limit)
            summary.add(booked)
            refusals.add(booked.refused)
            progress(_done(summary, refusals), found.rows)
        summary.refused = refusals.counts
    if _done(summary, refusals) != found.rows:
        raise MiscountedError(f"{_done(summary, refusals)} of {found.rows} rows are accounted for")
    progress(found.rows, found.rows)
    summary.seconds = round(time.monotonic() - begun, 1)
    return summary


def _how(file: File) -> str:
    separators = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
    parts = [file.table.encoding or "XLSX"]
    if file.table.separator:
        parts.append(f"separated by {separators.get(file.table.separator, file.table.separator)}")
    parts.append(f"decimal {file.price.name.lower()}")
    if file.dates:
        parts.append(f"dates {file.dates.value}")
    return ", ".join(parts)


def _done(summary: Summary, refusals: Report) -> int:
    return summary.lines + summary.here_already_rows + refusals.rows


def _good(
    groups: Iterable[Sequence[ImportRow]], currency: str, refusals: Report
) -> Iterator[ImportedDocument]:
    for rows in groups:
        judged = check_document(rows, currency)
        if isinstance(judged, ImportedDocument):
            yield judged
        else:
            refusals.add(judged)


def _batches(documents: Iterable[ImportedDocument]) -> Iterator[list[ImportedDocument]]:
    batch: list[ImportedDocument] = []
    rows = 0
    for document in documents:
        batch.append(document)
        rows += len(document.lines)
        if len(batch) >= _PAPERS_AT_ONCE or rows >= _ROWS_AT_ONCE:
            yield batch
            batch, rows = [], 0
    if batch:
        yield batch
