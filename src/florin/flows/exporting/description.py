"""What an archive says of itself: README.txt for people, datapackage.json for programs.

Both are made of the models' own words, so that they cannot say anything else than the tables do.
"""

import inspect
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Any

from django.db import models

from florin.domain.companies.models import Company
from florin.flows.exporting import columns
from florin.flows.exporting.tables import LEFT_OUT, LEFT_OUT_APPS, Table, options

_PROFILE = "https://datapackage.org/profiles/2.0/{}.json"
_WIDTH = 100

_INTRODUCTION = """\
Each file in data/ is one table, with a heading and a row for each record: CSV in UTF-8, with commas, every
line ended by a line feed, and no byte order mark. All tables were read at one instant.

* Keys are UUIDs. A column such as customer_id holds the key of a row in another file; datapackage.json says
  of which one.
* Amounts are whole numbers in minor units of the currency that stands beside them (or of the row that they
  belong to): 1250 is 12.50 in USD, and 1250 in JPY. Unit prices are exact decimals in major units.
* Moments are UTC. Days are days in the company's time zone.
* An empty cell is no value. A cell with two quotation marks is an empty text.
* Lists and records are JSON.

CAUTION: texts are exactly as people typed them. A spreadsheet program that opens a CSV file may take a text
that begins with = + - or @ for a formula, and numbers with a leading zero for numbers. Import the files with
every column as text, or read them with a program. (The files that Florin's screens offer, such as that of
Payment History, are made for spreadsheets and mark such texts.)

datapackage.json describes every column by the Data Package standard, version 2.0 (https://datapackage.org);
programs that know it, such as frictionless, read and check the archive without being told anything else.
"""


@dataclass(frozen=True, slots=True)
class Written:
    """A table as it stands in the archive: how many rows, how many bytes, and their SHA-256 in hex."""

    table: Table
    rows: int
    size: int
    sha256: str

    @property
    def path(self) -> str:
        """Where it stands."""
        return f"data/{self.table.name}.csv"


def package(company: Company, written: Sequence[Written], *, at: datetime) -> dict[str, Any]:
    """Return what datapackage.json says; ``at`` is the moment (UTC) of which the tables tell."""
    names = {one.table.model: one.table.name for one in written}
    return {
        "$schema": _PROFILE.format("datapackage"),
        "name": company.slug,
        "title": company.name,
        "description": "Everything that belongs to a company in Florin; README.txt tells the conventions.",
        "created": at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "version": version("florin"),
        "resources": [_resource(one, names) for one in written],
    }


def readme(company: Company, written: Sequence[Written], *, at: datetime) -> str:
    """Return README.txt."""
    title = f"{company.name} ({company.slug}): everything that belongs to it in Florin"
    made = f"Made on {at:%Y-%m-%d at %H:%M} UTC by Florin {version('florin')}."
    files = [f"{one.path} ({_rows(one.rows)})\n{_indented(meaning(one.table.model))}" for one in written]
    columns_out = {
        f"{one.table.name}.{name}": reason for one in written for name, reason in one.table.left_out.items()
    }
    left_out = [f"{name}: {reason}" for name, reason in {**LEFT_OUT, **LEFT_OUT_APPS, **columns_out}.items()]
    parts = [title, "=" * len(title), "", made, "", _INTRODUCTION, *_section("Files", files)]
    return "\n".join([*parts, *_section("Left out", left_out)])


def meaning(model: type[models.Model]) -> str:
    """Return what a table holds, as its model says it."""
    return " ".join((inspect.getdoc(model) or str(options(model).verbose_name)).replace("``", "").split())


def _section(title: str, lines: Sequence[str]) -> list[str]:
    return [title, "-" * len(title), "", *lines, ""]


def _rows(count: int) -> str:
    return f"{count:,} row" if count == 1 else f"{count:,} rows"


def _indented(text: str) -> str:
    return textwrap.fill(text, _WIDTH, initial_indent="    ", subsequent_indent="    ")


def _resource(one: Written, names: Mapping[type[models.Model], str]) -> dict[str, Any]:
    model = one.table.model
    return {
        "$schema": _PROFILE.format("dataresource"),
        "name": one.table.name,
        "type": "table",
        "title": str(options(model).verbose_name_plural).capitalize(),
        "description": meaning(model),
        "path": one.path,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": one.size,
        "hash": f"sha256:{one.sha256}",
        "dialect": {"$schema": _PROFILE.format("tabledialect"), "delimiter": ",", "lineTerminator": "\n"},
        "schema": {
            "$schema": _PROFILE.format("tableschema"),
            "fields": [columns.describe(field).descriptor for field in one.table.columns],
            "primaryKey": [field.attname for field in options(model).pk_fields],
            "foreignKeys": [
                {
                    "fields": [field.attname],
                    "reference": {"resource": "" if target is model else names[target], "fields": ["id"]},
                }
                for field in one.table.columns
                if isinstance(target := field.related_model, type) and target in names
            ],
        },
    }
