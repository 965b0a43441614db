"""One pass over a file of records: rows read, compared with what is here, and counted, batch by batch.

What is done with the good rows of a batch is the caller's: nothing yet, for a preview, or they are written.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Generic, Protocol, TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from florin.domain.companies.models import Company
from florin.domain.import_runs import services as import_runs
from florin.domain.import_runs.models import ImportRun
from florin.domain.import_runs.services import NewRefusal
from florin.flows.importing import records
from florin.flows.importing.records import Reader, Record
from florin.kernel.errors import Refusal
from florin.kernel.submissions import once

_ROWS_AT_ONCE = 500


class RowDraft(Protocol):
    """What a row says; equal rows are the same twice."""

    @property
    def key(self) -> str:
        """What tells it from others."""

    @property
    def title(self) -> str:
        """What people call it."""


Draft = TypeVar("Draft", bound=RowDraft)


class RecordImporter(Protocol[Draft]):
    """Takes rows of one kind."""

    def prepare(self, records: Sequence[Record]) -> None:
        """Look up what some rows are about."""

    def read(self, record: Record) -> Draft:
        """Return what a row says.

        Raises:
            Refusal: with all that is wrong with it.
        """

    def is_here(self, row: Draft) -> bool:
        """Whether it is here already and says the same.

        Raises:
            Refusal: if it says something else.
        """

    def count(self, rows: Sequence[tuple[Record, Draft]]) -> dict[str, int]:
        """Return how many of what some rows would make."""

    def write(self, run: ImportRun, rows: Sequence[tuple[Record, Draft]]) -> None:
        """Make them in the caller's transaction."""


Keep = Callable[[ImportRun, Sequence[tuple[Record, Draft]]], None]


class OvertakenError(Exception):
    """Somebody else works at the run, or has moved it on."""


@dataclass(slots=True)
class _Sifted(Generic[Draft]):
    fresh: list[tuple[Record, Draft]] = field(default_factory=list)
    seen: dict[str, tuple[int, Draft]] = field(default_factory=dict)
    refused: list[NewRefusal] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def go_through(
    run: ImportRun,
    importer: RecordImporter[Draft],
    reader: Reader,
    *,
    keep: Keep[Draft],
    progress: Callable[[ImportRun], None],
) -> None:
    """Go through the rows that are not done yet; each batch is noted in the transaction that keeps it.

    Raises:
        OvertakenError: if somebody else works at the run.
        Refusal: if the file proves damaged further down.
    """
    seen: dict[str, tuple[int, Draft]] = {}
    for batch in _batches(reader.records(), after=run.line_done):
        sifted = once(partial(_carry_out, run, importer, batch, seen=seen, keep=keep))
        seen.update(sifted.seen)
        progress(run)


@transaction.atomic(durable=True)
def _carry_out(
    run: ImportRun,
    importer: RecordImporter[Draft],
    batch: Sequence[Record],
    *,
    seen: dict[str, tuple[int, Draft]],
    keep: Keep[Draft],
) -> _Sifted[Draft]:
    company = Company.objects.select_for_update(no_key=True).get(pk=run.company_id)  # imports take turns
    now = import_runs.lock(company, run.pk)
    if (now.state, now.line_done) != (run.state, run.line_done):
        raise OvertakenError
    sifted = _sift(importer, batch, seen)
    keep(run, sifted.fresh)
    counts = {**sifted.counts, **importer.count(sifted.fresh), "new": len(sifted.fresh)}
    import_runs.note_progress(
        run, line=batch[-1].line, rows=len(batch), counts=counts, refused=sifted.refused
    )
    return sifted


def _sift(
    importer: RecordImporter[Draft], batch: Iterable[Record], seen: dict[str, tuple[int, Draft]]
) -> _Sifted[Draft]:
    sifted: _Sifted[Draft] = _Sifted()
    rows = [record for record in batch if not record.own]
    importer.prepare(rows)
    for record in rows:
        try:
            _sort_in(importer, record, sifted, seen)
        except Refusal as problem:
            sifted.refused.append(NewRefusal(record.line, records.masked(record), str(problem)))
    sifted.counts["own"] = sum(record.own for record in batch)
    sifted.counts["refused"] = len(sifted.refused)
    return sifted


def _sort_in(
    importer: RecordImporter[Draft],
    record: Record,
    sifted: _Sifted[Draft],
    seen: dict[str, tuple[int, Draft]],
) -> None:
    row = importer.read(record)
    line, same = sifted.seen.get(row.key) or seen.get(row.key) or (0, None)
    if same == row:
        sifted.counts["here"] += 1
        return
    if same is not None:
        raise Refusal(
            _("Line %(line)s says something else about %(title)s.") % {"line": line, "title": row.title}
        )
    if importer.is_here(row):
        sifted.counts["here"] += 1
    else:
        sifted.fresh.append((record, row))
    sifted.seen[row.key] = (record.line, row)


def _batches(rows: Iterator[Record], *, after: int) -> Iterator[list[Record]]:
    waiting = (record for record in rows if record.line > after)
    while batch := list(islice(waiting, _ROWS_AT_ONCE)):
        yield batch
