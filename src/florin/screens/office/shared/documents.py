"""Downloads: the papers as the customer has them."""

from uuid import UUID

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from florin.domain.staff.rights import Right
from florin.flows import render_documents
from florin.screens.office.shared.access import StaffRequest, requires


@require_safe
@requires(Right.SEND_INVOICE)
def invoice_pdf(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Give the latest revision of an invoice."""
    return _pdf(*render_documents.invoice_pdf(request.user.company, pk))


@require_safe
@requires(Right.RECEIVE_PAYMENT)
def receipt_pdf(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Give the receipt of a payment."""
    return _pdf(*render_documents.receipt_pdf(request.user.company, pk))


def _pdf(name: str, content: bytes) -> HttpResponse:
    disposition = content_disposition_header(as_attachment=False, filename=name)
    return HttpResponse(
        content, content_type="application/pdf", headers={"Content-Disposition": disposition or "inline"}
    )
