"""Payment links for many invoices: the review, and sending what was reviewed (R6)."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from florin.domain.links import rules
from florin.domain.staff.rights import Right
from florin.flows import send_documents, send_payment_links
from florin.flows.send_payment_links import Review
from florin.kernel.errors import Refusal
from florin.screens.office.invoices.selection import Choice
from florin.screens.office.shared.access import StaffRequest, asks, does, page
from florin.screens.office.shared.submissions import new_submission, submission_key

_FINE, _UNPROCESSABLE = 200, 422


@asks(Right.OPEN_INVOICES)
def review(request: StaffRequest) -> HttpResponse:
    """Show what would be sent to whom, and what would not and why; nothing is sent yet."""
    if request.method != "POST":
        return redirect("office:open-invoices")
    reviewed = _reviewed(request, Choice.read(request.POST).keys(request.user.company))
    known = {row.customer.pk: ", ".join(row.customer.invoice_emails) for row in reviewed.rows}
    return _review(request, reviewed, typed=known, submission=new_submission())


@does(Right.OPEN_INVOICES)
def send(request: StaffRequest) -> HttpResponse:
    """Send what was reviewed; the same submission sends once, however often and from wherever it comes."""
    submission = submission_key(request.POST)
    company = request.user.company
    if known := send_payment_links.find_submitted(company, submission):
        return redirect("office:mailing-run", known.pk)
    reviewed = _reviewed(request, list(Choice.read(request.POST).ticked))
    going = [row.customer.pk for row in reviewed.rows if not row.reason]
    typed = {key: request.POST.get(f"to-{key}", "") for key in going}
    errors = {key: error for key, text in typed.items() if (error := _address_error(text))}
    if errors or not any(text.strip() for text in typed.values()):
        return _review(request, reviewed, typed=typed, submission=submission, errors=errors)
    try:
        chosen = [key for row in reviewed.rows for key in row.chosen]
        addresses = {key: [text] for key, text in typed.items()}
        run = send_payment_links.start(
            company,
            chosen,
            addresses=addresses,
            submission=submission,
            by=request.user,
            note=request.POST.get("note", ""),
        )
    except Refusal as problem:
        return _review(request, reviewed, typed=typed, submission=submission, problem=problem)
    return redirect("office:mailing-run", run.pk)


def _reviewed(request: StaffRequest, keys: list[UUID]) -> Review:
    if len(keys) > send_payment_links.MOST_INVOICES:
        raise Refusal(_("At most 5,000 invoices go out at once. Choose fewer, and send the rest afterwards."))
    reviewed = send_payment_links.review(request.user.company, keys)
    if not reviewed.rows:
        raise Refusal(_("Choose at least one invoice first."))
    return reviewed


def _address_error(text: str) -> str:
    """Return what is wrong with typed addresses, as a sentence; none at all are not wrong."""
    try:
        if text.strip():
            send_documents.addresses([text])
    except Refusal as problem:
        return str(problem)
    return ""


def _review(
    request: StaffRequest,
    reviewed: Review,
    *,
    typed: dict[UUID, str],
    submission: str,
    errors: dict[UUID, str] | None = None,
    problem: Refusal | None = None,
) -> HttpResponse:
    """Show the review; a second look at it has what was typed, and what is wrong beside it."""
    going = [row for row in reviewed.rows if not row.reason]
    wrong = errors or {}
    context = {
        "obstacle": reviewed.obstacle,
        "needs_account": bool(reviewed.obstacle) and rules.for_anybody(request.user.company).needs_account,
        "going": [(row, typed.get(row.customer.pk, ""), wrong.get(row.customer.pk, "")) for row in going],
        "skipped": [] if reviewed.obstacle else [row for row in reviewed.rows if row.reason],
        "problem": problem,
        "wrong": len(wrong),
        "nowhere": errors is not None and not wrong,
        "chosen": ",".join(key.hex for row in reviewed.rows for key in row.chosen),
        "submission": submission,
        "note": request.POST.get("note", ""),
    }
    status = problem.status if problem else _UNPROCESSABLE if errors is not None else _FINE
    return page(request, "invoices/send_links.html", context, status=status)
