"""Mail, PDF, dialog, review and page ask for one amount, and open credits are promised once (case C04)."""

import pytest
from django.test import Client

from checkout.pages import address, link_to
from edges.test_documents import text_of
from factories import make_customer, make_invoice, make_order
from factories.credits import make_credit
from florin.domain.attempts import asking, bill
from florin.domain.attempts.bill import BillState
from florin.domain.customers.models import Customer
from florin.domain.invoices.models import Invoice
from florin.domain.ledger import checking
from florin.domain.ledger.models import Entry, Item
from florin.domain.links import services as links
from florin.domain.outbox.models import Message
from florin.domain.staff.models import User
from florin.edges.mail.post import Envelope
from florin.flows import (
    apply_credit,
    confirm_order,
    deliver_outbox,
    send_documents,
    send_invoice,
    send_payment_links,
    work_mailing_runs,
)


@pytest.fixture
def payer() -> Client:
    return Client()


@pytest.fixture
def office(owner: User) -> Client:
    client = Client()
    client.force_login(owner)
    return client


@pytest.fixture
def customer(owner: User) -> Customer:
    return make_customer(owner.company)


def _written() -> Envelope:
    """The mail that was queued last."""
    return deliver_outbox._write(Message.objects.select_related("company").latest("pk"))


def _send(owner: User, invoice: Invoice) -> send_documents.Sent:
    return send_invoice.send(
        owner.company, invoice.order_id, to=["a@x.example"], with_link=True, submission="p", by=owner
    )


def test_a_credit_of_50_is_meant_for_bills_of_30_35_and_100_once(owner: User, customer: Customer) -> None:
    make_credit(customer, "50.00")
    invoices = [make_invoice(owner, price, customer=customer) for price in ("30.00", "35.00", "100.00")]

    bills = [bill.draw_up(link_to(invoice)) for invoice in invoices]

    assert [each.payable.minor for each in bills] == [0, 1_500, 10_000]
    assert bills[0].state == BillState.COVERED


def test_what_is_due_first_gets_the_credit_whoever_asks(owner: User, customer: Customer) -> None:
    make_credit(customer, "50.00")
    late, early = (make_invoice(owner, "40.00", customer=customer) for _ in range(2))
    Item.objects.filter(pk=early.item_id).update(due_on="2026-01-31")

    assert [asking.of_invoice(each).payable for each in (late, early)] == [3_000, 0]


def test_mail_pdf_dialog_review_and_page_ask_for_the_same(
    owner: User, customer: Customer, payer: Client, office: Client
) -> None:
    make_credit(customer, "23.25", number="CR-9")
    invoice = make_invoice(owner, "279.00", customer=customer)
    dialog = office.get(f"/office/orders/{invoice.order_id}/email/").text
    [row] = send_payment_links.review(owner.company, [invoice.pk]).rows
    sent = _send(owner, invoice)
    mail = _written()

    assert [str(total.decimal) for total in row.totals] == ["255.75"]
    for told in (dialog, mail.html, mail.text, text_of(mail.attachments[0][1])):
        assert "CR-9" in told
        assert "$255.75" in told
    assert "$255.75" in mail.subject
    assert sent.link
    assert "Pay $255.75" in payer.get(address(sent.link)).text


def test_a_batch_mail_takes_the_credits_off_line_by_line(owner: User, customer: Customer) -> None:
    make_credit(customer, "50.00", number="CR-9")
    keys = [make_invoice(owner, price, customer=customer).pk for price in ("30.00", "35.00", "100.00")]
    run = send_payment_links.start(
        owner.company, keys, addresses={customer.pk: ["a@x.example"]}, submission="p", by=owner
    )
    work_mailing_runs.work(list(run.items.values_list("pk", flat=True)))
    mail = _written()

    assert "Pay $115.00 online" in mail.text
    assert "Your credit CR-9 of Jan 5, 2026: −$50.00" in mail.text  # noqa: RUF001 - a minus sign
    assert "$115.00" in mail.html


def test_a_mail_that_says_covered_is_paid_when_it_leaves(owner: User, customer: Customer) -> None:
    credit = make_credit(customer, "150.00")
    invoice = make_invoice(owner, "100.00", customer=customer)

    sent = _send(owner, invoice)
    mail = _written()

    assert (sent.link, "Open credits cover it" in sent.why_no_link) == (None, True)
    assert "Your open credits cover it. There is nothing for you to do." in mail.text
    assert "/pay/" not in mail.text + mail.html
    items = Item.objects.in_bulk([invoice.item_id, credit.pk])
    assert [items[invoice.item_id].balance, items[credit.pk].balance] == [0, -5_000]
    assert checking.findings() == []


def test_an_automatic_invoice_that_credits_cover_says_so_and_is_paid(owner: User) -> None:
    customer = make_customer(owner.company, automatic_invoices=True)
    make_credit(customer, "100.00")
    order = make_order(owner, "100.00", customer=customer)
    assert "Open credits cover it" in confirm_order.foresee(order).reason

    invoice = confirm_order.confirm(owner.company, order.pk, by=owner)

    assert Item.objects.get(pk=invoice.item_id).balance == 0
    assert "nothing to pay" in _written().subject


def test_a_draft_gets_only_the_credits_that_what_is_due_before_leaves(
    owner: User, customer: Customer
) -> None:
    make_credit(customer, "100.00")
    make_invoice(owner, "80.00", customer=customer)
    Item.objects.filter(customer=customer, kind=Item.Kind.INVOICE).update(due_on="2026-01-31")
    Customer.objects.update(automatic_invoices=True)
    covered, not_quite = (
        make_order(owner, price, customer=Customer.objects.get()) for price in ("20.00", "30.00")
    )

    assert "Open credits cover it" in confirm_order.foresee(covered).reason
    assert confirm_order.foresee(not_quite).with_link


def test_the_payers_press_applies_the_credits_once(owner: User, customer: Customer, payer: Client) -> None:
    credit = make_credit(customer, "150.00")
    link = link_to(make_invoice(owner, "100.00", customer=customer))
    assert "Use $100.00 of my credits" in payer.get(address(link)).text
    assert Item.objects.get(pk=credit.pk).balance == -15_000

    answers = [payer.post(address(link, "/credits")) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert "Your open credits paid $100.00 of it." in payer.get(address(link)).text
    assert Item.objects.get(pk=credit.pk).balance == -5_000
    assert Entry.objects.filter(kind=Entry.Kind.APPLY).count() == 1


def test_a_press_for_what_credits_do_not_cover_changes_nothing(owner: User, customer: Customer) -> None:
    make_credit(customer, "50.00")
    link = link_to(make_invoice(owner, "100.00", customer=customer))

    assert not apply_credit.settle_covered(links.token_of(link.pk))
    assert not Entry.objects.filter(kind=Entry.Kind.APPLY).exists()
