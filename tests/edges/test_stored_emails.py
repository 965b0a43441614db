"""Emails that were stored before a new version was installed are still read, and still say the same.

The folder ``stored_emails`` holds for each kind what the outbox stored, the document that a key in it led
to, and what the email said, as recorded on November 30, 2026. What was stored never changes; the words do
when somebody finds better ones.
"""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from factories.documents import LETTERHEAD, PAY_URL
from florin.contracts import snapshots, stored_emails
from florin.contracts.documents import InvoiceDocument, ReceiptDocument, StatementDocument
from florin.contracts.emails import (
    AccountNotice,
    InvoiceEmail,
    InvoicesEmail,
    NotCharged,
    Notification,
    PasswordChanged,
    PasswordReset,
    PaymentNotice,
    PaymentReceived,
    SettlementReport,
    StatementEmail,
)
from florin.edges.mail import document_emails, notifications
from florin.edges.mail.rendering import RenderedEmail

FOLDER = Path(__file__).parent / "stored_emails"
OFFICE = "https://office.northwind.test"
STORED: list[tuple[str, dict[str, Any]]] = [
    (path.stem, one) for path in sorted(FOLDER.glob("*.json")) for one in json.loads(path.read_text())
]


@pytest.mark.parametrize(
    ("kind", "stored"), STORED, ids=[f"{kind}, {one['title']}, {one['language']}" for kind, one in STORED]
)
def test_a_stored_email_still_says_what_it_said(kind: str, stored: dict[str, Any]) -> None:
    email = render(kind, stored)

    assert email.subject == stored["subject"]
    assert email.text.split("\n") == stored["text"]


@pytest.mark.parametrize(("kind", "stored"), STORED)
def test_what_is_stored_anew_reads_back_the_same(kind: str, stored: dict[str, Any]) -> None:
    email = stored_emails.read(kind, stored["snapshot"])
    written = json.loads(json.dumps(stored_emails.write(email, language="en-us")))

    assert "news" not in written
    assert stored_emails.read(kind, written) == email


def test_each_kind_of_that_day_is_recorded_in_english_and_spanish() -> None:
    recorded = {(kind, one["language"]) for kind, one in STORED}
    kinds = {kind for kind, _language in recorded}
    assert len(kinds) == 23
    assert recorded == {(kind, language) for kind in kinds for language in ("en-us", "es-us")}


def render(kind: str, stored: dict[str, Any]) -> RenderedEmail:  # noqa: C901, PLR0911 - a table
    email, document = stored_emails.read(kind, stored["snapshot"]), stored.get("document", {})
    language = stored["snapshot"]["language"]
    today = date.fromisoformat(stored["today"]) if "today" in stored else None
    match email:
        case InvoiceEmail():
            invoice = snapshots.read(InvoiceDocument, document)
            pay_url = PAY_URL if email.link else None
            return document_emails.invoice_email(invoice, demand=email.demand, pay_url=pay_url, today=today)
        case InvoicesEmail():
            return document_emails.invoices_email([(one.list, PAY_URL) for one in email.lists], today=today)
        case StatementEmail():
            statement = snapshots.read(StatementDocument, document)
            pay_url = PAY_URL if stored["link"] else None
            return document_emails.statement_email(statement, pay_url=pay_url, payable=stored["payable"])
        case PaymentReceived():
            return document_emails.receipt_email(snapshots.read(ReceiptDocument, document))
        case PaymentNotice():
            receipt = snapshots.read(ReceiptDocument, document)
            url = f"{OFFICE}/office/payments/0199/"
            return document_emails.payment_notice(receipt, url=url, language=language)
        case NotCharged():
            return notifications.not_charged(email, LETTERHEAD, language=language)
        case SettlementReport():
            url = f"{OFFICE}/office/payments/settlement/?from={email.first}&until={email.last}"
            return notifications.settlement_report(email, LETTERHEAD, language=language, url=url)
        case PasswordReset():
            return notifications.password_reset(email, LETTERHEAD, language=language, url=f"{OFFICE}/reset")
        case PasswordChanged():
            url, zone = f"{OFFICE}/reset", "America/New_York"
            return notifications.password_changed(
                email, LETTERHEAD, time_zone=zone, language=language, url=url
            )
        case AccountNotice():
            url = f"{OFFICE}{email.path}"
            return notifications.account_notice(email, LETTERHEAD, language=language, url=url)
        case Notification():
            url = f"{OFFICE}{email.about.path}" if email.about.path else ""
            url = PAY_URL if email.about.link else url
            return notifications.notification(email, LETTERHEAD, language=language, url=url)
        case _:
            raise AssertionError(kind)
