"""An Admin sees what customers will get: a made-up invoice by mail, with its PDF, and no effect on money.

draw up -> outbox -> (the worker) PDF and mail, both marked as a test
"""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from florin.contracts.demands import Demand
from florin.contracts.emails import SampleInvoice
from florin.domain.companies.models import Company
from florin.domain.invoices import sample
from florin.domain.outbox import services as outbox
from florin.domain.outbox.services import NewMessage
from florin.domain.staff.models import User
from florin.edges import documents
from florin.edges.mail import document_emails
from florin.edges.mail.post import Attachment
from florin.edges.mail.rendering import RenderedEmail


@transaction.atomic(durable=True)
def send(company: Company, *, to: User, press: str) -> None:
    """Queue the mail to a person of the company; pressing twice sends once. Nothing is booked or numbered."""
    outbox.enqueue(
        NewMessage(
            company_id=company.pk,
            event=f"sample-invoice:{press}",
            email=SampleInvoice(invoice=sample.draw_up(company)),
            language=company.reads,
            recipients=[to.email],
            subjects=[to.pk],
        )
    )


def render(email: SampleInvoice) -> tuple[RenderedEmail, tuple[Attachment, ...]]:
    """Render the mail and its PDF by what renders real ones, with the mark of a test."""
    document, demand = email.invoice, Demand(email.invoice.total)
    with override(document.language):
        mark = _("TEST")
    pdf = documents.render_invoice(document, demand=demand, pay_url=None, mark=mark)
    rendered = document_emails.invoice_email(document, demand=demand, pay_url=None, kind="sample_invoice")
    return rendered, (Attachment(f"{document.number}.pdf", pdf, "application/pdf"),)
