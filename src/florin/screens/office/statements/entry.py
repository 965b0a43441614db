"""Create / Send Statement: type, days, addresses and payment link, and the figures before it is sent."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.links import rules
from florin.domain.staff.rights import Right
from florin.domain.statements import queries
from florin.flows import render_documents, send_statement
from florin.flows.send_statement import Sent
from florin.kernel import clock
from florin.kernel.database import find
from florin.kernel.errors import Refusal
from florin.screens.office.shared.access import StaffRequest, asks, page, shows, wants_part
from florin.screens.office.shared.submissions import submission_key
from florin.screens.office.statements import period_form
from florin.screens.office.statements.period_form import PeriodForm
from florin.screens.shared import downloads


@asks(Right.STATEMENTS)
def new(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Ask what to send, show what it would say, and send it; a GET only looks (R5)."""
    company = request.user.company
    customer = find_customer(company, pk)
    if request.method != "POST":
        form = _read(request, customer)
        return _form(
            request, customer, form, to="\n".join(customer.statement_emails or customer.invoice_emails)
        )
    form, to = _read(request, customer), request.POST.get("to", "")
    if form.period is None:
        return _form(request, customer, form, to=to, problem=Refusal(form.problem))
    try:
        sent = send_statement.send(
            company,
            pk,
            form.period,
            to=[to],
            with_link="payment_link" in request.POST,
            submission=submission_key(request.POST),
            by=request.user,
            note=request.POST.get("note", ""),
        )
    except Refusal as problem:
        return _form(request, customer, form, to=to, problem=problem)
    say_sent(request, sent)
    if len(sent.sendings) == 1:
        return redirect("office:statement", sent.sendings[0].statement_id)
    return redirect("office:statements", pk)


@shows(Right.STATEMENTS)
def preview(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Give the PDF as it would be sent, without number and link; nothing is stored."""
    company = request.user.company
    customer = find_customer(company, pk)
    form = _read(request, customer)
    if form.period is None:
        raise Refusal(form.problem)
    proposals = send_statement.propose(company, customer, form.period)
    documents = {proposal.draft.document.currency: proposal.draft.document for proposal in proposals}
    chosen = documents.get(request.GET.get("currency", ""), proposals[0].draft.document)
    return downloads.pdf(*render_documents.statement_preview(chosen))


def find_customer(company: Company, pk: UUID) -> Customer:
    """Return a customer of the company.

    Raises:
        NotFound: if there is none.
    """
    return find(Customer.objects.filter(company=company).select_related("company"), pk=pk)


def say_sent(request: StaffRequest, sent: Sent) -> None:
    """Tell the sender what is on its way, and why it has no link although one was asked for."""
    details = {
        "numbers": ", ".join(sending.statement.number for sending in sent.sendings),
        "to": ", ".join(sent.recipients),
    }
    if any(sending.link_id for sending in sent.sendings):
        messages.success(request, _("%(numbers)s is on its way to %(to)s, with a payment link.") % details)
    else:
        messages.success(request, _("%(numbers)s is on its way to %(to)s.") % details)
    if sent.why_no_link:
        messages.warning(request, sent.why_no_link)


def _read(request: StaffRequest, customer: Customer) -> PeriodForm:
    sent = request.POST if request.method == "POST" else request.GET
    begin_on = queries.next_begin(customer, clock.today(request.user.company.time_zone))
    return period_form.read(sent, request.user.company, begin_on=begin_on)


def _form(
    request: StaffRequest, customer: Customer, form: PeriodForm, *, to: str, problem: Refusal | None = None
) -> HttpResponse:
    """Show the form, or only what depends on type and days when those have just changed."""
    sent = request.POST if request.method == "POST" else request.GET
    company = request.user.company
    proposals = send_statement.propose(company, customer, form.period) if form.period else []
    offered = any(proposal.answer.offered for proposal in proposals)
    # A day that allows no link disables the tick; the choice waits beside it for one that does.
    wants_link = "asked" not in sent or "payment_link" in sent or "link_wanted" in sent
    context: dict[str, object] = {
        "customer": customer,
        "form": form,
        "proposals": proposals,
        "offered": offered,
        "undrawn": render_documents.undrawn_of_statement(proposals[0].draft.document) if proposals else [],
        "answer": proposals[0].answer if proposals else rules.for_manual_send(company, customer),
        "tick": offered and wants_link,
        "wants_link": wants_link,
        "preview": urlencode({"type": form.type, "begin_on": form.begin_on, "end_on": form.end_on}),
        "to": to,
        "note": request.POST.get("note", ""),
        "problem": problem,
        "submission": submission_key(request.POST),
    }
    status = problem.status if problem else 200
    partly = wants_part(request) and request.method != "POST"
    return page(request, "statements/now.html" if partly else "statements/new.html", context, status=status)
