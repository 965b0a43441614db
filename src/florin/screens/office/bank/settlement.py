"""Payments > Settlement report: opening balance to closing balance, on the screen, as a file and by mail."""

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from florin.domain.payouts import queries
from florin.domain.security import services as security
from florin.domain.staff.rights import Right
from florin.flows import report_settlement
from florin.flows.report_settlement import Report
from florin.kernel.errors import Refusal
from florin.kernel.paging import by_moment
from florin.screens.office.shared import parsing
from florin.screens.office.shared.access import StaffRequest, does, page, shows
from florin.screens.office.shared.listing import Filters, Listing
from florin.screens.office.shared.submissions import new_submission, submission_key
from florin.screens.shared import downloads

_MOVEMENTS = Listing({"at": by_moment("at")}, usual="at", filters={"from": parsing.day, "until": parsing.day})


@shows(Right.REPORTS)
def settlement(request: StaffRequest) -> HttpResponse:
    """Show what the processor did with the money between two days: the last 31, unless told otherwise."""
    try:
        report = _read_report(request)
    except Refusal as problem:
        return _show(request, {"problem": problem}, status=problem.status)
    filters = _read(request)
    shown = filters.slice(queries.with_all(report.movements))
    lines = report_settlement.describe(report.company, shown.rows)
    return _show(
        request,
        {
            "report": report,
            "lines": lines,
            "after": shown.after,
            "first": not filters.after,
            "submission": new_submission(),
        },
    )


@shows(Right.REPORTS)
def download(request: StaffRequest) -> HttpResponseBase:
    """Give a report as a file: a workbook, or with ``as=csv`` its movements."""
    report = _read_report(request)
    _note(request, security.Kind.EXPORTED)
    name = report_settlement.file_name(report)
    if request.GET.get("as") == "csv":
        return downloads.csv(report_settlement.csv(report), name=name)
    return downloads.workbook(report_settlement.book(report), name=name)


@does(Right.REPORTS)
def mail(request: StaffRequest) -> HttpResponse:
    """Mail a report to whom somebody names; pressed twice, once."""
    to, submission = request.POST.get("to", ""), submission_key(request.POST)
    try:
        report = _read_report(request)
        recipients = report_settlement.mail(report, to=[to], submission=submission, by=request.user)
    except Refusal as problem:
        return _show(request, {"problem": problem, "to": to, "submission": submission}, status=problem.status)
    _note(request, security.Kind.EXPORT_MAILED, to=", ".join(recipients))
    messages.success(request, _("The report is on its way to %(to)s.") % {"to": ", ".join(recipients)})
    days = {"from": report.first.isoformat(), "until": report.last.isoformat()}
    return redirect(f"{reverse('office:settlement')}?{urlencode(days)}")


def _note(request: StaffRequest, kind: security.Kind, **about: str) -> None:
    """Note for the company's Admin that somebody took the report away, or mailed it to whom."""
    user = request.user
    security.note(kind, company_id=user.company_id, who=user.email, what="settlement-report", **about)


def _read_report(request: StaffRequest) -> Report:
    company, filters = request.user.company, _read(request)
    filters.check()
    first, last = report_settlement.choose_days(company, first=filters.day("from"), last=filters.day("until"))
    return report_settlement.draw_up(company, first=first, last=last)


def _read(request: StaffRequest) -> Filters:
    return _MOVEMENTS.read(request.POST if request.method == "POST" else request.GET)


def _show(request: StaffRequest, context: dict[str, object], *, status: int = 200) -> HttpResponse:
    sent, report = _read(request).values, context.get("report")
    days = {
        "from": report.first.isoformat() if isinstance(report, Report) else sent["from"],
        "until": report.last.isoformat() if isinstance(report, Report) else sent["until"],
    }
    known = {"days": days, "query": urlencode(days), "latest": queries.latest_run(request.user.company)}
    context = {"report": None, "lines": [], "problem": None, "to": "", "submission": "", **known, **context}
    return page(request, "bank/settlement.html", context, status=status)
