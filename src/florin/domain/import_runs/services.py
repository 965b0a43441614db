"""Writing runs of the import: opening, moving and clearing them, and remembering what columns mean."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from secrets import token_hex
from uuid import UUID

from django.utils.translation import get_language

from florin.domain.companies.models import Company
from florin.domain.import_runs.models import ColumnMapping, ImportRun, MadeRecord, RefusedRow
from florin.kernel import cards, clock
from florin.kernel.database import AT_ONCE, find

_KEPT_FOR = timedelta(days=7)
_STALLED_AFTER = timedelta(minutes=2)
_LONGEST_NAME = 200

State = ImportRun.State
Kind = ImportRun.Kind


@dataclass(frozen=True, slots=True)
class NewRefusal:
    """A row that is refused: its line, its cells as text, and the sentence that says why."""

    line: int
    cells: Sequence[str]
    reason: str


def open_run(
    company: Company, kind: ImportRun.Kind, *, file_name: str, content: bytes | None, by: str
) -> ImportRun:
    """Make a run; with ``content`` the file is kept with it."""
    return ImportRun.objects.create(
        company=company,
        kind=kind,
        key=token_hex(12),
        file_name=(cards.masked(file_name) if cards.find(file_name) else file_name)[-_LONGEST_NAME:],
        content=content,
        language=get_language() or "en",
        made_at=clock.now(),
        made_by=by,
        worked_at=clock.now(),
    )


def lock(company: Company, pk: UUID) -> ImportRun:
    """Return a run of the company without its file, locked until the transaction ends.

    Raises:
        NotFound: if the company has no such run.
    """
    runs = ImportRun.objects.defer("content").select_for_update(of=("self",))
    return find(runs.filter(company=company), pk=pk)


def find_by_key(company: Company, key: str) -> ImportRun | None:
    """Return the run whose key names what it wrote, locked until the transaction ends."""
    runs = ImportRun.objects.defer("content").select_for_update(of=("self",))
    return runs.filter(company=company, key=key).first()


def made_by(run: ImportRun) -> dict[str, list[UUID]]:
    """Return the customers and products that a run made."""
    found: dict[str, list[UUID]] = {}
    for kind, record in run.made_records.values_list("kind", "record"):
        found.setdefault(kind, []).append(record)
    return found


def move(run: ImportRun, state: ImportRun.State, **changes: object) -> None:
    """Set a run's state and other fields."""
    for name, value in {"state": state, "worked_at": clock.now(), **changes}.items():
        setattr(run, name, value)
    run.save(update_fields=["state", "worked_at", *changes])


def begin_pass(run: ImportRun, state: ImportRun.State, **changes: object) -> None:
    """Forget what the pass before counted and refused; the rows are gone through from the first."""
    run.refused_rows.all().delete()
    move(run, state, counts={}, rows_done=0, line_done=0, problem="", questions=[], **changes)


def note_progress(
    run: ImportRun, *, line: int, rows: int, counts: Mapping[str, int], refused: Iterable[NewRefusal]
) -> None:
    """Note, in the caller's transaction, that everything up to a line is done, and what came of it."""
    RefusedRow.objects.bulk_create(
        [RefusedRow(run=run, line=one.line, cells=list(one.cells), reason=one.reason) for one in refused],
        batch_size=AT_ONCE,
    )
    run.counts = {name: run.count(name) + counts.get(name, 0) for name in run.counts.keys() | counts.keys()}
    run.line_done, run.rows_done, run.worked_at = line, run.rows_done + rows, clock.now()
    run.save(update_fields=["counts", "line_done", "rows_done", "worked_at"])


def note_made(run: ImportRun, kind: MadeRecord.Kind, records: Collection[UUID]) -> None:
    """Remember what a run made, so that it can be taken back."""
    MadeRecord.objects.bulk_create(
        [MadeRecord(run=run, kind=kind, record=record) for record in records], batch_size=AT_ONCE
    )


def remember(run: ImportRun) -> None:
    """Keep what the columns of such a file mean to the company, for the next one."""
    ColumnMapping.objects.update_or_create(
        company_id=run.company_id,
        kind=run.kind,
        header=mark_of(run.headings),
        defaults={"columns": run.columns},
    )


def recall(company: Company, kind: ImportRun.Kind, headings: Sequence[str]) -> list[str] | None:
    """Return what the company said the last time that the columns of such a file are, if it did.

    How numbers and days are written is not remembered: the next file may be written in another way.
    """
    known = ColumnMapping.objects.filter(company=company, kind=kind, header=mark_of(headings)).first()
    return None if known is None else list(known.columns)


def mark_of(headings: Sequence[str]) -> str:
    """Return a short text that is the same for the same headings."""
    return sha256("\x1f".join(heading.strip().casefold() for heading in headings).encode()).hexdigest()


def content_of(run: ImportRun) -> bytes | None:
    """Return the file of a run, sealed as it is kept; none if it is let go of."""
    content = ImportRun.objects.values_list("content", flat=True).get(pk=run.pk)
    return None if content is None else bytes(content)


def list_stalled() -> list[UUID]:
    """Return the runs at which nobody has worked for two minutes though they are not done."""
    at_work = [State.READING, State.CHECKING, State.IMPORTING]
    stalled = ImportRun.objects.filter(state__in=at_work, worked_at__lt=clock.now() - _STALLED_AFTER)
    return list(stalled.values_list("pk", flat=True))


def purge() -> int:
    """Let go of files that nobody came back to within a week; the runs stay. Return how many."""
    idle = ImportRun.objects.filter(state__in=[State.MAPPING, State.CHECKED], content__isnull=False)
    return idle.filter(made_at__lt=clock.now() - _KEPT_FOR).update(content=None)
