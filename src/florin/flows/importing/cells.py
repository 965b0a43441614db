"""Cells of a file in words: as their reader would write them, and what is wrong with a whole line."""

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from florin.edges.tables.rows import Cell, Flaw


def as_text(cell: Cell) -> str:
    """Write a cell as its reader would: a whole number without decimals, a day as 2026-11-30."""
    match cell:
        case Decimal():
            return f"{cell.normalize():f}"
        case datetime():
            return cell.date().isoformat()
        case str():
            return cell


def describe_flaw(flaw: Flaw, encoding: str) -> str:
    """Say why nobody should guess what a line says."""
    match flaw:
        case Flaw.BYTES:
            return _("This line holds a byte that is no letter in %(encoding)s.") % {"encoding": encoding}
        case Flaw.QUOTES:
            return _("The quotation marks of this line do not close.")
        case Flaw.TOO_LONG:
            return _("This line is longer than 10,000 characters.")
