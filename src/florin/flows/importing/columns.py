"""What the columns of a file are: guessed by their headings and by what stands below, or said by hand."""

import re
from collections.abc import Sequence

from django.utils.translation import gettext as _

from florin.domain.import_runs.models import ImportRun
from florin.edges.tables.columns import plain
from florin.edges.tables.rows import Cell
from florin.flows.importing.record_fields import KINDS, RecordKind
from florin.kernel.errors import Refusal

REASON = "Florin: why it was refused"
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_MOST_OF_THEM = 0.8


def guess(kind: ImportRun.Kind, headings: Sequence[str], samples: Sequence[Sequence[Cell]]) -> list[str]:
    """Return what each column is, by its heading, else by what stands in it; empty where nobody knows.

    Of the columns that could be the same thing, the one whose heading says it best is taken.
    """
    record = KINDS[kind]
    best: dict[str, tuple[int, int]] = {}
    columns = [""] * len(headings)
    for place, heading in enumerate(headings):
        rank, name = record.known.get(plain(heading), (0, ""))
        if not name:
            continue
        if record.by_name[name].many:
            columns[place] = name
        elif name not in best or rank < best[name][0]:
            best[name] = (rank, place)
    for name, (_rank, place) in best.items():
        columns[place] = name
    _guess_group(record, headings, columns)
    _guess_addresses(record, columns, samples)
    return columns


def check(kind: ImportRun.Kind, columns: Sequence[str]) -> None:
    """Let columns pass that say what a row needs, each thing once.

    Raises:
        Refusal: naming what is missing, or chosen twice.
    """
    record = KINDS[kind]
    for name in columns:
        if name and name not in record.by_name:
            raise Refusal(_("Choose what the column is from the list."))
        if name and not record.by_name[name].many and columns.count(name) > 1:
            raise Refusal(
                _("Two columns are chosen for “%(field)s”. Choose one of them.")
                % {"field": record.by_name[name].label}
            )
    for group in record.needed:
        if not any(name in columns for name in group):
            labels = [str(record.by_name[name].label) for name in group]
            raise Refusal(_("Choose the column for “%(field)s”.") % {"field": _(" or ").join(labels)})


def _guess_group(record: RecordKind, headings: Sequence[str], columns: list[str]) -> None:
    """Take a first column without a heading for the customers by whom a report groups its rows."""
    if "customer" in record.by_name and "customer" not in columns and headings and not headings[0]:
        columns[0] = "customer"


def _guess_addresses(record: RecordKind, columns: list[str], samples: Sequence[Sequence[Cell]]) -> None:
    """Take the one column that holds e-mail addresses for them, whatever its heading."""
    if "invoice_emails" not in record.by_name or "invoice_emails" in columns:
        return
    found = [place for place, name in enumerate(columns) if not name and _holds_addresses(samples, place)]
    if len(found) == 1:
        columns[found[0]] = "invoice_emails"


def _holds_addresses(samples: Sequence[Sequence[Cell]], place: int) -> bool:
    texts = [row[place] for row in samples if place < len(row) and row[place] != ""]
    hits = sum(isinstance(text, str) and bool(_ADDRESS.search(text)) for text in texts)
    return bool(texts) and hits >= _MOST_OF_THEM * len(texts)
