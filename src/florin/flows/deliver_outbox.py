"""Writing the mails that are due, and handing them to the mail server.

claim -> render from the snapshot -> send -> sent, postponed or bounced -> timeline
"""

import logging
from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import override

from florin.contracts import snapshots
from florin.contracts.demands import Demand
from florin.contracts.documents import InvoiceList
from florin.contracts.news import MoneyNews
from florin.domain.activity import services as activity
from florin.domain.invoices.models import Revision
from florin.domain.links import services as links
from florin.domain.outbox import services as outbox
from florin.domain.outbox.models import Message
from florin.domain.receipts.models import Receipt
from florin.domain.statements.models import Sending
from florin.edges import documents, sheets
from florin.edges.mail import account_letter, letters, link_letter, news, post, reports, writing
from florin.edges.mail.failures import MailRefused, MailUnavailable
from florin.edges.mail.post import Attachment, Envelope
from florin.edges.mail.writing import Letter
from florin.flows import change_password, report_settlement
from florin.kernel import clock
from florin.kernel.money import Money

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
    letter, attachments = _compose(message)
    company = message.company
    return Envelope(
        to=message.recipient,
        from_name=company.name,
        reply_to=company.email,
        subject=letter.subject,
        html=letter.html,
        text=letter.text,
        attachments=attachments,
        message_id=f"<{message.pk}@{settings.MESSAGE_ID_DOMAIN}>",
        language=message.snapshot["language"],
        logo=writing.inline_logo(company.letterhead),
    )


def _compose(message: Message) -> tuple[Letter, tuple[Attachment, ...]]:  # noqa: C901, PLR0911 - a table
    match Message.Kind(message.kind):
        case Message.Kind.INVOICE:
            return _invoice(message)
        case Message.Kind.INVOICES:
            return _invoice_lists(message), ()
        case Message.Kind.STATEMENT:
            return _statement(message)
        case Message.Kind.PAYMENT_RECEIVED:
            receipt = Receipt.objects.get(pk=message.snapshot["receipt"])
            pdf = documents.render_receipt(receipt.document)
            letter = letters.payment_received_letter(receipt.document)
            return letter, (Attachment(f"{receipt.number}.pdf", pdf, "application/pdf"),)
        case Message.Kind.PAYMENT_NOTICE:
            receipt = Receipt.objects.get(pk=message.snapshot["receipt"])
            return letters.payment_notice_letter(
                receipt.document,
                office_url=f"{settings.PUBLIC_URL}/office/payments/{receipt.payment_id}/",
                language=message.company.reads,
            ), ()
        case Message.Kind.NOT_CHARGED:
            return letters.not_charged_letter(
                message.company.letterhead,
                amount=Money(message.snapshot["amount"], message.snapshot["currency"]),
                language=message.snapshot["language"],
            ), ()
        case Message.Kind.ACCOUNT_NOTICE:
            told = MoneyNews.from_json(message.snapshot["news"])
            url = f"{settings.PUBLIC_URL}{message.snapshot['path']}"
            return account_letter.letter(told, message.company.letterhead, url=url), ()
        case Message.Kind.PASSWORD_RESET | Message.Kind.PASSWORD_CHANGED:
            return change_password.letter(message), ()
        case Message.Kind.FRESH_LINK:
            told = MoneyNews.from_json(message.snapshot["news"])
            url = links.address_of(UUID(message.snapshot["link"]))
            return link_letter.letter(told, message.company.letterhead, url=url), ()
        case Message.Kind.SETTLEMENT_REPORT:
            return _settlement(message)
        case _:
            return _news(message), ()


def _settlement(message: Message) -> tuple[Letter, tuple[Attachment, ...]]:
    """Draw the report up from what is known now of its days."""
    snapshot, company = message.snapshot, message.company
    first, last = (date.fromisoformat(snapshot[name]) for name in ("first", "last"))
    report = report_settlement.draw_up(company, first=first, last=last)
    with override(snapshot["language"]), report_settlement.book(report) as book:
        file = Attachment(f"{report_settlement.file_name(report)}.xlsx", book.read(), sheets.XLSX)
    letter = reports.settlement_letter(
        company.letterhead,
        first=first,
        last=last,
        language=snapshot["language"],
        office_url=f"{settings.PUBLIC_URL}/office/payments/settlement/?from={first}&until={last}",
    )
    return letter, (file,)


def _news(message: Message) -> Letter:
    """Write a short letter about a payment; the company's leads to the office, the payer's to the bill."""
    snapshot = message.snapshot
    url = f"{settings.PUBLIC_URL}{snapshot['path']}" if snapshot.get("path") else ""
    if snapshot.get("link"):
        url = links.address_of(UUID(snapshot["link"]))
    return news.letter(MoneyNews.from_json(snapshot["news"]), message.company.letterhead, url=url)


def _invoice_lists(message: Message) -> Letter:
    """Write the mail of a run item, a list and a link for each currency."""
    told = (
        (snapshots.read(InvoiceList, one["list"]), links.address_of(UUID(one["link"])))
        for one in message.snapshot["lists"]
    )
    return letters.invoice_list_letter(list(told), today=clock.today(message.company.time_zone))


def _statement(message: Message) -> tuple[Letter, tuple[Attachment, ...]]:
    sending = Sending.objects.select_related("statement").get(pk=message.snapshot["sending"])
    document, payable = sending.statement.document, sending.payable
    pay_url = links.address_of(sending.link_id) if sending.link_id else None
    pdf = documents.render_statement(document, pay_url=pay_url, payable=payable)
    letter = letters.statement_letter(document, pay_url=pay_url, payable=payable)
    return letter, (Attachment(f"{document.number}.pdf", pdf, "application/pdf"),)


def _invoice(message: Message) -> tuple[Letter, tuple[Attachment, ...]]:
    document = Revision.objects.get(pk=message.snapshot["revision"]).document
    today = clock.today(message.company.time_zone)
    link, asked = message.snapshot["link"], snapshots.read(Demand, message.snapshot)
    pay_url = links.address_of(UUID(link)) if link else None
    pdf = documents.render_invoice(document, demand=asked, pay_url=pay_url, today=today)
    letter = letters.invoice_letter(document, demand=asked, pay_url=pay_url, today=today)
    return letter, (Attachment(f"{document.number}.pdf", pdf, "application/pdf"),)
