"""A bill of many invoices stays readable: what is late, paid, void or being paid has its word."""

import re

import pytest
from django.test import Client

from checkout.pages import address, link_to, link_to_many
from factories import make_customer, make_invoice
from factories.attempts import open_attempt, report_card_payment
from florin.contracts.processor import Outcome
from florin.domain.invoices.models import Invoice
from florin.domain.staff.models import User
from florin.flows import write_order


@pytest.fixture
def invoices(owner: User) -> list[Invoice]:
    """Three invoices of one customer."""
    customer = make_customer(owner.company)
    return [make_invoice(owner, customer=customer) for _ in range(3)]


def _table_row(page: str, invoice: Invoice) -> str:
    found = re.search(rf"<tr(?:(?!</tr>).)*{invoice.number}<.*?</tr>", page, re.DOTALL)
    assert found
    return found[0]


def test_the_heading_counts_them_and_each_is_a_pdf(payer: Client, invoices: list[Invoice]) -> None:
    page = payer.get(address(link_to(*invoices))).text

    assert "<h1>3 invoices</h1>" in page
    for invoice in invoices:
        assert f"/invoices/{invoice.pk}.pdf" in _table_row(page, invoice)


def test_the_late_ones_are_counted_and_marked(payer: Client, invoices: list[Invoice]) -> None:
    Invoice.objects.filter(pk__in=[invoice.pk for invoice in invoices[:2]]).update(due_on="2020-01-31")

    page = payer.get(address(link_to(*invoices))).text

    assert "2 of them are overdue, the oldest since Jan 31, 2020." in page
    assert ["overdue" in _table_row(page, invoice) for invoice in invoices] == [True, True, False]


def test_a_void_one_is_struck_with_a_word_and_not_hidden(
    payer: Client, owner: User, invoices: list[Invoice]
) -> None:
    write_order.void(owner.company, invoices[0].order_id, by=owner)

    page = payer.get(address(link_to(*invoices))).text

    assert 'class="void"' in _table_row(page, invoices[0])
    assert ">void</em>" in _table_row(page, invoices[0])
    assert "Pay $200.00" in page


def test_a_paid_one_and_one_being_paid_say_so(payer: Client, invoices: list[Invoice]) -> None:
    report_card_payment(open_attempt(link_to(invoices[0])), Outcome.SETTLED)
    report_card_payment(open_attempt(link_to(invoices[1])), Outcome.AUTHORISED)

    page = payer.get(address(link_to(*invoices))).text

    assert ">paid</em>" in _table_row(page, invoices[0])
    assert ">being paid</em>" in _table_row(page, invoices[1])
    assert "</em>" not in _table_row(page, invoices[2])


def test_after_ten_the_rest_is_folded_with_its_sum_and_without_a_script(payer: Client, owner: User) -> None:
    page = payer.get(address(link_to_many(owner, 25))).text

    shown, folded = page.split("<details")
    assert shown.count("PDF</span>") == 10
    assert folded.count("PDF</span>") == 15
    assert "15 more invoices, balance $1,500.00" in folded


def test_ten_are_shown_at_once(payer: Client, owner: User) -> None:
    assert "<details" not in payer.get(address(link_to_many(owner, 10))).text
