"""Bringing in customers, products, invoices and credits from a file of another program.

file kept -> columns matched -> every row checked -> (somebody looks) -> written, batch by batch

Each batch is one durable transaction that also notes how far the file is done, so a run that was killed goes
on where it stopped; and what is here already is passed over, so the same file twice changes nothing.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from textwrap import shorten
from typing import Any
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from florin.domain.companies.models import Company
from florin.domain.import_runs import services as import_runs
from florin.domain.import_runs.models import ImportRun
from florin.edges import sealing
from florin.edges.sealing import UnsealableError
from florin.edges.tables.rows import Cell
from florin.flows.importing import columns as mapping
from florin.flows.importing import record_pass, records
from florin.flows.importing.balance_records import BalanceImporter
from florin.flows.importing.cells import as_text
from florin.flows.importing.customer_records import CustomerImporter
from florin.flows.importing.product_records import ProductImporter
from florin.flows.importing.questions import Question
from florin.flows.importing.record_pass import OvertakenError, RecordImporter
from florin.flows.importing.records import Reader, ReadingChoices, RecordFile
from florin.kernel import cards, clock
from florin.kernel.errors import Conflict, Refusal
from florin.kernel.jobs import Job, later
from florin.kernel.notation import Order, Sign

MOST_BYTES = 12_000_000
LOOKED_AT = ("headings", "heading_line", "samples", "columns", "choices")
_SHOWN_ROWS, _LONGEST_SAMPLE = 3, 60
_PURPOSE = "import"

State = ImportRun.State
Kind = ImportRun.Kind

_log = logging.getLogger("florin.flows.import_records")


@transaction.atomic(durable=True)
def receive(company: Company, kind: ImportRun.Kind, *, file_name: str, data: bytes, by: str) -> ImportRun:
    """Keep an uploaded file, sealed, and have the worker read it; nothing of it is imported.

    Raises:
        Refusal: if it is empty, or larger than ``MOST_BYTES``.
    """
    if not data:
        raise Refusal(_("This file is empty. Choose another one."))
    if len(data) > MOST_BYTES:
        raise Refusal(
            _("The file is larger than %(most)s MB. Split it, and upload one part after the other.")
            % {"most": MOST_BYTES // 1_000_000}
        )
    run = import_runs.open_run(
        company, kind, file_name=file_name, content=sealing.seal(data, purpose=_PURPOSE), by=by
    )
    _have_worked(run)
    return run


@transaction.atomic(durable=True)
def match(company: Company, pk: UUID, *, columns: Sequence[str], choices: ReadingChoices) -> None:
    """Take what somebody says that the columns are, remember it, and have every row checked.

    Raises:
        Conflict: if the run is at work, or done.
        Refusal: if a column that rows need is missing, or chosen twice.
    """
    run = _lock_idle(company, pk)
    named = [*columns, *[""] * len(run.headings)][: len(run.headings)]
    mapping.check(Kind(run.kind), named)
    import_runs.begin_pass(run, State.CHECKING, columns=named, choices=as_json(choices))
    import_runs.remember(run)
    _have_worked(run)


@transaction.atomic(durable=True)
def start(company: Company, pk: UUID) -> None:
    """Have the good rows of a checked run imported; safe to press twice.

    Raises:
        Conflict: if the run is not checked.
    """
    run = import_runs.lock(company, pk)
    if run.state in {State.IMPORTING, State.DONE}:
        return
    if run.state != State.CHECKED:
        raise Conflict(_("This file has not been checked yet. Look at the columns first."))
    import_runs.begin_pass(run, State.IMPORTING)
    _have_worked(run)


def work(pk: UUID) -> None:
    """Do for a run what its state asks for; done twice, or by two at once, it is done once.

    What cannot be done becomes a sentence with the run. If the database is away the run stays as it is, and
    the next round finds it.
    """
    run = ImportRun.objects.defer("content").select_related("company").filter(pk=pk).first()
    if run is None:
        return
    choices = choices_of(run)
    try:
        with (
            translation.override(run.language),
            cards.all_vouched_for() if choices.no_card_numbers else nullcontext(),
        ):
            _work(run)
    except OvertakenError:
        return
    except Refusal as problem:
        _give_up(run, str(problem))
    except (OperationalError, InterfaceError):
        raise
    except Exception:  # noqa: BLE001 - whatever it is, the person who waits must read of it
        _log.exception("Import %s failed", run.pk)
        with translation.override(run.language):
            _give_up(run, _("Something went wrong on our side. Nothing is lost; try it once more."))


def sweep() -> None:
    """Go on with runs whose job was lost, or whose worker died; let go of files nobody came back to."""
    for pk in import_runs.list_stalled():
        work(pk)
    import_runs.purge()


def choices_of(run: ImportRun) -> ReadingChoices:
    """Return what somebody said about the file."""
    said: dict[str, Any] = run.choices
    decimals, dates = said.get("decimals"), said.get("dates")
    return ReadingChoices(
        decimals=Sign[decimals.upper()] if decimals else None,
        dates=Order(dates) if dates else None,
        no_card_numbers=bool(said.get("no_card_numbers")),
        over_limit=said.get("over_limit", ""),
    )


def make_importer(run: ImportRun, reader: Reader) -> RecordImporter[Any]:
    """Return what takes the rows of a run's kind."""
    match Kind(run.kind):
        case Kind.CUSTOMERS:
            return CustomerImporter(run.company, reader)
        case Kind.PRODUCTS:
            return ProductImporter(run.company, reader)
        case Kind.INVOICES | Kind.CREDITS:
            return BalanceImporter(run.company, reader, over_limit=choices_of(run).over_limit)
        case Kind.LINES:
            raise Refusal(_("Invoices line by line are imported by the command."))


def inspect(run: ImportRun, file: RecordFile) -> bool:
    """Note what stands in the headings and what the columns may be; return whether rows can be read by it."""
    kind = Kind(run.kind)
    samples = file.samples()
    headings = [_without_cards(one) for one in file.headings]
    known = import_runs.recall(run.company, kind, headings)
    columns = mapping.guess(kind, headings, samples) if known is None else known
    run.headings, run.columns, run.heading_line = headings, columns, file.table.heading_line
    run.samples = [[_sample(cell) for cell in row] for row in samples[:_SHOWN_ROWS]]
    try:
        mapping.check(kind, columns)
    except Refusal:
        return False
    return True


def check(run: ImportRun, file: RecordFile, *, progress: Callable[[ImportRun], None]) -> None:
    """Check every row; nothing is written. A question that is left is kept for somebody to answer."""
    reader = records.understand(file, Kind(run.kind), run.columns, choices_of(run))
    if reader.questions:
        import_runs.move(run, State.MAPPING, questions=[_question(one) for one in reader.questions])
        return
    check_rows(run, reader, progress=progress)


def check_rows(run: ImportRun, reader: Reader, *, progress: Callable[[ImportRun], None]) -> None:
    """Check every row of a file that is understood; nothing is written."""
    import_runs.begin_pass(run, State.CHECKING, rows=reader.rows)
    record_pass.go_through(
        run, make_importer(run, reader), reader, keep=lambda _run, _rows: None, progress=progress
    )
    import_runs.move(run, State.CHECKED)


def carry_out(run: ImportRun, reader: Reader, *, progress: Callable[[ImportRun], None]) -> None:
    """Import the rows that are not done yet."""
    importer = make_importer(run, reader)
    record_pass.go_through(run, importer, reader, keep=importer.write, progress=progress)


def _work(run: ImportRun) -> None:
    match State(run.state):
        case State.READING:
            if inspect(run, _file(run)):
                import_runs.move(run, State.CHECKING, **_looked(run))
                _check(run)
            else:
                import_runs.move(run, State.MAPPING, **_looked(run))
        case State.CHECKING:
            _check(run)
        case State.IMPORTING:
            reader = records.understand(_file(run), Kind(run.kind), run.columns, choices_of(run))
            carry_out(run, reader, progress=lambda _run: None)
            import_runs.move(run, State.DONE, done_at=clock.now(), content=None)
        case State.UNREADABLE | State.MAPPING | State.CHECKED | State.DONE | State.UNDONE:
            return


def _check(run: ImportRun) -> None:
    check(run, _file(run), progress=lambda _run: None)


def _sample(cell: Cell) -> str:
    """Return the beginning of a cell, without the digits of a card number."""
    return shorten(_without_cards(as_text(cell)), _LONGEST_SAMPLE, placeholder="…")


def _without_cards(text: str) -> str:
    return cards.masked(text) if cards.find(text) else text


def _looked(run: ImportRun) -> dict[str, object]:
    return {name: getattr(run, name) for name in LOOKED_AT}


def _file(run: ImportRun) -> RecordFile:
    content = import_runs.content_of(run)
    if content is None:
        raise Refusal(_("The file is no longer kept. Upload it again."))
    try:
        return records.open_bytes(sealing.unseal(content, purpose=_PURPOSE), Kind(run.kind))
    except UnsealableError:
        raise Refusal(_("The file is no longer kept. Upload it again.")) from None


def _give_up(run: ImportRun, sentence: str) -> None:
    """Keep why it goes no further, where a person can try again."""
    match State(run.state):
        case State.READING:
            import_runs.move(run, State.UNREADABLE, problem=sentence, content=None)
        case State.IMPORTING:
            import_runs.move(run, State.CHECKED, problem=sentence)
        case _:
            import_runs.move(run, State.MAPPING, problem=sentence)


def _lock_idle(company: Company, pk: UUID) -> ImportRun:
    run = import_runs.lock(company, pk)
    if run.state not in {State.MAPPING, State.CHECKED}:
        raise Conflict(_("This file is being worked on, or done. Upload it again to read it in another way."))
    return run


def _have_worked(run: ImportRun) -> None:
    later(Job.WORK_IMPORT, run=str(run.pk))


def as_json(choices: ReadingChoices) -> dict[str, Any]:
    """Return what somebody said about a file as it is kept with its run."""
    said = {
        "decimals": choices.decimals.name.lower() if choices.decimals else "",
        "dates": choices.dates.value if choices.dates else "",
        "no_card_numbers": choices.no_card_numbers,
        "over_limit": choices.over_limit,
    }
    return {name: value for name, value in said.items() if value}


def _question(question: Question) -> dict[str, Any]:
    return {
        "field": question.field,
        "shown": [list(one) for one in question.shown],
        "readings": [[str(word), None if value is None else str(value)] for word, value in question.readings],
    }
