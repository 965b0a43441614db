"""How far a mailing run has come: one page for payment links and statements, and its former addresses."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect

from florin.domain.mailing_runs import queries
from florin.domain.mailing_runs.models import MailingRun
from florin.domain.staff.rights import Right
from florin.domain.statements.instructions import Instructions
from florin.kernel.database import find
from florin.screens.office.shared.access import StaffRequest, check_right, page, shows

_MOST_SHOWN = 500
_RIGHTS = {
    MailingRun.Kind.PAYMENT_LINKS: Right.OPEN_INVOICES,
    MailingRun.Kind.STATEMENTS: Right.STATEMENTS,
}


@shows(Right.SEND_INVOICE)
def mailing_run(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Show how far a run has come, and what was not sent, with the reasons."""
    run = _find(request, pk)
    return page(request, "office/mailing_run.html", {**_progress(run), **_heading(run)})


@shows(Right.SEND_INVOICE)
def progress(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Show only that, for the page that refreshes itself until nothing more happens."""
    return page(request, "office/mailing_run_progress.html", _progress(_find(request, pk)))


@shows(Right.SEND_INVOICE)
def redirect_page(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Lead on from where pages of batches and of runs of statements were once."""
    return redirect("office:mailing-run", _find(request, pk).pk, permanent=True)


@shows(Right.SEND_INVOICE)
def redirect_progress(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Lead on a page that was open before its address changed, and still refreshes itself."""
    return redirect("office:mailing-run-progress", _find(request, pk).pk, permanent=True)


def _find(request: StaffRequest, pk: UUID) -> MailingRun:
    run = find(MailingRun.objects.filter(company=request.user.company), pk=pk)
    check_right(request.user, _RIGHTS[MailingRun.Kind(run.kind)])
    return run


def _heading(run: MailingRun) -> dict[str, object]:
    match MailingRun.Kind(run.kind):
        case MailingRun.Kind.PAYMENT_LINKS:
            return {"invoices": queries.count_invoices(run)}
        case MailingRun.Kind.STATEMENTS:
            return {"instructions": Instructions.from_json(run.instructions)}


def _progress(run: MailingRun) -> dict[str, object]:
    return {
        "run": run,
        "progress": queries.count_progress(run),
        "exceptions": queries.list_exceptions(run)[:_MOST_SHOWN],
        "bounces": queries.list_bounces(run)[:_MOST_SHOWN],
    }
