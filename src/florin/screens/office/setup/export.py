"""Setup > Export: everything that belongs to the company as one archive, for an Admin."""

from tempfile import TemporaryFile

from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from florin.domain.security import services as security
from florin.domain.staff.rights import Right
from florin.flows import export_company
from florin.kernel import clock
from florin.kernel.errors import Refusal
from florin.screens.office.shared.access import StaffRequest, asks, page

# More ledger lines than this take longer than somebody waits; the operator's command has no limit.
MOST_LINES = 200_000


@asks(Right.SETUP)
def export(request: StaffRequest) -> HttpResponseBase:
    """Say what the archive holds; asked for it, make it and hand it over."""
    company = request.user.company
    is_large = export_company.count_rows(company, most=MOST_LINES + 1) > MOST_LINES
    context = {"is_large": is_large, "slug": company.slug}
    if request.method != "POST":
        return page(request, "setup/export.html", context)
    if is_large:
        raise Refusal(_("Your company has too much data for a download. Ask whoever runs this installation."))
    security.note(security.Kind.EXPORTED, company_id=company.pk, who=request.user.email, what="everything")
    file = TemporaryFile()  # noqa: SIM115 - the answer reads it, and closes it
    try:
        export_company.write(company, file)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    name = f"{company.slug}-{clock.today(company.time_zone)}.zip"
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")
