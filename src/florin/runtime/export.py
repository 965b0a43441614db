"""``florin export``: everything that belongs to a company as one archive."""

import argparse
import os
import sys
from pathlib import Path

from florin.domain.security import services as security
from florin.flows import export_company
from florin.flows.exporting.description import Written
from florin.kernel.errors import Refusal

HELP = "Write everything that belongs to a company into one ZIP file of CSV files with a description."

_REFUSED = 2


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--company", required=True, metavar="SLUG", help="the company")
    parser.add_argument("file", type=Path, metavar="FILE", help="where to write it, such as meadow.zip")


def run(options: argparse.Namespace) -> int:
    """Write the archive beside its place, then put it there: what has the name is whole."""
    target: Path = options.file
    if target.exists():
        sys.stderr.write(f"{target} is there already. Name another file, or move it away.\n")
        return _REFUSED
    unfinished = target.with_name(f"{target.name}.part")
    try:
        company = export_company.find_company(options.company)
        # For its owner's eyes only, from the first byte on.
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except (Refusal, OSError) as problem:
        sys.stderr.write(f"{problem}\n")
        return _REFUSED
    try:
        with os.fdopen(descriptor, "wb") as file:
            written = export_company.write(company, file, progress=_show_table)
        unfinished.rename(target)
    finally:
        unfinished.unlink(missing_ok=True)
    security.note(security.Kind.EXPORTED, company_id=company.pk, what="everything", by="florin export")
    rows = sum(one.rows for one in written)
    sys.stdout.write(f"{target}: {len(written)} tables of {company.name}, {rows:,} rows in all.\n")
    return 0


def _show_table(written: Written) -> None:
    sys.stdout.write(f"  {written.table.name:<28} {written.rows:>12,} rows\n")
    sys.stdout.flush()
