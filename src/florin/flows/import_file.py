"""Importing customers, products, invoices and credits from a file on this machine, however long it is.

file -> columns -> every row checked -> written, batch by batch; the run stays among those of the office
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from florin.domain.companies.models import Company
from florin.domain.import_runs import services as import_runs
from florin.domain.import_runs.models import ImportRun
from florin.flows import import_records
from florin.flows.importing import columns as mapping
from florin.flows.importing import records
from florin.flows.importing.questions import Question
from florin.flows.importing.record_fields import KINDS
from florin.flows.importing.records import Reader, ReadingChoices, RecordFile
from florin.kernel import clock
from florin.kernel.errors import Refusal

State = ImportRun.State
Progress = Callable[[ImportRun], None]


def check(
    path: Path,
    company: Company,
    kind: ImportRun.Kind,
    *,
    said: Mapping[str, str],
    choices: ReadingChoices,
    progress: Progress,
    by: str,
) -> tuple[ImportRun, Reader]:
    """Check every row of a file; nothing is written but the run. ``said`` are fields by their headings.

    Raises:
        Refusal: if the file cannot be read, a column that rows need is not found, or a column can be read in
            two ways and nobody said which; the sentence says how to say it.
    """
    file = records.open_path(path, kind)
    run = import_runs.open_run(company, kind, file_name=path.name, content=None, by=by)
    try:
        reader = _check(run, file, said=said, choices=choices, progress=progress)
    except Refusal:
        run.delete()
        raise
    return run, reader


def carry_out(run: ImportRun, reader: Reader, *, progress: Progress) -> None:
    """Import the good rows of a checked file."""
    import_runs.begin_pass(run, State.IMPORTING)
    import_records.carry_out(run, reader, progress=progress)
    import_runs.move(run, State.DONE, done_at=clock.now())


def _check(
    run: ImportRun,
    file: RecordFile,
    *,
    said: Mapping[str, str],
    choices: ReadingChoices,
    progress: Progress,
) -> Reader:
    run.choices = import_records.as_json(choices)
    import_records.inspect(run, file)
    run.columns = _columns(run, said)
    mapping.check(ImportRun.Kind(run.kind), run.columns)
    looked = {name: getattr(run, name) for name in import_records.LOOKED_AT}
    import_runs.move(run, State.CHECKING, **looked)
    reader = records.understand(file, ImportRun.Kind(run.kind), run.columns, import_records.choices_of(run))
    if reader.questions:
        raise Refusal(" ".join(_ask(question) for question in reader.questions))
    import_records.check_rows(run, reader, progress=progress)
    if said:
        import_runs.remember(run)
    return reader


def _columns(run: ImportRun, said: Mapping[str, str]) -> list[str]:
    """Return the columns as guessed, changed as somebody said.

    Raises:
        Refusal: if the file has no such heading, or rows no such field.
    """
    columns = list(run.columns)
    fields = KINDS[ImportRun.Kind(run.kind)].by_name
    for heading, name in said.items():
        if heading not in run.headings:
            raise Refusal(
                f"The file has no column “{heading}”. It has: {', '.join(filter(None, run.headings))}."
            )
        if name and name not in fields:
            raise Refusal(f"A column cannot be “{name}”. It can be: {', '.join(fields)}.")
        columns = (
            ["" if one == name and not fields[name].many else one for one in columns] if name else columns
        )
        columns[run.headings.index(heading)] = name
    return columns


def _ask(question: Question) -> str:
    shown = "; ".join(f"{text} in line {line}" for line, text in question.shown)
    words = " or ".join(f"--{question.field} {word}" for word, _reading in question.readings)
    return f"A column can be read in two ways: {shown}. Say which is meant: {words}. Nothing was imported."
