"""What an import refused, as a file: the rows as they stood, with a reason each, to correct and load again.

What a spreadsheet would take for a formula gets an apostrophe, which the import takes away again.
"""

from collections.abc import Iterator

from florin.domain.import_runs.models import ImportRun
from florin.edges import spreadsheet_export
from florin.edges.spreadsheet_export import Worksheet
from florin.flows.importing.columns import REASON
from florin.flows.importing.record_fields import KINDS
from florin.kernel.notation import Sign


def lines(run: ImportRun) -> Iterator[bytes]:
    """Yield the refused rows of a run as CSV, line by line."""
    headings = [heading for heading in run.headings if heading != REASON]
    width = len(headings)
    rows = (
        [*[*cells, *[""] * width][:width], reason]
        for cells, reason in run.refused_rows.order_by("line", "pk").values_list("cells", "reason").iterator()
    )
    return spreadsheet_export.csv_lines(Worksheet("", [*headings, REASON], rows), sign=Sign.POINT)


def template(kind: ImportRun.Kind) -> Iterator[bytes]:
    """Yield the headings of a kind, each by the name that needs no matching, and nothing below."""
    return spreadsheet_export.csv_lines(
        Worksheet("", [field.name for field in KINDS[kind].fields], []), sign=Sign.POINT
    )
