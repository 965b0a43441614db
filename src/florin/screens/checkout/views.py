"""The bill page, and what its buttons do."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from florin.domain.attempts.bill import BillState
from florin.domain.links import services as links
from florin.domain.links.models import Link
from florin.flows import apply_credit, open_link, render_documents, send_fresh_link, start_checkout
from florin.kernel import formats
from florin.kernel.errors import Refusal
from florin.kernel.gate_words import CROWDED
from florin.kernel.money import Money
from florin.screens.checkout import access, bill_page, notes, submissions
from florin.screens.checkout.access import payers
from florin.screens.checkout.bill_page import BillPage
from florin.screens.checkout.notes import Note
from florin.screens.checkout.submissions import PaySubmission
from florin.screens.shared import downloads

_AGAIN_AFTER = {503: "30", 429: "3600"}
CROWD_AGAIN_AFTER = "3"  # seconds; two presses are at the processor for this link


@payers("GET", "HEAD")
def bill(request: HttpRequest, token: str) -> HttpResponse:
    """Show what is owed now, in the customer's language. Changes nothing: scanners open every link."""
    link = links.find(token)
    with translation.override(link.language):
        page = bill_page.read_bill_page(token, link, place=access.place_of(request))
        note = notes.back_note(page, request.GET["back"]) if "back" in request.GET else None
        if "mailed" in request.GET:
            note = notes.mailed_note(page)
        return access.page("checkout/bill.html", {"page": page, "note": note})


@payers("GET", "HEAD")
def now(request: HttpRequest, token: str) -> HttpResponse:
    """Answer an open page that asks whether its bill is still true: 204 if it is, the new bill if not."""
    link = links.find(token)
    with translation.override(link.language):
        page = bill_page.read_bill_page(token, link, place=access.place_of(request))
        if request.GET.get("v") == page.version:
            return HttpResponse(status=204)
        return access.page("checkout/_bill.html", {"page": page, "note": None})


@payers("POST")
def opened(request: HttpRequest, token: str) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Take note that a person moved, typed or touched with the bill before them."""
    open_link.opened(token)
    return HttpResponse(status=204)


@payers("POST", "GET", "HEAD")
def start(request: HttpRequest, token: str) -> HttpResponse:
    """Pay was pressed: lead to the processor's page, or show the bill again with a sentence why not.

    A refusal leaves this address in the browser's bar, so reloading it leads back to the bill.
    """
    if request.method != "POST":
        return redirect("checkout:bill", token)
    link = links.find(token)
    with translation.override(link.language):
        submission = submissions.read(request, link.currency)
        if submission is None:
            note = _("We could not read what your browser sent. Please check the amount and press Pay again.")
            return _again(bill_page.read_bill_page(token, link), note, status=400)
        if CROWDED in request.META:
            return _crowded(token, link, submission)
        return _lead_on(token, link, submission, place=access.place_of(request))


@payers("POST", "GET", "HEAD")
def fresh(request: HttpRequest, token: str) -> HttpResponse:
    """Mail a new link to wherever this one was mailed, while it takes no payments, and show the bill."""
    asked = request.method == "POST" and send_fresh_link.ask(token, place=access.place_of(request))
    answer = HttpResponseRedirect(reverse("checkout:bill", args=[token]) + ("?mailed=1" if asked else ""))
    answer.status_code = 303
    return answer


@payers("POST", "GET", "HEAD")
def use_credits(request: HttpRequest, token: str) -> HttpResponse:
    """Let open credits pay the bill that they cover, and show it again; pressed twice, they pay once."""
    if request.method == "POST":
        apply_credit.settle_covered(token)
    answer = redirect("checkout:bill", token)
    answer.status_code = 303
    return answer


def _crowded(token: str, link: Link, submission: PaySubmission) -> HttpResponse:
    """Show the bill again to one more who pressed Pay at the same moment as others; nobody is asked."""
    note = _("Others are opening this bill for payment at this moment. Please press Pay again.")
    answer = _again(bill_page.read_bill_page(token, link, chosen=submission.method), note, status=503)
    answer.headers["Retry-After"] = CROWD_AGAIN_AFTER
    return answer


def _lead_on(token: str, link: Link, submission: PaySubmission, *, place: str) -> HttpResponse:
    try:
        answer = HttpResponseRedirect(_started(token, submission, place))
    except Refusal as refusal:
        changed = isinstance(refusal, start_checkout.BillChanged)
        page = bill_page.read_bill_page(token, link, chosen=submission.method, place=place)
        return _again(page, str(refusal), status=refusal.status, seen=submission.seen if changed else None)
    answer.status_code = 303
    return answer


def _started(token: str, submission: PaySubmission, place: str) -> str:
    return start_checkout.start(
        token, seen=submission.seen, nonce=submission.nonce, method=submission.method, place=place
    )


def _again(page: BillPage, text: str, *, status: int, seen: Money | None = None) -> HttpResponse:
    link = page.link
    if seen is not None and page.bill.state == BillState.PAYABLE:
        text = _(
            "The amount changed from %(old)s to %(new)s. Nothing was charged. Please look at it again."
        ) % {
            "old": formats.money(seen, link.language),
            "new": formats.money(page.bill.payable, link.language),
        }
    # A link that is cooling says so itself.
    note = None if page.bill.state == BillState.COOLING else Note(text)
    answer = access.page("checkout/bill.html", {"page": page, "note": note}, status=status)
    if status in _AGAIN_AFTER:
        answer.headers["Retry-After"] = _AGAIN_AFTER[status]
    return answer


@payers("GET", "HEAD")
def invoice_pdf(request: HttpRequest, token: str, invoice: UUID) -> HttpResponse:  # noqa: ARG001
    """Return an invoice of the bill as a PDF."""
    return downloads.pdf(*render_documents.bill_invoice_pdf(token, invoice))


@payers("GET", "HEAD")
def statement_pdf(request: HttpRequest, token: str) -> HttpResponse:  # noqa: ARG001
    """Return the statement that the link was mailed with as a PDF."""
    return downloads.pdf(*render_documents.bill_statement_pdf(token))


@payers("GET", "HEAD", "POST")
def unknown(request: HttpRequest, anything: str = "") -> HttpResponse:  # noqa: ARG001
    """Answer for an address that no link has ever had."""
    return access.unknown()
