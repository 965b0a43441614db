"""Names that read from right to left turn nothing around them, on no paper and in no mail (UAX #9)."""

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

import pytest
from pypdf import PdfReader

from edges.test_statement_papers import statement
from factories.documents import PAY_URL, invoice, letterhead, receipt
from florin.contracts.demands import Demand
from florin.contracts.documents import InvoiceList, OpenInvoice
from florin.contracts.news import MoneyNews, NewsLine, Topic
from florin.contracts.processor import AccountStatus
from florin.edges.documents import render_invoice, render_receipt, render_statement
from florin.edges.mail import (
    Letter,
    account_letter,
    invoice_letter,
    invoice_list_letter,
    link_letter,
    news,
    not_charged_letter,
    payment_notice_letter,
    payment_received_letter,
    reports,
    statement_letter,
)
from florin.kernel.money import Money

NAMES = ["פרחים", "زهور"]
DAY = date(2026, 11, 24)
URL = "https://office.northwind.test/payments/3301"


def happened(topic: Topic, name: str, **changes: str) -> MoneyNews:
    plain = MoneyNews(
        topic=topic,
        customer_name=name,
        customer_number="1007",
        method="Visa •••• 4242",
        currency="USD",
        amount=12345,
        on=DAY,
        language="en",
        number="PAY-3301",
        reason="R01",
        lines=(NewsLine("INV-10023", 12345, 12345),),
    )
    return replace(plain, **changes)


def of_money(name: str) -> Iterator[Letter]:
    """Every letter about a payment; whether an attempt has an end does not matter to names."""
    states = {Topic.DISPUTE_NOTICE: "open", Topic.REFUND_INITIATED: "pending", Topic.REFUND_NOTICE: "pending"}
    for topic in set(Topic) - {Topic.ACCOUNT_NOTICE, Topic.FRESH_LINK}:
        told = happened(topic, name, state=states.get(topic, ""))
        yield news.letter(told, letterhead(name=name), url=URL)


def of_documents(name: str) -> Iterator[Letter]:
    head = letterhead(name=name)
    owed = (OpenInvoice("INV-10023", "PO 7781", DAY, DAY, 12345, 12345),)
    paid = receipt(letterhead=head, customer_name=name)
    yield invoice_letter(invoice(letterhead=head), demand=Demand(12345), pay_url=PAY_URL)
    yield invoice_list_letter([(InvoiceList(head, "1007", name, "USD", owed, "en"), PAY_URL)])
    yield statement_letter(statement(letterhead=head), pay_url=PAY_URL, payable=20000)
    yield payment_received_letter(paid)
    yield payment_notice_letter(paid, office_url=URL)
    yield not_charged_letter(head, amount=Money(12345, "USD"), language="en")


def of_the_company(name: str) -> Iterator[Letter]:
    """What a company reads about itself, and the link that is sent once more."""
    head = letterhead(name=name)
    yield link_letter.letter(happened(Topic.FRESH_LINK, name), head, url=PAY_URL)
    yield reports.settlement_letter(head, first=DAY, last=DAY, language="en", office_url=URL)
    for status in AccountStatus:
        yield account_letter.letter(happened(Topic.ACCOUNT_NOTICE, name, state=status), head, url=URL)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("write", [of_money, of_documents, of_the_company])
def test_every_letter_isolates_every_name(write: Callable[[str], Iterator[Letter]], name: str) -> None:
    for letter in write(name):
        assert letter.html.count(name) == letter.html.count(f"\u2068{name}\u2069") > 0, letter.subject
        for part in (letter.subject, letter.text):
            assert part.count(name) == part.count(f"\u2068{name}\u2069"), letter.subject


@pytest.mark.parametrize("name", NAMES)
def test_papers_keep_the_phone_number_behind_a_name_in_order(name: str) -> None:
    """Without isolation the groups of figures behind such a name are drawn in the opposite order."""
    head = letterhead(name=name)
    for pdf in (
        render_invoice(invoice(letterhead=head), demand=Demand(12345), pay_url=PAY_URL),
        render_receipt(receipt(letterhead=head, customer_name=name)),
        render_statement(statement(letterhead=head, bill_to=(name,)), pay_url=PAY_URL, payable=20000),
    ):
        text = PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
        assert text.count("+1 503 555 0147") == 2, text
