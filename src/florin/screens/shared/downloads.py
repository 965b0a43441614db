"""Answers that are files: a workbook, CSV that is sent while it is written, a PDF to look at."""

from collections.abc import Iterable
from typing import IO

from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(content: IO[bytes], *, name: str) -> FileResponse:
    """Answer with an Excel file; ``name`` has no ending yet."""
    return FileResponse(content, as_attachment=True, filename=f"{name}.xlsx", content_type=_XLSX)


def csv(lines: Iterable[bytes], *, name: str) -> StreamingHttpResponse:
    """Answer with a CSV file; ``name`` has no ending yet."""
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def pdf(name: str, content: bytes) -> HttpResponse:
    """Answer with a PDF that the browser shows, and saves under its name."""
    disposition = content_disposition_header(as_attachment=False, filename=name)
    return HttpResponse(
        content, content_type="application/pdf", headers={"Content-Disposition": disposition or "inline"}
    )
