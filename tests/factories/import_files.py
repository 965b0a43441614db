"""Files to import, and what they should come to by a reckoning of their own."""

import argparse
import csv
import gzip
from collections import defaultdict
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

from florin.domain.companies.models import Company
from florin.flows import import_invoices
from florin.flows.import_invoices import Summary
from florin.flows.importing.rows import ReadingChoices
from florin.runtime import import_invoices as console

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"


def file_line(number: str = "1", quantity: str = "2", price: str = "1.50", **fields: str) -> str:
    """One line of a file; two lanterns for 3.00 unless told otherwise."""
    code = fields.get("code", "71053")
    name = fields.get("name", "WHITE LANTERN")
    date = fields.get("date", "2010-12-01 08:26:00")
    customer = fields.get("customer", "17850.0")
    return f"{number},{code},{name},{quantity},{date},{price},{customer},{fields.get('country', 'France')}"


def write(folder: Path, *rows: str) -> Path:
    """A file of these rows."""
    path = folder / "rows.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return path


def import_file(
    path: Path, company: Company, folder: Path, *, told: ReadingChoices | None = None, over_limit: str = ""
) -> Summary:
    """Import it, with the report in ``folder``."""
    return import_invoices.run(
        path,
        company,
        report=folder / "report.csv",
        progress=lambda _done, _rows: None,
        told=told,
        over_limit=over_limit,
    )


def type_import(*words: str) -> int:
    """Run ``florin import`` with these words; its exit code."""
    parser = argparse.ArgumentParser()
    console.arguments(parser)
    return console.run(parser.parse_args(words))


def reasons(folder: Path) -> list[tuple[int, str]]:
    """What the report says: line and reason."""
    with (folder / "report.csv").open(newline="") as file:
        return [(int(found["line"]), found["reason"]) for found in csv.DictReader(file)]


def reckoned(path: Path) -> dict[str, int]:
    """The balance of every document in cents by number, reckoned without any code of Florin's."""
    totals: dict[str, int] = defaultdict(int)
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            if line["CustomerID"]:
                cents = Decimal(line["Quantity"]) * Decimal(line["UnitPrice"]) * 100
                totals[line["InvoiceNo"]] += int(cents.quantize(Decimal(1), ROUND_HALF_EVEN))
    return dict(totals)
