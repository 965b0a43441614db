"""Everything that belongs to a company as one archive: a ZIP file of CSV files, with a description.

one instant -> each table, streamed by PostgreSQL -> README.txt and datapackage.json
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.db import connection
from django.db.models.expressions import Combinable

from florin.domain.companies.models import Company
from florin.domain.payouts import checking
from florin.flows.exporting import columns, description
from florin.flows.exporting.description import Written
from florin.flows.exporting.tables import Table, tables
from florin.kernel import clock
from florin.kernel.errors import NotFound

Progress = Callable[[Written], object]
_FOR_OWNER_ONLY = 0o600 << 16


def find_company(slug: str) -> Company:
    """Return the company with this short name.

    Raises:
        NotFound: if there is none; the sentence names those that there are.
    """
    company = Company.objects.filter(slug=slug).first()
    if company is None:
        known = ", ".join(Company.objects.order_by("slug").values_list("slug", flat=True)) or "none"
        raise NotFound(f"There is no company {slug!r}; there are: {known}.")
    return company


def count_rows(company: Company, *, most: int) -> int:
    """Return how many ledger lines the company has, or ``most`` if there are more: how large it is."""
    line = next(table for table in tables() if table.name == "ledger_lines")
    return line.rows(company).order_by()[:most].count()


def write(company: Company, file: IO[bytes], *, progress: Progress = lambda _written: None) -> list[Written]:
    """Write the archive into a file and return its tables; it tells of one instant, however long it takes.

    Nothing is changed, and memory does not grow with the rows. ``progress`` hears of each table that is done.
    """
    with checking.still_picture(), ZipFile(file, "w", ZIP_DEFLATED) as archive:
        at = clock.now()
        written = []
        for table in tables():
            written.append(_copy(table, company, archive))
            progress(written[-1])
        told = json.dumps(description.package(company, written, at=at), indent=2, ensure_ascii=False)
        archive.writestr(_member("README.txt"), description.readme(company, written, at=at))
        archive.writestr(_member("datapackage.json"), told + "\n")
    return written


def _copy(table: Table, company: Company, archive: ZipFile) -> Written:
    """Let PostgreSQL write a table's rows as CSV, some thousand bytes at a time."""
    fields = [columns.describe(field) for field in table.columns]
    sql, parameters = _select(table, company, [field.expression for field in fields])
    name = f"data/{table.name}.csv"
    digest, size = hashlib.sha256(), 0
    with archive.open(_member(name), "w", force_zip64=True) as member, connection.cursor() as cursor:
        heading = (",".join(field.name for field in fields) + "\n").encode()
        member.write(heading)
        digest.update(heading)
        size += len(heading)
        with cursor.copy(f"COPY ({sql}) TO STDOUT (FORMAT csv, ENCODING 'UTF8')", parameters) as copy:
            for block in copy:
                member.write(block)
                digest.update(block)
                size += len(block)
        rows = cursor.rowcount
    return Written(table, rows, size, digest.hexdigest())


def _select(
    table: Table, company: Company, expressions: Sequence[Combinable]
) -> tuple[str, tuple[object, ...]]:
    sql, parameters = table.rows(company).values_list(*expressions).query.sql_with_params()
    return sql, parameters


def _member(name: str) -> ZipInfo:
    """Name a file in the archive, made now in the clock's time, for its owner's eyes only."""
    member = ZipInfo(name, date_time=clock.now().timetuple()[:6])
    member.compress_type, member.external_attr = ZIP_DEFLATED, _FOR_OWNER_ONLY
    return member
