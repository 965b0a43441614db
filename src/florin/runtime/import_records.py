"""``florin import --kind …``: take over customers, products, invoices or credits of another program."""

import argparse
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from florin.domain.companies.models import Company
from florin.domain.import_runs.models import ImportRun
from florin.flows import import_file, return_refused
from florin.flows.importing.records import ReadingChoices
from florin.kernel import cards
from florin.kernel.errors import Refusal

_ACTOR = "Import"
_MADE = ("customers", "products", "invoices", "paid", "credits")


def run(
    options: argparse.Namespace, console: Console, company: Company, *, choices: ReadingChoices, report: Path
) -> int:
    """Import the file and say what came of it; return how many rows were refused.

    Raises:
        Refusal: if nothing of it can be imported, with what to do.
    """
    kind = ImportRun.Kind(options.kind)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with (
        cards.all_vouched_for() if choices.no_card_numbers else nullcontext(),
        Progress(*columns, console=console) as bar,
    ):
        task = bar.add_task("Checking", total=None)

        def progress(done: ImportRun) -> None:
            bar.update(task, completed=done.rows_done, total=done.rows)

        run, reader = import_file.check(
            options.file,
            company,
            kind,
            said=_parse_columns(options.column),
            choices=choices,
            progress=progress,
            by=_ACTOR,
        )
        if not options.check:
            bar.reset(task, description="Importing", total=run.rows)
            import_file.carry_out(run, reader, progress=progress)
    _show(console, run, company, checked=options.check)
    if run.count("refused"):
        _write(run, report)
        console.print(
            "The rows that were refused, with the reason for each:", escape(str(report)), soft_wrap=True
        )
    refused = run.count("refused")
    if options.check:
        run.delete()
    return refused


def _parse_columns(given: list[str]) -> Mapping[str, str]:
    pairs = [text.rpartition("=") for text in given]
    if any(not heading for heading, _equals, _name in pairs):
        raise Refusal("Write a column as --column HEADING=FIELD, such as --column Shop=name.")
    return {heading: name for heading, _equals, name in pairs}


def _write(run: ImportRun, report: Path) -> None:
    try:
        report.parent.mkdir(parents=True, exist_ok=True)
        with report.open("wb") as file:
            file.writelines(return_refused.lines(run))
    except OSError as error:
        raise Refusal(f"The report {report} cannot be written: {error.strerror}.") from error


def _show(console: Console, run: ImportRun, company: Company, *, checked: bool) -> None:
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right")
    table.add_column()
    counts = [(run.count(name), f"new {name}") for name in _MADE if run.count(name)]
    counts += [
        (run.rows, "rows read, of which"),
        (run.count("new"), "can be imported" if checked else "imported"),
        (run.count("here"), "here already"),
        (run.count("refused"), "refused"),
        (run.count("own"), "titles and totals of the report"),
    ]
    for count, words in counts:
        table.add_row(f"{count:,}", words)
    console.print(table)
    if not checked and run.count("new"):
        undo = (
            f"To take it back while nothing is paid: florin import --company {company.slug} --undo {run.key}"
        )
        console.print(escape(undo), soft_wrap=True)
