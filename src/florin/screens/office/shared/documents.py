"""Downloads: the documents as the customer has them."""

from uuid import UUID

from django.http import HttpResponse

from florin.domain.staff.rights import Right
from florin.flows import render_documents
from florin.screens.office.shared.access import StaffRequest, shows
from florin.screens.shared import downloads


@shows(Right.SEND_INVOICE)
def invoice_pdf(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Give the latest revision of an invoice."""
    return downloads.pdf(*render_documents.invoice_pdf(request.user.company, pk))


@shows(Right.RECEIVE_PAYMENT)
def receipt_pdf(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Give the receipt of a payment."""
    return downloads.pdf(*render_documents.receipt_pdf(request.user.company, pk))
