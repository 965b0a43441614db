"""Home: what is owed, what came in, what is happening, and what needs a person."""

from django.http import HttpResponse

from florin.domain.staff.rights import Right
from florin.screens.office.home import attention, bounced_mail, checklist, totals
from florin.screens.office.shared import timeline
from florin.screens.office.shared.access import StaffRequest, page, shows


@shows(None)
def home(request: StaffRequest) -> HttpResponse:
    """Show everybody the panels that their rights allow."""
    company, may = request.user.company, request.user.may
    reports = may(Right.REPORTS)
    context: dict[str, object] = {
        "checklist": checklist.checklist_for(request.user),
        "attention": attention.lines(request.user),
        "owed": totals.owed(company) if may(Right.OPEN_INVOICES) or reports else None,
        "collected": totals.collected(company) if may(Right.RECEIVE_PAYMENT) or reports else None,
        "bounces": bounced_mail.waiting(company) if may(Right.SEND_INVOICE) else [],
        "entries": None,
    }
    if may(Right.SEND_INVOICE):
        entries = timeline.company_timeline(company.pk)
        context |= {"entries": entries, "mark": timeline.mark(entries)}
    return page(request, "home/home.html", context)


@shows(Right.SEND_INVOICE)
def feed(request: StaffRequest) -> HttpResponse:
    """Show what happened lately; 204 if the page has it all."""
    entries = timeline.company_timeline(request.user.company_id)
    mark = timeline.mark(entries)
    if request.GET.get("seen") == mark:
        return HttpResponse(status=204)
    return page(request, "home/feed.html", {"entries": entries, "mark": mark})
