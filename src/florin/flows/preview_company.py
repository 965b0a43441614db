"""What a company's documents and mails would look like: made-up ones, neither stored nor sent.

company as typed -> sample invoice, statement, receipt -> first page as a picture, or the mail as HTML
"""

import base64
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from florin.contracts.demands import Demand
from florin.contracts.documents import (
    Aging,
    DocumentLine,
    InvoiceDocument,
    InvoiceList,
    OpenInvoice,
    ReceiptDocument,
    ReceiptLine,
    StatementDocument,
)
from florin.domain.companies import numbering
from florin.domain.companies.mail_texts import Kind
from florin.domain.companies.models import Company
from florin.domain.companies.numbers import Series
from florin.edges import documents
from florin.edges.mail import document_emails
from florin.edges.mail.rendering import LOGO_ID, RenderedEmail
from florin.kernel import clock, formats
from florin.kernel.money import Money, exponent

CUSTOMER, CUSTOMER_NUMBER = "Rosa's Flower Shop", "1007"
_URL = "https://pay.example/"
_STEMS, _CENTS_A_STEM = 250, 85


@dataclass(frozen=True, slots=True)
class Sample:
    """What the made-up documents are about."""

    company: Company
    language: str
    number: str
    day: date
    due: date
    total: Money


def sample_of(company: Company, *, language: str) -> Sample:
    """Return what a company's made-up documents are about, in a language such as ``en``."""
    day = clock.today(company.time_zone)
    total = Money(_STEMS * _CENTS_A_STEM * 10 ** exponent(company.currency) // 100, company.currency)
    return Sample(
        company=company,
        language=formats.regional(language, company.time_zone),
        number=numbering.numberings_of(company)[Series.INVOICE].number,
        day=day,
        due=day + timedelta(days=company.terms_days),
        total=total,
    )


def draw_invoice(sample: Sample) -> bytes:
    """Return the first page of a made-up invoice as a PNG."""
    return documents.draw_invoice(_invoice(sample), demand=Demand(sample.total.minor), pay_url=_URL)


def write_mail(sample: Sample, kind: Kind, *, intro: str) -> str:
    """Return a made-up mail of this kind as HTML that needs nothing from elsewhere."""
    mail = _mail(sample, kind, (intro,) if intro else ())
    logo = f"data:image/png;base64,{base64.b64encode(mail.logo).decode()}"
    return mail.html.replace(f"cid:{LOGO_ID}", logo)


def _mail(sample: Sample, kind: Kind, opening: tuple[str, ...]) -> RenderedEmail:
    minor = sample.total.minor
    match kind:
        case Kind.INVOICE:
            return document_emails.invoice_email(
                _invoice(sample), demand=Demand(minor), pay_url=_URL, opening=opening
            )
        case Kind.LINKS:
            return document_emails.invoices_email([(_list(sample), _URL)], opening=opening)
        case Kind.STATEMENT:
            return document_emails.statement_email(
                _statement(sample), pay_url=_URL, payable=minor, opening=opening
            )
        case Kind.RECEIPT:
            return document_emails.receipt_email(_receipt(sample), opening=opening)


def _invoice(sample: Sample) -> InvoiceDocument:
    with override(sample.language):
        days = sample.company.terms_days
        terms = ngettext("Net %(days)s day", "Net %(days)s days", days) % {"days": days}
        description = _("Roses, red, 60 cm")
        unit = _("stems")
    line = DocumentLine(
        "ROSE-60", description, str(_STEMS), unit, str(_CENTS_A_STEM / 100), sample.total.minor
    )
    return InvoiceDocument(
        letterhead=sample.company.letterhead,
        number=sample.number,
        revision=1,
        order_number="",
        customer_number=CUSTOMER_NUMBER,
        po_number="PO 7781",
        issued_on=sample.day,
        due_on=sample.due,
        terms=terms,
        bill_to=(CUSTOMER, "12 Canal Street"),
        ship_to=(),
        currency=sample.total.currency,
        lines=(line,),
        total=sample.total.minor,
        note="",
        language=sample.language,
    )


def _list(sample: Sample) -> InvoiceList:
    minor = sample.total.minor
    owed = OpenInvoice(sample.number, "PO 7781", sample.day, sample.due, minor, minor)
    return InvoiceList(
        sample.company.letterhead, CUSTOMER_NUMBER, CUSTOMER, sample.total.currency, (owed,), sample.language
    )


def _statement(sample: Sample) -> StatementDocument:
    minor = sample.total.minor
    return StatementDocument(
        letterhead=sample.company.letterhead,
        number=numbering.numberings_of(sample.company)[Series.STATEMENT].number,
        type="open_items",
        customer_number=CUSTOMER_NUMBER,
        bill_to=(CUSTOMER,),
        begin_on=None,
        end_on=sample.day,
        currency=sample.total.currency,
        opening=0,
        lines=(),
        aging=Aging(minor, 0, 0, 0, 0, 0),
        balance=minor,
        language=sample.language,
        due_on=sample.due,
    )


def _receipt(sample: Sample) -> ReceiptDocument:
    minor = sample.total.minor
    now = numbering.numberings_of(sample.company)
    return ReceiptDocument(
        letterhead=sample.company.letterhead,
        number=now[Series.RECEIPT].number,
        payment_number=now[Series.PAYMENT].number,
        customer_number=CUSTOMER_NUMBER,
        customer_name=CUSTOMER,
        paid_on=sample.day,
        method="Visa •••• 4242",
        reference="",
        currency=sample.total.currency,
        amount=minor,
        lines=(ReceiptLine(sample.number, sample.day, minor, 0),),
        excess=0,
        language=sample.language,
    )
