"""The review of a batch of payment links, its sending, and how far it has come (R6)."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from florin.domain.links import rules
from florin.domain.sends import queries
from florin.domain.sends import services as sends
from florin.domain.sends.models import Batch
from florin.domain.staff.rights import Right
from florin.flows import send_documents, send_payment_links
from florin.flows.send_payment_links import Review
from florin.kernel.database import find, new_key
from florin.kernel.errors import Refusal
from florin.screens.office.invoices.selection import Choice
from florin.screens.office.shared.access import StaffRequest, page, requires

_LONGEST_PRESS = 60
_MOST_TOLD = 500
_FINE, _UNPROCESSABLE = 200, 422


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.OPEN_INVOICES)
def review(request: StaffRequest) -> HttpResponse:
    """Show what would be sent to whom, and what would not and why; nothing is sent yet."""
    if request.method != "POST":
        return redirect("office:open-invoices")
    reviewed = _reviewed(request, Choice.read(request.POST).keys(request.user.company))
    known = {row.customer.pk: ", ".join(row.customer.invoice_emails) for row in reviewed.rows}
    return _review(request, reviewed, typed=known, press=str(new_key()))


@require_POST
@requires(Right.OPEN_INVOICES)
def send(request: StaffRequest) -> HttpResponse:
    """Send what was reviewed; the same press sends once, however often and from wherever it comes."""
    press = request.POST.get("press", "").replace("\x00", "")[:_LONGEST_PRESS] or str(new_key())
    company = request.user.company
    if known := sends.pressed(company, press):
        return redirect("office:batch", known.pk)
    reviewed = _reviewed(request, list(Choice.read(request.POST).ticked))
    going = [row.customer.pk for row in reviewed.rows if not row.reason]
    typed = {key: request.POST.get(f"to-{key}", "") for key in going}
    errors = {key: error for key, text in typed.items() if (error := _wrong(text))}
    if errors or not any(text.strip() for text in typed.values()):
        return _review(request, reviewed, typed=typed, press=press, errors=errors)
    try:
        chosen = [key for row in reviewed.rows for key in row.chosen]
        addresses = {key: [text] for key, text in typed.items()}
        batch = send_payment_links.start(company, chosen, addresses=addresses, press=press, by=request.user)
    except Refusal as problem:
        return _review(request, reviewed, typed=typed, press=press, problem=problem)
    return redirect("office:batch", batch.pk)


@require_safe
@requires(Right.OPEN_INVOICES)
def batch(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Show how far a batch has come, and what was not sent, with the reasons."""
    return page(request, "invoices/batch.html", _standing(request, pk))


@require_safe
@requires(Right.OPEN_INVOICES)
def progress(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Show only that, for the page that refreshes itself until nothing more happens."""
    return page(request, "invoices/batch_progress.html", _standing(request, pk))


def _standing(request: StaffRequest, pk: UUID) -> dict[str, object]:
    found = find(Batch.objects.filter(company=request.user.company), pk=pk)
    return {
        "batch": found,
        "progress": queries.progress(found),
        "parts": queries.remarkable(found)[:_MOST_TOLD],
        "bounces": queries.bounces(found)[:_MOST_TOLD],
    }


def _reviewed(request: StaffRequest, keys: list[UUID]) -> Review:
    if len(keys) > send_payment_links.MOST_INVOICES:
        raise Refusal(_("At most 5,000 invoices go out at once. Choose fewer, and send the rest afterwards."))
    reviewed = send_payment_links.review(request.user.company, keys)
    if not reviewed.rows:
        raise Refusal(_("Choose at least one invoice first."))
    return reviewed


def _wrong(text: str) -> str:
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
    press: str,
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
        "press": press,
    }
    status = problem.status if problem else _UNPROCESSABLE if errors is not None else _FINE
    return page(request, "invoices/batch_review.html", context, status=status)
