"""A statement's page: what it says, to whom it went, how far its links have come; all of a customer's."""

from uuid import UUID

from django.http import HttpResponse

from florin.domain.staff.rights import Right
from florin.domain.statements import queries
from florin.domain.statements.models import Statement
from florin.flows import render_documents, send_statement
from florin.kernel.database import find
from florin.kernel.errors import Refusal
from florin.kernel.paging import Column
from florin.screens.office.shared import payment_links, timeline
from florin.screens.office.shared.access import StaffRequest, asks, dialog, done, page, shows
from florin.screens.office.shared.listing import Listing, show
from florin.screens.office.shared.submissions import submission_key
from florin.screens.office.statements.entry import find_customer, say_sent
from florin.screens.shared import downloads

_MOST_LINES = 500
_STATEMENTS = Listing({"made": (Column("pk", UUID),)}, usual="-made")


@shows(Right.STATEMENTS)
def statement(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Show a statement as it was made, and what has become of it."""
    found = _find(request, pk)
    document = found.document
    context = {
        "statement": found,
        "document": document,
        "lines": document.lines[:_MOST_LINES],
        "more": max(len(document.lines) - _MOST_LINES, 0),
        **_progress(request, found),
    }
    return page(request, "statements/detail.html", context)


@shows(Right.STATEMENTS)
def show_timeline(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Show what has happened since; 204 if it is as the page has it."""
    progress = _progress(request, _find(request, pk))
    if request.GET.get("seen") == progress["mark"]:
        return HttpResponse(status=204)
    return page(request, "statements/updates.html", progress)


@shows(Right.STATEMENTS)
def statement_pdf(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Give a statement as a PDF, without a payment link."""
    return downloads.pdf(*render_documents.statement_pdf(request.user.company, pk))


@shows(Right.STATEMENTS)
def statements(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Show a customer's statements, the latest first."""
    customer = find_customer(request.user.company, pk)
    filters = _STATEMENTS.read(request.GET)
    shown = filters.slice(queries.of_customer(customer))
    context = {"customer": customer, "statements": shown.rows}
    return show(request, filters, shown, context, whole="statements/summary.html")


@asks(Right.STATEMENTS)
def send(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Send a statement again, with a new link to the same invoices (R16)."""
    found = _find(request, pk)
    if request.method != "POST":
        known = found.customer.statement_emails or found.customer.invoice_emails
        return _ask(request, found, to="\n".join(known), tick=True)
    to, tick = request.POST.get("to", ""), "payment_link" in request.POST
    try:
        sent = send_statement.send_again(
            request.user.company,
            pk,
            to=[to],
            with_link=tick,
            submission=submission_key(request.POST),
            by=request.user,
            note=request.POST.get("note", ""),
        )
    except Refusal as problem:
        return _ask(request, found, to=to, tick=tick, problem=problem)
    say_sent(request, sent)
    return done(request, "office:statement", pk)


def _find(request: StaffRequest, pk: UUID) -> Statement:
    return find(queries.of_company(request.user.company), pk=pk)


def _progress(request: StaffRequest, found: Statement) -> dict[str, object]:
    sendings = queries.sendings(found)
    described = {
        shown.link.pk: shown
        for shown in payment_links.describe_links([each.link for each in sendings if each.link])
    }
    happened = timeline.timeline(request.user.company_id, found.pk)
    return {
        "statement": found,
        "sendings": [(sending, sending.link_id in described) for sending in sendings],
        "links": list(described.values()),
        "entries": happened,
        "mark": timeline.mark(happened, len(sendings), *(shown.stage for shown in described.values())),
    }


def _ask(
    request: StaffRequest, found: Statement, *, to: str, tick: bool, problem: Refusal | None = None
) -> HttpResponse:
    payable, answer = send_statement.payable_now(request.user.company, found.customer, found)
    context = {
        "statement": found,
        "payable": payable,
        "answer": answer,
        "to": to,
        "note": request.POST.get("note", ""),
        "tick": tick and answer.offered,
        "problem": problem,
        "submission": submission_key(request.POST),
    }
    status = problem.status if problem else 200
    return dialog(request, "statements/send.html", context, title=found.number, status=status)
