"""Statements for many customers: the review, and sending what was reviewed (R5)."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from florin.domain.ledger import aging as books
from florin.domain.links import rules
from florin.domain.staff.rights import Right
from florin.domain.statements.instructions import Instructions
from florin.flows import send_statements
from florin.kernel.errors import Refusal
from florin.screens.office.shared.access import StaffRequest, asks, does, page
from florin.screens.office.shared.parsing import as_key, search
from florin.screens.office.shared.submissions import new_submission, submission_key
from florin.screens.office.statements import period_form
from florin.screens.office.statements.period_form import PeriodForm

_SHOWN = 200


@asks(Right.STATEMENTS)
def review(request: StaffRequest) -> HttpResponse:
    """Show who would get a statement, and who would not and why; nothing is sent yet."""
    if request.method != "POST":
        return redirect("office:aging")
    return _review(request, _chosen(request), period_form.read(request.POST, request.user.company))


@does(Right.STATEMENTS)
def send(request: StaffRequest) -> HttpResponse:
    """Send what was reviewed; the same submission sends once, however often it comes."""
    submission = submission_key(request.POST)
    company = request.user.company
    form, customers = period_form.read(request.POST, company), _chosen(request)
    if form.period is None:
        return _review(request, customers, form, problem=Refusal(form.problem), submission=submission)
    try:
        run = send_statements.start(
            company,
            customers,
            Instructions(
                form.period,
                with_link="payment_link" in request.POST,
                note=request.POST.get("note", ""),
            ),
            submission=submission,
            by=request.user,
        )
    except Refusal as problem:
        return _review(request, customers, form, problem=problem, submission=submission)
    return redirect("office:mailing-run", run.pk)


def _chosen(request: StaffRequest) -> list[UUID]:
    """Return who was ticked, or, if all were asked for, everybody whom the search finds."""
    if "all" in request.POST:
        words = search(request.POST.get("q", ""))
        found = books.by_customer(request.user.company, words)
        return list(dict.fromkeys(row.customer_id for row in found))
    kept = request.POST.getlist("kept")
    given = [*kept, *request.POST.getlist("customer"), *request.POST.get("chosen", "").split(",")]
    return list(dict.fromkeys(filter(None, map(as_key, given))))


def _review(
    request: StaffRequest,
    customers: list[UUID],
    form: PeriodForm,
    *,
    problem: Refusal | None = None,
    submission: str = "",
) -> HttpResponse:
    company = request.user.company
    rows = send_statements.review(company, customers)
    if not rows:
        raise Refusal(_("Choose at least one customer first."))
    going = [row for row in rows if not row.reason]
    answer = rules.for_anybody(company)
    context = {
        "form": form,
        "going": going[:_SHOWN],
        "count": len(going),
        "more": max(len(going) - _SHOWN, 0),
        "skipped": [row for row in rows if row.reason][:_SHOWN],
        "answer": answer,
        "tick": answer.offered and ("payment_link" in request.POST or not problem),
        "chosen": ",".join(row.customer.pk.hex for row in rows),
        "note": request.POST.get("note", ""),
        "problem": problem,
        "submission": submission or new_submission(),
    }
    return page(request, "statements/review.html", context, status=problem.status if problem else 200)
