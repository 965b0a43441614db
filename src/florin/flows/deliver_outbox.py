"""Writing the mails that are due, and handing them to the mail server.

claim -> render from the snapshot -> send -> sent, postponed or bounced -> timeline
"""

import logging
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import override

from florin.contracts import stored_emails
from florin.contracts.emails import (
    AccountNotice,
    InvitationEmail,
    InvoiceEmail,
    InvoicesEmail,
    NotCharged,
    Notification,
    PasswordChanged,
    PasswordReset,
    PaymentNotice,
    PaymentReceived,
    SampleInvoice,
    SecondFactorChanged,
    SettlementReport,
    StatementEmail,
)
from florin.domain.activity import services as activity
from florin.domain.companies.models import Company
from florin.domain.invoices.models import Revision
from florin.domain.links import services as links
from florin.domain.outbox import services as outbox
from florin.domain.outbox.models import Message
from florin.domain.receipts.models import Receipt
from florin.domain.statements.models import Sending
from florin.edges import documents, spreadsheet_export
from florin.edges.mail import document_emails, notifications, post
from florin.edges.mail.failures import MailRefused, MailUnavailable
from florin.edges.mail.post import Attachment, Envelope
from florin.edges.mail.rendering import RenderedEmail
from florin.flows import (
    change_password,
    change_second_factor,
    invite_person,
    report_settlement,
    send_sample_invoice,
)
from florin.kernel import clock

_log = logging.getLogger(__name__)

# Well below what a claim lasts, so that no other worker sends the same mail meanwhile.
_MOST_ON_ONE_CLAIM = timedelta(minutes=1)


def deliver(keys: Sequence[UUID] | None = None) -> int:
    """Send what is due (of ``keys``, or of everything), and return how many mails were tried.

    Each mail leaves once per event and recipient, except when a worker dies between the mail server's yes
    and our note of it: then it goes out again with the same Message-ID, so that mail programs show one.
    """
    tried = 0
    while messages := outbox.claim(keys):
        claimed_at = clock.now()
        for message in messages:
            if clock.now() - claimed_at > _MOST_ON_ONE_CLAIM:
                break  # the mail server is slow: the rest is claimed afresh before the claim lapses
            _deliver(message)
            tried += 1
        if keys is not None and tried >= len(keys):
            break  # all that was asked for
    return tried


def _deliver(message: Message) -> None:
    try:
        provider_id = post.send(_write(message))
    except MailRefused as refusal:
        _record_bounce(message, str(refusal))
    except MailUnavailable as problem:
        _record_delay(message, str(problem))
    except Exception as defect:  # noqa: BLE001 - one mail that cannot be written keeps no other back
        _log.exception("Mail %s cannot be written", message.pk)
        _record_delay(message, f"It could not be written ({type(defect).__name__}).")
    else:
        _record_sent(message, provider_id)


def _record_delay(message: Message, reason: str) -> None:
    if outbox.is_hopeless(message):
        _record_bounce(message, reason)
    else:
        outbox.postponed(message, reason)


@transaction.atomic(durable=True)
def _record_sent(message: Message, provider_id: str) -> None:
    outbox.sent(message, provider_id=provider_id)
    activity.note(
        message.company_id,
        activity.Kind.SENT,
        subjects=message.subjects,
        to=message.recipient,
        mail=message.kind,
    )


@transaction.atomic(durable=True)
def _record_bounce(message: Message, reason: str) -> None:
    if not outbox.bounced(message, reason):
        return
    activity.note(
        message.company_id,
        activity.Kind.BOUNCED,
        subjects=message.subjects,
        to=message.recipient,
        mail=message.kind,
        reason=reason[:200],
    )


def _write(message: Message) -> Envelope:
    rendered, attachments = _render(message)
    company = message.company
    return Envelope(
        to=message.recipient,
        from_name=company.name,
        reply_to=company.email,
        subject=rendered.subject,
        html=rendered.html,
        text=rendered.text,
        attachments=attachments,
        message_id=f"<{message.pk}@{settings.MESSAGE_ID_DOMAIN}>",
        language=message.snapshot["language"],
        logo=rendered.logo,
    )


def _render(message: Message) -> tuple[RenderedEmail, tuple[Attachment, ...]]:  # noqa: C901, PLR0911 - a table
    """Render an email from what is stored of it, with the documents that travel with it."""
    company, language = message.company, message.snapshot["language"]
    match email := stored_emails.read(message.kind, message.snapshot):
        case InvoiceEmail():
            return _render_invoice(email, company)
        case SampleInvoice():
            return send_sample_invoice.render(email)
        case InvoicesEmail(lists=lists):
            linked = [(one.list, links.address_of(one.link)) for one in lists]
            today = clock.today(company.time_zone)
            return document_emails.invoices_email(linked, today=today, opening=email.opening), ()
        case StatementEmail():
            return _render_statement(email)
        case PaymentReceived():
            receipt = Receipt.objects.get(pk=email.receipt)
            pdf = _pdf(receipt.number, documents.render_receipt(receipt.document))
            return document_emails.receipt_email(receipt.document, opening=email.opening), (pdf,)
        case PaymentNotice():
            receipt = Receipt.objects.get(pk=email.receipt)
            url = f"{settings.PUBLIC_URL}/office/payments/{receipt.payment_id}/"
            return document_emails.payment_notice(receipt.document, url=url, language=language), ()
        case NotCharged():
            return notifications.not_charged(email, company.letterhead, language=language), ()
        case AccountNotice():
            url = f"{settings.PUBLIC_URL}{email.path}"
            return notifications.account_notice(email, company.letterhead, language=language, url=url), ()
        case InvitationEmail() | PasswordReset() | PasswordChanged() | SecondFactorChanged():
            return _render_to_person(email), ()
        case SettlementReport():
            return _render_settlement(email, company, language)
        case Notification():
            url = _address(email)
            return notifications.notification(email, company.letterhead, language=language, url=url), ()
        case _:
            raise NotImplementedError(message.kind)


def _render_to_person(
    email: InvitationEmail | PasswordReset | PasswordChanged | SecondFactorChanged,
) -> RenderedEmail:
    match email:
        case InvitationEmail():
            return invite_person.render(email)
        case SecondFactorChanged():
            return change_second_factor.render(email)
        case PasswordReset() | PasswordChanged():
            return change_password.render(email)


def _address(email: Notification) -> str:
    """Return where the button leads: the company's to the office, the payer's to the bill, if it has one."""
    if email.to_company:
        return f"{settings.PUBLIC_URL}{email.about.path}"
    return links.address_of(email.about.link) if email.about.link else ""


def _pdf(number: str, content: bytes) -> Attachment:
    return Attachment(f"{number}.pdf", content, "application/pdf")


def _render_settlement(
    email: SettlementReport, company: Company, language: str
) -> tuple[RenderedEmail, tuple[Attachment, ...]]:
    """Draw the report up from what is known now of its days."""
    report = report_settlement.draw_up(company, first=email.first, last=email.last)
    with override(language), report_settlement.book(report) as book:
        file = Attachment(f"{report_settlement.file_name(report)}.xlsx", book.read(), spreadsheet_export.XLSX)
    url = f"{settings.PUBLIC_URL}/office/payments/settlement/?from={email.first}&until={email.last}"
    return notifications.settlement_report(email, company.letterhead, language=language, url=url), (file,)


def _render_statement(email: StatementEmail) -> tuple[RenderedEmail, tuple[Attachment, ...]]:
    sending = Sending.objects.select_related("statement").get(pk=email.sending)
    document, payable = sending.statement.document, sending.payable
    pay_url = links.address_of(sending.link_id) if sending.link_id else None
    pdf = _pdf(document.number, documents.render_statement(document, pay_url=pay_url, payable=payable))
    rendered = document_emails.statement_email(
        document, pay_url=pay_url, payable=payable, opening=email.opening
    )
    return rendered, (pdf,)


def _render_invoice(email: InvoiceEmail, company: Company) -> tuple[RenderedEmail, tuple[Attachment, ...]]:
    document = Revision.objects.get(pk=email.revision).document
    today, demand = clock.today(company.time_zone), email.demand
    pay_url = links.address_of(email.link) if email.link else None
    content = documents.render_invoice(document, demand=demand, pay_url=pay_url, today=today)
    rendered = document_emails.invoice_email(
        document, demand=demand, pay_url=pay_url, today=today, opening=email.opening
    )
    return rendered, (_pdf(document.number, content),)
