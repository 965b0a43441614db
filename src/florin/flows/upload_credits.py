"""Credits from a file: read, shown row by row with what is wrong, and written as drafts in one go, once.

file -> rows -> (somebody looks at them) -> drafts, submitted if wished, in one transaction -> timeline
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO

from django.db import IntegrityError, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from florin.domain.activity import services as activity
from florin.domain.companies.models import Company
from florin.domain.credits import services as credits_
from florin.domain.credits.lifecycle import CreditState
from florin.domain.credits.models import Credit
from florin.domain.credits.services import CreditDraft
from florin.domain.staff.models import User
from florin.edges import spreadsheet_export
from florin.edges.spreadsheet_export import Worksheet
from florin.edges.tables import days, numbers, reading
from florin.edges.tables.columns import Columns, NoHeadings
from florin.edges.tables.days import NotADayError
from florin.edges.tables.numbers import NotANumberError, OtherCurrencyError
from florin.edges.tables.rows import OF_AN_UPLOAD, Line
from florin.flows import give_credit
from florin.flows.importing import cells as cells_
from florin.flows.importing import questions as reading_questions
from florin.flows.importing.questions import Question
from florin.kernel.errors import Conflict, Refusal
from florin.kernel.notation import Order, Sign
from florin.kernel.submissions import once

MOST_ROWS = OF_AN_UPLOAD.rows
MOST_BYTES = 1_000_000
_COLUMNS = Columns(
    names={
        "customer": (
            *("customer number", "customer no", "customer id", "account", "account number", "cliente"),
            *("número de cliente", "numero de cliente", "nº de cliente"),
        ),
        "amount": ("total", "credit amount", "importe", "monto"),
        "currency": ("moneda",),
        "date": ("credit date", "fecha"),
        "reason": ("description", "memo", "note", "motivo", "descripción", "descripcion"),
        "number": ("credit number", "credit no", "número", "numero", "número de crédito"),
    },
    needed=[["customer"], ["amount"], ["reason"]],
)
# Ours, in each language; every reader may upload either.
_HEADINGS = {
    "en": ("customer number", "amount", "currency", "date", "reason", "number"),
    "es": ("número de cliente", "importe", "moneda", "fecha", "motivo", "número"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingChoices:
    """What somebody says about a file where it can be read in two ways."""

    decimals: Sign | None = None
    dates: Order | None = None


@dataclass(frozen=True, slots=True)
class CreditRow:
    """One row of the file: where it stands, and what is in each column that we know.

    ``said`` is all of it as text. ``flaw`` says in a sentence why nobody should guess what it says.
    """

    line: int
    said: Mapping[str, str]
    amount: Decimal | str
    date: datetime | str
    flaw: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The rows below the headings, how they are written, and the headings that mean nothing to us.

    While there are questions, rows mean nothing yet.
    """

    rows: Sequence[CreditRow]
    unused: Sequence[str]
    encoding: str
    separator: str
    decimals: Sign
    dates: Order | None
    questions: Sequence[Question]


def headings() -> dict[str, str]:
    """Return what we call each column, in the reader's language."""
    language = (get_language() or "en")[:2]
    return dict(zip(_COLUMNS.names, _HEADINGS.get(language, _HEADINGS["en"]), strict=True))


def template() -> IO[bytes]:
    """Return a workbook with the headings and nothing below, open; closing it deletes it."""
    return spreadsheet_export.xlsx_file([Worksheet(_("Credits"), list(headings().values()), [])])


def read(data: bytes, choices: ReadingChoices) -> Table:
    """Read an uploaded XLSX or CSV file; nothing is saved.

    Raises:
        Refusal: if it cannot be read, is too large, or no row near the top names the columns.
    """
    if len(data) > MOST_BYTES:
        raise Refusal(_("The file is larger than 1 MB. Split it, and upload one part after the other."))
    try:
        table = reading.from_bytes(data, _COLUMNS, limits=OF_AN_UPLOAD)
    except NoHeadings as missing:
        raise Refusal(
            _("The first row must name the columns customer number, amount and reason. Take the template.")
        ) from missing
    rows = [_read_row(table, line) for line in table.rows()]
    if not rows:
        raise Refusal(_("There is nothing below the headings."))
    questions: list[Question] = []
    amounts, given = numbers.Evidence(), days.Evidence()
    for row in rows:
        if isinstance(row.amount, str):
            amounts.see(row.amount, row.line)
        if isinstance(row.date, str):
            given.see(row.date, row.line)
    decimals = reading_questions.decimals(amounts, choices.decimals, questions)
    dates = reading_questions.dates(given, choices.dates, questions)
    return Table(
        rows=rows,
        unused=table.unused,
        encoding=table.encoding,
        separator=table.separator,
        decimals=decimals,
        dates=dates,
        questions=questions,
    )


def amount(table: Table, row: CreditRow, *, currency: str) -> Decimal:
    """Return what a row's amount is, exactly.

    Raises:
        Refusal: if it is none, or names another currency.
    """
    if isinstance(row.amount, Decimal):
        return row.amount
    if row.amount.startswith("="):
        raise Refusal(_("The amount is not a number; formulas count only with their value."))
    if not row.amount:
        raise Refusal(_("The amount is missing."))
    try:
        return numbers.read(row.amount, table.decimals, currency=currency)
    except NotANumberError:
        raise Refusal(_("This is no number, or it is not written as the rest of its column.")) from None
    except OtherCurrencyError as other:
        raise Refusal(
            _("The amount is in %(other)s, but the customer is kept in %(currency)s.")
            % {"other": other, "currency": currency}
        ) from None


def given_on(table: Table, row: CreditRow) -> date | None:
    """Return the day of a row, if it names one.

    Raises:
        Refusal: if there is no such day, or it is not written as its column is.
    """
    if isinstance(row.date, datetime):
        return row.date.date()
    if not row.date:
        return None
    try:
        return days.read(row.date, table.dates).date()
    except NotADayError:
        raise Refusal(
            _("This is no date, or it is not written as the rest of its column. Write it like 2026-11-30.")
        ) from None


def create(
    company: Company, drafts: Sequence[CreditDraft], *, state: CreditState, submission: str, by: User
) -> int:
    """Write all credits as drafts, or submitted, all or none; return how many came of this press.

    ``submission`` names the press of the button: pressed twice, even at once, they are written once.

    Raises:
        Conflict: if a number was taken, or a customer changed, since the preview; nothing is written then.
    """
    try:
        return once(
            lambda: (
                _count_of_submission(company, submission)
                or _create(company, drafts, state, submission=submission, by=by)
            )
        )
    except IntegrityError:
        raise Conflict(_("One of these numbers was taken just now. Upload the file again.")) from None


@transaction.atomic(durable=True)
def _create(
    company: Company, drafts: Sequence[CreditDraft], state: CreditState, *, submission: str, by: User
) -> int:
    submissions = [f"{submission}:{place}" for place in range(len(drafts))]
    written = credits_.create_many(company, drafts, by=by.name, submissions=submissions, state=state)
    kinds = [activity.Kind.CREDIT_CREATED]
    if state == CreditState.SUBMITTED:
        kinds.append(activity.Kind.CREDIT_SUBMITTED)
    for kind in kinds:
        activity.note_many(
            company.pk,
            kind,
            [give_credit.describe_credit(credit, reason=credit.reason) for credit in written],
            actor=by.name,
        )
    return len(written)


def _count_of_submission(company: Company, submission: str) -> int:
    return Credit.objects.filter(company=company, submission__startswith=f"{submission}:").count()


def _read_row(table: reading.Table, line: Line) -> CreditRow:
    if line.flaw is not None:
        return CreditRow(
            line.number, {"reason": line.text}, "", "", cells_.describe_flaw(line.flaw, table.encoding)
        )
    flaw = _("The row has more columns than the headings.") if table.overflows(line) else ""
    cells = {name: table.cell(line, name) for name in table.places}
    amount, day = cells.get("amount", ""), cells.get("date", "")
    if isinstance(day, Decimal):
        day = table.day(day) or str(day)
    said = {name: " ".join(cells_.as_text(cell).split()) for name, cell in cells.items()}
    return CreditRow(
        line.number, said, cells_.as_text(amount) if isinstance(amount, datetime) else amount, day, flaw
    )
