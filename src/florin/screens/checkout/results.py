"""Where the processor sends the payer back: what became of the attempt."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation

from florin.domain.links import services as links
from florin.flows import render_documents, settle_payment
from florin.kernel.gate_words import CROWDED
from florin.screens.checkout import access, bill_page, views
from florin.screens.checkout.access import payers
from florin.screens.shared import downloads


@payers("GET", "HEAD")
def result(request: HttpRequest, token: str, attempt: UUID) -> HttpResponse:
    """Show what our own records say of an attempt. Changes nothing and asks nobody."""
    link = links.find(token)
    with translation.override(link.language):
        page = bill_page.read_result_page(token, link, attempt, asked="asked" in request.GET)
        return access.page("checkout/result.html", {"page": page})


@payers("POST", "GET", "HEAD")
def check(request: HttpRequest, token: str, attempt: UUID) -> HttpResponse:
    """Ask the processor about an attempt and book what it says; safe to repeat.

    Our script is answered with the new part of the page, a browser without it is led back to the page.
    """
    if request.method != "POST":
        return redirect("checkout:result", token, attempt)
    if CROWDED in request.META:
        return _not_asked(token, attempt)
    settle_payment.check(token, attempt)
    if "X-Part" not in request.headers:
        answer = HttpResponseRedirect(reverse("checkout:result", args=[token, attempt]) + "?asked=1")
        answer.status_code = 303
        return answer
    link = links.find(token)
    with translation.override(link.language):
        page = bill_page.read_result_page(token, link, attempt, asked=True)
        return access.page("checkout/_result.html", {"page": page})


def _not_asked(token: str, attempt: UUID) -> HttpResponse:
    """Show what is known to one more who asks at the same moment as others; our script asks again."""
    link = links.find(token)
    with translation.override(link.language):
        page = bill_page.read_result_page(token, link, attempt, asked=False)
        answer = access.page("checkout/result.html", {"page": page}, status=503)
    answer.headers["Retry-After"] = views.CROWD_AGAIN_AFTER
    return answer


@payers("GET", "HEAD")
def receipt_pdf(request: HttpRequest, token: str, attempt: UUID) -> HttpResponse:  # noqa: ARG001
    """Return the receipt of the payment that an attempt became."""
    return downloads.pdf(*render_documents.bill_receipt_pdf(token, attempt))
