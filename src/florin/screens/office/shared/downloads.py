"""What a list shows, as a file: a workbook, or CSV that is sent while it is written."""

from collections.abc import Iterable
from typing import IO

from django.http import FileResponse, StreamingHttpResponse

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(content: IO[bytes], *, name: str) -> FileResponse:
    """Answer with an Excel file; ``name`` has no ending yet."""
    return FileResponse(content, as_attachment=True, filename=f"{name}.xlsx", content_type=_XLSX)


def csv(lines: Iterable[bytes], *, name: str) -> StreamingHttpResponse:
    """Answer with a CSV file; ``name`` has no ending yet."""
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
