"""``florin import``: take over another system's invoices and credits from a file of invoice lines."""

import argparse
import sys
from pathlib import Path

from django.conf import settings
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from florin.domain.companies.models import Company
from florin.domain.import_runs.models import ImportRun
from florin.domain.orders.credit_limit import LONGEST_REASON
from florin.flows import import_invoices, undo_import
from florin.flows.import_invoices import Summary
from florin.flows.importing import records
from florin.flows.importing.record_fields import KINDS
from florin.flows.importing.rows import ReadingChoices
from florin.kernel import cards, clock
from florin.kernel.errors import Refusal
from florin.kernel.notation import Order, Sign
from florin.runtime import import_records

HELP = "Import what another program exported: customers, products, or invoices line by line."

_SOME_REFUSED, _REFUSED = 1, 2


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "file", type=Path, nargs="?", metavar="FILE", help="a CSV, TSV or XLSX file, or .csv.gz"
    )
    parser.add_argument(
        "--company", required=True, metavar="SLUG", help="the company whose invoices these are"
    )
    parser.add_argument(
        "--kind",
        choices=[kind.value for kind in (ImportRun.Kind.LINES, *KINDS)],
        default=ImportRun.Kind.LINES.value,
        help="what a row of the file is; lines of invoices (UCI Online Retail format) unless told otherwise",
    )
    parser.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="HEADING=FIELD",
        help="what a column is, where its heading does not tell; may be given several times",
    )
    parser.add_argument(
        "--check", action="store_true", help="only say what would be imported, and what not (not for lines)"
    )
    parser.add_argument(
        "--report", type=Path, metavar="FILE", help="where to list the rows that are not booked, as CSV"
    )
    parser.add_argument(
        "--undo", metavar="RUN", help="take back all that an import brought; it says at its end what to type"
    )
    parser.add_argument(
        "--over-limit",
        default="",
        metavar="REASON",
        help="why invoices may pass customers' credit limits; it stays on the orders' timelines",
    )
    parser.add_argument(
        "--decimals",
        choices=[sign.name.lower() for sign in Sign],
        help="what stands before decimals, where the file does not show it",
    )
    parser.add_argument(
        "--dates",
        choices=[order.value for order in Order],
        help="what stands first in dates such as 10/02/2026, where the file does not show it",
    )
    parser.add_argument(
        "--no-card-numbers",
        action="store_true",
        help="numbers in the file that look like card numbers are none, and are kept; you are sure of it",
    )


def run(options: argparse.Namespace) -> int:
    """Import the file and say what came of it. Exit code 1 if rows were refused, 2 if nothing can be read."""
    console = Console()
    report: Path = options.report or _default_report()
    try:
        if options.undo:
            return _undo(console, options)
        if options.kind != ImportRun.Kind.LINES:
            return _SOME_REFUSED if _import_records(console, options, report) else 0
        summary = _import(console, options, report)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)  # noqa: T201 - the console is a screen
        return _REFUSED
    _show(console, summary, report, options.company)
    return _SOME_REFUSED if summary.refused_rows else 0


def _default_report() -> Path:
    return Path(settings.DATA_FOLDER) / f"import-report-{clock.now():%Y%m%d-%H%M%S-%f}.csv"


def _import(console: Console, options: argparse.Namespace, report: Path) -> Summary:
    company = _company(options.company)
    if options.file is None:
        raise Refusal("Name a file to import, or with --undo the run to take back.")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("Reading", total=None)
        return import_invoices.run(
            options.file,
            company,
            told=_choices(options),
            over_limit=_reason(options),
            report=report,
            progress=lambda done, rows: bar.update(task, description="Rows", completed=done, total=rows),
        )


def _import_records(console: Console, options: argparse.Namespace, report: Path) -> int:
    if options.file is None:
        raise Refusal("Name a file to import, or with --undo the run to take back.")
    choices = records.ReadingChoices(
        decimals=Sign[options.decimals.upper()] if options.decimals else None,
        dates=Order(options.dates) if options.dates else None,
        no_card_numbers=options.no_card_numbers,
        over_limit=_reason(options),
    )
    return import_records.run(options, console, _company(options.company), choices=choices, report=report)


def _reason(options: argparse.Namespace) -> str:
    reason: str = options.over_limit.strip()
    if len(reason) > LONGEST_REASON:
        raise Refusal(f"The reason takes at most {LONGEST_REASON} characters.")
    cards.refuse(reason)
    return reason


def _company(slug: str) -> Company:
    company = Company.objects.filter(slug=slug).first()
    if company is None:
        known = ", ".join(Company.objects.order_by("slug").values_list("slug", flat=True)[:20])
        raise Refusal(f"There is no company “{slug}”. There is: {known or 'none yet'}.")
    return company


def _undo(console: Console, options: argparse.Namespace) -> int:
    undone = undo_import.undo(_company(options.company), options.undo)
    console.print(f"{undone.invoices:,} invoices and {undone.credits:,} credits are taken back.")
    if undone.customers or undone.products or undone.stayed:
        console.print(f"{undone.customers:,} customers and {undone.products:,} products are deleted.")
        console.print(f"{undone.stayed:,} of them stay, because they were used or changed meanwhile.")
    return 0


def _choices(options: argparse.Namespace) -> ReadingChoices:
    return ReadingChoices(
        decimals=Sign[options.decimals.upper()] if options.decimals else None,
        dates=Order(options.dates) if options.dates else None,
        no_card_numbers=options.no_card_numbers,
    )


def _show(console: Console, summary: Summary, report: Path, slug: str) -> None:
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right")
    table.add_column()
    for count, words in _counts(summary):
        table.add_row(f"{count:,}", words)
    for reason, count in summary.refused.most_common():
        table.add_row("", f"[dim]{count:,}: {escape(reason)}[/dim]")
    console.print(table)
    console.print(f"The file was read as {escape(summary.how)}.", soft_wrap=True)
    if summary.unused:
        console.print(escape(f"Columns not used: {', '.join(summary.unused)}."), soft_wrap=True)
    if summary.refused_rows:
        console.print(
            "The rows that were refused, with the reason for each:", escape(str(report)), soft_wrap=True
        )
    if summary.invoices or summary.credits:
        undo = f"To take it back while nothing is paid: florin import --company {slug} --undo {summary.run}"
        console.print(escape(undo), soft_wrap=True)
    console.print(f"{summary.seconds:.1f} seconds")


def _counts(summary: Summary) -> list[tuple[int, str]]:
    return [
        (summary.customers, "new customers"),
        (summary.products, "new products"),
        (summary.orders, "orders"),
        (summary.invoices, "invoices"),
        (summary.credits, "credits"),
        (summary.here_already, "invoices and credits that are here already"),
        (summary.rows, "rows read, of which"),
        (summary.lines, "booked"),
        (summary.here_already_rows, "here already"),
        (summary.refused_rows, "refused"),
    ]
