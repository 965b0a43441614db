"""Emails that were stored before a new version was installed are still read, and still say the same.

The folder ``stored_emails`` holds for each kind what the outbox stored, the document that a key in it led
to, and what the email said, as recorded on November 30, 2026. What was stored never changes; the words do
when somebody finds better ones.
"""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from factories.documents import LETTERHEAD, PAY_URL
from florin.contracts import snapshots
from florin.contracts.demands import Demand
from florin.contracts.documents import InvoiceDocument, InvoiceList, ReceiptDocument, StatementDocument
from florin.contracts.news import MoneyNews
from florin.domain.outbox.models import Message
from florin.edges.mail import account_letter, letters, link_letter, news, people, reports
from florin.edges.mail.writing import Letter
from florin.kernel.money import Money

FOLDER = Path(__file__).parent / "stored_emails"
OFFICE = "https://office.northwind.test"
STORED: list[tuple[str, dict[str, Any]]] = [
    (path.stem, one) for path in sorted(FOLDER.glob("*.json")) for one in json.loads(path.read_text())
]


@pytest.mark.parametrize(
    ("kind", "stored"), STORED, ids=[f"{kind}, {one['title']}, {one['language']}" for kind, one in STORED]
)
def test_a_stored_email_still_says_what_it_said(kind: str, stored: dict[str, Any]) -> None:
    letter = write(kind, stored)

    assert letter.subject == stored["subject"]
    assert letter.text.split("\n") == stored["text"]


def test_each_kind_is_recorded_in_english_and_spanish() -> None:
    recorded = {(kind, one["language"]) for kind, one in STORED}
    assert recorded == {(kind, language) for kind in Message.Kind.values for language in ("en-us", "es-us")}


def write(kind: str, stored: dict[str, Any]) -> Letter:  # noqa: C901, PLR0911 - a table
    snapshot, document = stored["snapshot"], stored.get("document", {})
    today = date.fromisoformat(stored["today"]) if "today" in stored else None
    match Message.Kind(kind):
        case Message.Kind.INVOICE:
            return letters.invoice_letter(
                snapshots.read(InvoiceDocument, document),
                demand=snapshots.read(Demand, snapshot),
                pay_url=PAY_URL if snapshot["link"] else None,
                today=today,
            )
        case Message.Kind.INVOICES:
            lists = [(snapshots.read(InvoiceList, one["list"]), PAY_URL) for one in snapshot["lists"]]
            return letters.invoice_list_letter(lists, today=today)
        case Message.Kind.STATEMENT:
            return letters.statement_letter(
                snapshots.read(StatementDocument, document),
                pay_url=PAY_URL if stored["link"] else None,
                payable=stored["payable"],
            )
        case Message.Kind.PAYMENT_RECEIVED:
            return letters.payment_received_letter(snapshots.read(ReceiptDocument, document))
        case Message.Kind.PAYMENT_NOTICE:
            return letters.payment_notice_letter(
                snapshots.read(ReceiptDocument, document),
                office_url=f"{OFFICE}/office/payments/0199/",
                language=snapshot["language"],
            )
        case Message.Kind.NOT_CHARGED:
            amount = Money(snapshot["amount"], snapshot["currency"])
            return letters.not_charged_letter(LETTERHEAD, amount=amount, language=snapshot["language"])
        case Message.Kind.SETTLEMENT_REPORT:
            return reports.settlement_letter(
                LETTERHEAD,
                first=date.fromisoformat(snapshot["first"]),
                last=date.fromisoformat(snapshot["last"]),
                language=snapshot["language"],
                office_url=f"{OFFICE}/office/payments/settlement/?from=2026-11-01&until=2026-11-30",
            )
        case Message.Kind.PASSWORD_RESET:
            return people.reset_letter(LETTERHEAD, url=f"{OFFICE}/reset", language=snapshot["language"])
        case Message.Kind.PASSWORD_CHANGED:
            return people.changed_letter(
                LETTERHEAD,
                at=datetime.fromisoformat(snapshot["at"]),
                time_zone="America/New_York",
                address=snapshot["address"],
                browser=snapshot["browser"],
                url=f"{OFFICE}/reset",
                language=snapshot["language"],
            )
        case other:
            told = MoneyNews.from_json(snapshot["news"])
            url = f"{OFFICE}{snapshot['path']}" if snapshot.get("path") else ""
            url = PAY_URL if snapshot.get("link") else url
            short = {Message.Kind.ACCOUNT_NOTICE: account_letter, Message.Kind.FRESH_LINK: link_letter}
            return short.get(other, news).letter(told, LETTERHEAD, url=url)
