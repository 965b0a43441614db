"""The bill page says what is owed now, in every state of a link."""

import pytest
from django.test import Client

from checkout.pages import address, link_to, link_to_many, queries
from factories import make_customer, make_draft, make_invoice, make_link
from factories.attempts import open_attempt, report_card_payment
from florin.contracts.processor import Outcome
from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.invoices.models import Invoice
from florin.domain.links import services as links
from florin.domain.links.models import Link
from florin.domain.staff.models import User
from florin.flows import write_order
from florin.kernel import clock


def test_a_bill_says_who_asks_whom_for_what_how_much_and_by_when(
    payer: Client, link: Link, invoice: Invoice
) -> None:
    page = payer.get(address(link)).text

    for words in (
        link.company.name,
        link.customer.name,
        invoice.number,
        "Pay $100.00",
        "Due ",
        link.company.phone,
    ):
        assert words.replace("&", "&amp;") in page


def test_a_bill_is_in_the_customers_language_and_currency(payer: Client, owner: User) -> None:
    customer = make_customer(owner.company, currency="JPY", language="es")
    link = make_link(owner, make_invoice(owner, "1234", customer=customer))

    page = payer.get(address(link), headers={"Accept-Language": "en"}).text

    assert '<html lang="es">' in page
    assert 'name="seen" value="1234"' in page
    assert "1.234\xa0JPY" in page


def test_a_name_that_reads_from_right_to_left_is_isolated(payer: Client, link: Link) -> None:
    Customer.objects.filter(pk=link.customer_id).update(name="\u202eشركة 7")

    assert "For \u2068شركة 7\u2069<" in payer.get(address(link)).text


def test_who_pays_by_check_or_wire_reads_where_to_until_it_is_paid(
    payer: Client, link: Link, invoice: Invoice
) -> None:
    Company.objects.filter(pk=link.company_id).update(remit_to="PO Box 5\nMiami", wire="Routing 067014822")

    page = payer.get(address(link)).text
    assert "PO Box 5<br>Miami" in page
    assert "Routing 067014822" in page
    assert f"Please give the invoice number, {invoice.number}." in page

    report_card_payment(open_attempt(link), Outcome.AUTHORISED)
    assert "067014822" not in payer.get(address(link)).text


def test_an_overdue_bill_says_since_when(payer: Client, link: Link, invoice: Invoice) -> None:
    Invoice.objects.filter(pk=invoice.pk).update(due_on="2020-01-31")

    assert "Overdue since Jan 31, 2020" in payer.get(address(link)).text


def test_an_invoice_changed_since_the_mail_shows_was_and_now(
    payer: Client, link: Link, invoice: Invoice, owner: User
) -> None:
    draft = make_draft(invoice.customer, "120.00")
    write_order.change(owner.company, invoice.order_id, draft, version=invoice.order.version, by=owner)

    page = payer.get(address(link)).text

    assert "its total was $100.00 and is now $120.00" in page
    assert "Pay $120.00" in page


def test_what_somebody_else_is_paying_is_not_asked_for_again(
    payer: Client, owner: User, invoice: Invoice
) -> None:
    other = make_invoice(owner, "50.00", customer=invoice.customer)
    report_card_payment(open_attempt(link_to(invoice)), Outcome.AUTHORISED)

    page = payer.get(address(link_to(invoice, other))).text

    assert "$150.00 is owed. $100.00 of it is being paid by somebody else right now" in page
    assert "Pay $50.00" in page


def test_a_bill_that_is_all_being_paid_has_no_pay_button(payer: Client, link: Link, invoice: Invoice) -> None:
    report_card_payment(open_attempt(link_to(invoice)), Outcome.AUTHORISED)

    page = payer.get(address(link)).text

    assert "A payment is in progress" in page
    assert "<form" not in page


def test_a_bill_paid_through_its_link_offers_the_receipt(payer: Client, link: Link) -> None:
    attempt = open_attempt(link)
    report_card_payment(attempt, Outcome.SETTLED)

    page = payer.get(address(link)).text

    assert "with Visa •••• 4242" in page
    assert f"/result/{attempt.pk}/receipt.pdf" in page


def test_a_bill_paid_another_way_shows_no_payment_of_somebody_else(
    payer: Client, link: Link, invoice: Invoice
) -> None:
    report_card_payment(open_attempt(link_to(invoice)), Outcome.SETTLED)

    page = payer.get(address(link)).text

    assert "It was settled another way" in page
    assert "4242" not in page


def test_a_void_bill_asks_not_to_be_paid(payer: Client, link: Link, invoice: Invoice, owner: User) -> None:
    write_order.void(owner.company, invoice.order_id, by=owner)

    page = payer.get(address(link)).text

    assert "Please do not pay it" in page
    assert "<form" not in page


@pytest.mark.parametrize("switched", [Company, Customer])
def test_with_links_switched_off_the_page_says_whom_to_call(
    payer: Client, link: Link, switched: type[Company] | type[Customer]
) -> None:
    switched.objects.update(links_enabled=False)

    page = payer.get(address(link)).text

    assert "This bill cannot be paid online" in page
    assert f"Call {link.company.phone}" in page
    assert "<form" not in page


def test_unknown_revoked_and_malformed_links_look_alike(payer: Client, link: Link) -> None:
    revoked = payer.get(address(link))
    assert revoked.status_code == 200
    Link.objects.update(revoked_at=clock.now())

    answers = [
        payer.get(path) for path in (address(link), "/pay/" + "x" * 27, "/pay/%00", "/pay/", "/pay/a/b/c")
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert len({str(sorted(answer.headers.items())) for answer in answers}) == 1


def test_a_slash_at_the_end_does_no_harm(payer: Client, link: Link) -> None:
    assert "Pay $100.00" in payer.get(address(link, "/")).text


def test_who_comes_back_without_paying_reads_that_nothing_was_charged(payer: Client, link: Link) -> None:
    assert "Nothing was charged" in payer.get(address(link, "?back=1")).text


@pytest.mark.parametrize("count", [1, 25])
def test_a_bill_costs_five_queries_whatever_its_length(payer: Client, owner: User, count: int) -> None:
    link = link_to_many(owner, count)

    with queries() as asked:
        payer.get(address(link))

    assert len(asked) == 5


def test_an_open_page_is_told_nothing_while_its_bill_is_true(payer: Client, link: Link) -> None:
    version = payer.get(address(link)).text.split('data-version="')[1][:16]

    answer = payer.get(address(link, f"/now?v={version}"))

    assert (answer.status_code, answer.content) == (204, b"")


def test_an_open_page_is_given_the_new_bill_when_it_changed(
    payer: Client, link: Link, invoice: Invoice
) -> None:
    version = payer.get(address(link)).text.split('data-version="')[1][:16]
    report_card_payment(open_attempt(link_to(invoice)), Outcome.AUTHORISED)

    answer = payer.get(address(link, f"/now?v={version}"))

    assert answer.status_code == 200
    assert 'data-state="in_progress"' in answer.text


def test_an_invoice_of_the_bill_is_a_pdf_and_of_another_is_not_found(
    payer: Client, link: Link, invoice: Invoice, owner: User
) -> None:
    mine = payer.get(address(link, f"/invoices/{invoice.pk}.pdf"))
    other = payer.get(address(link, f"/invoices/{make_invoice(owner).pk}.pdf"))

    assert mine.headers["Content-Disposition"] == f'inline; filename="{invoice.number}.pdf"'
    assert mine.content.startswith(b"%PDF")
    assert other.status_code == 404


def test_a_revoked_link_opens_no_documents(payer: Client, link: Link, invoice: Invoice) -> None:
    Link.objects.update(revoked_at=clock.now())

    assert payer.get(address(link, f"/invoices/{invoice.pk}.pdf")).status_code == 404
    assert links.token_of(link.pk) not in payer.get(address(link)).text
