"""A statement's bill: the invoices of then, with what is owed on them now."""

import pytest
from django.test import Client

from checkout.pages import address, link_to, queries, statement_link
from factories import make_customer, make_invoice
from factories.attempts import open_attempt, report_card_payment
from florin.contracts.processor import Outcome
from florin.domain.customers.models import Customer
from florin.domain.links.models import Link
from florin.domain.staff.models import User
from florin.domain.statements.models import Statement
from florin.kernel import clock, formats


@pytest.fixture
def buyer(owner: User) -> Customer:
    """A customer with two open invoices of 100.00."""
    customer = make_customer(owner.company)
    for _ in range(2):
        make_invoice(owner, customer=customer)
    return customer


@pytest.fixture
def statement(buyer: Customer, owner: User) -> Link:
    """The link of a statement of both."""
    return statement_link(buyer, owner)


def test_the_heading_names_the_statement_and_its_day(payer: Client, statement: Link) -> None:
    day = formats.short_day(clock.today(statement.company.time_zone), "en")

    page = payer.get(address(statement)).text

    assert f"<h1>Statement {Statement.objects.get().number}, {day}</h1>" in page
    assert "2 invoices that were open on" in page
    assert "Pay $200.00" in page


def test_what_came_after_the_statement_is_not_on_its_bill(
    payer: Client, statement: Link, buyer: Customer, owner: User
) -> None:
    later = make_invoice(owner, customer=buyer)

    page = payer.get(address(statement)).text

    assert later.number not in page
    assert "Pay $200.00" in page


def test_what_was_paid_since_is_taken_off(payer: Client, statement: Link) -> None:
    report_card_payment(open_attempt(link_to(statement.debts.get(position=1).invoice)), Outcome.SETTLED)

    page = payer.get(address(statement)).text

    assert "Pay $100.00" in page
    assert ">paid</em>" in page


def test_the_statement_as_mailed_is_a_pdf_and_another_link_has_none(
    payer: Client, statement: Link, link: Link
) -> None:
    mine, other = (payer.get(address(each, "/statement.pdf")) for each in (statement, link))

    assert mine.headers["Content-Disposition"] == f'inline; filename="{Statement.objects.get().number}.pdf"'
    assert mine.content.startswith(b"%PDF")
    assert other.status_code == 404


def test_a_statement_costs_one_query_more_than_its_invoices(payer: Client, statement: Link) -> None:
    with queries() as asked:
        payer.get(address(statement))

    assert len(asked) == 6
