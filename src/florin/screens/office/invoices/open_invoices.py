"""A/R > Open Invoices: find what is owed, tick it on however many pages, and go on to the review (R6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect

from florin.domain.attempts import bill
from florin.domain.customers.models import Customer
from florin.domain.invoices import queries
from florin.domain.invoices.queries import OpenRow
from florin.domain.ledger import aging
from florin.domain.links import queries as links
from florin.domain.links import rules
from florin.domain.links.queries import Stage
from florin.domain.mailing_runs import queries as mailing_runs
from florin.domain.mailing_runs.models import MailingRun
from florin.domain.staff.rights import Right
from florin.flows import send_payment_links
from florin.kernel import clock
from florin.screens.office.invoices.bars import bars
from florin.screens.office.invoices.filters import OPEN_INVOICES, matching
from florin.screens.office.invoices.selection import Choice
from florin.screens.office.shared.access import StaffRequest, asks, does, page, wants_part
from florin.screens.office.shared.listing import show

_ORDERS = ("due", "-due", "-issued", "-balance", "customer")
_RUNS = 5
_FORM_ONLY = "csrfmiddlewaretoken"


@dataclass(frozen=True, slots=True)
class Line:
    """One row: the invoice, how late it is, how far its latest link has come, and whether it is ticked.

    ``paying`` says that a payment of it is under way at this moment (X3), ``barred`` why no link can be sent.
    """

    invoice: OpenRow
    days_late: int
    stage: Stage
    ticked: bool
    paying: bool
    barred: str


@asks(Right.OPEN_INVOICES)
def open_invoices(request: StaffRequest) -> HttpResponse:
    """Show a page of what is owed, with the ticks that an address or a POST brings; neither changes anything.

    A browser without script sends the whole form: its answer is an address that says only what matters.
    """
    sent = _on_the_page_shown(request.POST if request.method == "POST" else request.GET)
    company, filters, choice = request.user.company, OPEN_INVOICES.read(sent), Choice.read(sent)
    narrowed_to = matching(filters, company)
    shown = queries.page(company.pk, narrowed_to, sort=filters.sort, after=filters.after)
    choice.act(sent.get("act", ""), filters, shown.rows)
    address = "&".join(filter(None, (filters.page_address, choice.address)))
    if _FORM_ONLY in request.GET:
        return redirect(f"{request.path}?{address}")
    context: dict[str, object] = {
        **_chosen(request, choice),
        "cut": shown.cut,
        "elsewhere": choice.elsewhere(shown.rows),
        "lines": _lines(request, shown.rows, choice),
        "whose": _whose(request, narrowed_to.customer),
    }
    if not wants_part(request):
        context["orders"] = _ORDERS
        context["currencies"] = queries.currencies(company.pk)
        context["runs"] = mailing_runs.list_recent(company.pk, MailingRun.Kind.PAYMENT_LINKS, most=_RUNS)
    whole, rows = "invoices/open_invoices.html", "invoices/open_invoices_rows.html"
    response = show(request, filters, shown, context, whole=whole, rows=rows)
    if wants_part(request):
        response["HX-Push-Url"] = f"{request.path}?{address}" if address else request.path
    return response


def _on_the_page_shown(sent: QueryDict) -> QueryDict:
    """Return what was sent, where a button beside the ticks is meant for the page on which it was pressed."""
    if not sent.get("act"):
        return sent
    stays = sent.copy()
    stays["after"] = sent.get("shown_after", "")
    return stays


@does(Right.OPEN_INVOICES)
def picked(request: StaffRequest) -> HttpResponse:
    """Say what the ticks come to."""
    choice = Choice.read(request.POST)
    return page(request, "invoices/open_invoices_picked.html", _chosen(request, choice))


def _chosen(request: StaffRequest, choice: Choice) -> dict[str, object]:
    sums = choice.sums(request.user.company)
    return {
        "choice": choice,
        "sums": sums,
        "too_many": sums.count > send_payment_links.MOST_INVOICES,
        "answer": rules.for_anybody(request.user.company),
    }


def _lines(request: StaffRequest, rows: Sequence[OpenRow], choice: Choice) -> list[Line]:
    company = request.user.company
    today = clock.today(company.time_zone)
    shown = [row.invoice_id for row in rows]
    stages, paying = links.stages(shown), bill.in_progress(shown)
    ticked = choice.on_page(company, rows)
    barred = bars(company, rows) if rules.for_anybody(company).offered else {}
    return [
        Line(
            row,
            aging.days_late(row.due_on, today),
            stages.get(row.invoice_id, Stage.NONE),
            row.invoice_id in ticked,
            row.invoice_id in paying,
            barred.get(row.invoice_id, ""),
        )
        for row in rows
    ]


def _whose(request: StaffRequest, key: UUID | None) -> Customer | None:
    """Return the customer that the list is narrowed to."""
    return Customer.objects.filter(company=request.user.company, pk=key).first() if key else None
