"""Files in and out of Setup > Import: an upload, a template to fill in, and the rows that were refused."""

from uuid import UUID

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from florin.domain.import_runs.models import ImportRun
from florin.domain.staff.rights import Right
from florin.flows import import_records, return_refused
from florin.flows.import_records import MOST_BYTES
from florin.kernel.database import find
from florin.kernel.errors import Refusal
from florin.screens.office.imports import runs
from florin.screens.office.shared.access import StaffRequest, does, shows
from florin.screens.shared import downloads


@does(Right.SETUP)
def upload(request: StaffRequest) -> HttpResponse:
    """Keep a file, and lead to the page that shows what is in it; nothing is imported yet."""
    kind = next((kind for kind in runs.OFFERED if kind == request.POST.get("kind")), None)
    file = request.FILES.get("file")
    if kind is None:
        return runs.show_all(request, Refusal(_("Choose what the file holds.")))
    if file is None or not hasattr(file, "read"):
        return runs.show_all(request, Refusal(_("Choose a file first.")))
    name, data = str(file.name or ""), file.read(MOST_BYTES + 1)
    try:
        run = import_records.receive(
            request.user.company, kind, file_name=name, data=data, by=request.user.name
        )
    except Refusal as problem:
        return runs.show_all(request, problem)
    return redirect("office:import-run", run.pk)


@shows(Right.SETUP)
def template(_request: StaffRequest, kind: str) -> StreamingHttpResponse:
    """Give a file with the headings of a kind and nothing below."""
    chosen = next((one for one in runs.OFFERED if one == kind), None)
    if chosen is None:
        raise Http404
    return downloads.csv(return_refused.template(chosen), name=f"florin-{chosen.value}")


@shows(Right.SETUP)
def refused(request: StaffRequest, pk: UUID) -> StreamingHttpResponse:
    """Give the rows that were refused, as they stood in the file, with the reason for each."""
    run = find(ImportRun.objects.defer("content").filter(company=request.user.company), pk=pk)
    return downloads.csv(return_refused.lines(run), name="refused-rows")
