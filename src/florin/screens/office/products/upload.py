"""Setup > Products > Upload: a price list, its preview row by row, and one press that writes it."""

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from florin.domain.staff.rights import Right
from florin.flows import upload_price_list
from florin.flows.upload_price_list import SignUnclear
from florin.kernel import clock
from florin.kernel.errors import Refusal
from florin.kernel.notation import Sign
from florin.screens.office.products import price_rows
from florin.screens.office.shared.access import StaffRequest, asks, does, page, shows
from florin.screens.shared import downloads

_ORDER = ("wrong", "changed", "new", "same")


@asks(Right.EDIT_PRODUCTS)
def upload(request: StaffRequest) -> HttpResponse:
    """Ask for a file, and show what it would change; nothing is saved."""
    if request.method != "POST":
        return _form(request)
    told = request.POST.get("decimals", "")
    sign = next((sign for sign in Sign if sign.name.lower() == told), None)
    try:
        prices = upload_price_list.read(_sent(request), sign=sign)
    except Refusal as problem:
        return _form(request, problem)
    checked = price_rows.check_rows(request.user.company, prices)
    counts = {name: sum(one.outcome == name for one in checked) for name in _ORDER}
    context = {
        "rows": sorted(checked, key=lambda one: _ORDER.index(one.outcome)),
        "counts": counts,
        "going": counts["new"] + counts["changed"],
        "unused": prices.unused,
        "packed": price_rows.pack(checked, by=request.user),
    }
    return page(request, "products/preview.html", context)


@does(Right.EDIT_PRODUCTS)
def confirm(request: StaffRequest) -> HttpResponse:
    """Write what the preview showed; pressed twice, the second time changes nothing more."""
    try:
        rows, seen = price_rows.unpack(request.POST.get("packed", ""), by=request.user)
        count = upload_price_list.apply(request.user.company, rows, seen, by=request.user)
    except Refusal as problem:
        return _form(request, problem)
    told = ngettext("%(count)s product is written.", "%(count)s products are written.", count)
    messages.success(request, told % {"count": count})
    return redirect("office:products")


@shows(Right.EDIT_PRODUCTS)
def template(request: StaffRequest) -> FileResponse:
    """Give the prices of now as a workbook, to be changed and uploaded again."""
    company = request.user.company
    name = f"prices-{clock.today(company.time_zone)}"
    return downloads.workbook(upload_price_list.template(company), name=name)


def _sent(request: StaffRequest) -> bytes:
    file = request.FILES.get("file")
    if file is None or not hasattr(file, "read"):
        raise Refusal(_("Choose a file first."))
    data: bytes = file.read(upload_price_list.MOST_BYTES + 1)
    return data


def _form(request: StaffRequest, problem: Refusal | None = None) -> HttpResponse:
    context = {
        "problem": problem,
        "is_unclear": isinstance(problem, SignUnclear),
        "most": upload_price_list.MOST_ROWS,
        "columns": upload_price_list.headings(),
    }
    return page(request, "products/upload.html", context, status=problem.status if problem else 200)
