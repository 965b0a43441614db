"""No link where the processor would not take what it asks for, and a sentence why, at every door."""

from uuid import uuid4

import pytest
from django.db import transaction

from factories import make_customer, make_invoice, make_link, make_order
from factories.credits import make_credit, pay_by_credit
from factories.payments import click_pay
from florin.contracts.limits import Bar
from florin.domain.attempts import asking, bill
from florin.domain.attempts.bill import BillState
from florin.domain.invoices.models import Invoice, Revision
from florin.domain.links import services as links
from florin.domain.links.models import Link
from florin.domain.payments.models import Payment
from florin.domain.refunds.services import Wish
from florin.domain.staff.models import User
from florin.domain.statements.composing import Period
from florin.domain.statements.models import Type
from florin.flows import (
    confirm_order,
    refund_payment,
    send_invoice,
    send_payment_links,
    send_statement,
    settle_payment,
    start_checkout,
)
from florin.flows.start_checkout import NotPayable
from florin.kernel import clock
from florin.kernel.errors import Refusal
from florin.kernel.money import Money
from testing.bank import Bank

CASES = [
    ("USD", "0.30", "The processor takes at least $0.50, so $0.30 cannot be paid by link."),
    (
        "USD",
        "1000000.00",
        "The processor takes at most $999,999.99, so $1,000,000.00 cannot be paid by link.",
    ),
    ("KWD", "12.345", "The next amount below is KWD\xa012.340."),
    ("MGA", "12.30", "The next amount below is MGA\xa012.00."),
    ("CUP", "12.30", "The processor takes no payments in CUP, so there is no payment link."),
    ("USD", "0.50", ""),
    ("KWD", "12.340", ""),
    ("UGX", "38000", ""),
]


def owing(owner: User, currency: str, *prices: str) -> Invoice:
    customer = make_customer(owner.company, currency=currency, invoice_emails=["ann@shop.example"])
    return make_invoice(owner, *prices, customer=customer)


@pytest.mark.parametrize(("currency", "price", "reason"), CASES)
def test_an_invoice_sent_by_hand(owner: User, currency: str, price: str, reason: str) -> None:
    invoice = owing(owner, currency, price)
    submission = uuid4().hex
    sent = send_invoice.send(
        owner.company,
        invoice.order_id,
        to=["ann@shop.example"],
        with_link=True,
        submission=submission,
        by=owner,
    )
    assert reason in sent.why_no_link
    assert (sent.link is None) == bool(reason)


@pytest.mark.parametrize(("currency", "price", "reason"), CASES)
def test_the_review_of_a_batch(owner: User, currency: str, price: str, reason: str) -> None:
    invoice = owing(owner, currency, price)
    row = send_payment_links.review(owner.company, [invoice.pk]).rows[0]
    assert reason in row.reason
    assert [number for number, _ in row.left_out] == ([invoice.number] if reason else [])


def test_small_invoices_that_are_large_enough_together_go_out(owner: User) -> None:
    first = owing(owner, "USD", "0.30")
    second = make_invoice(owner, "0.30", customer=first.customer)
    row = send_payment_links.review(owner.company, [first.pk, second.pk]).rows[0]
    assert (row.reason, len(row.invoices)) == ("", 2)


@pytest.mark.parametrize(("currency", "price", "reason"), CASES)
def test_a_statement(owner: User, currency: str, price: str, reason: str) -> None:
    customer = owing(owner, currency, price).customer
    period = Period(Type.OPEN_ITEMS, None, clock.today(owner.company.time_zone))
    [proposal] = send_statement.propose(owner.company, customer, period)
    assert reason in proposal.answer.reason
    assert proposal.answer.offered != bool(reason)


@pytest.mark.parametrize(("currency", "price", "reason"), CASES)
def test_what_the_system_mails(owner: User, currency: str, price: str, reason: str) -> None:
    to = ["ann@shop.example"]
    customer = make_customer(owner.company, currency=currency, invoice_emails=to, automatic_invoices=True)
    order = make_order(owner, price, customer=customer)
    foreseen = confirm_order.foresee(order)
    invoice = confirm_order.confirm(owner.company, order.pk, by=owner)
    assert reason in foreseen.reason
    assert foreseen.with_link == confirm_order.mailed(invoice).with_link == (not reason)


@pytest.mark.parametrize(
    ("price", "why"),
    [("USD 0.30", Bar.TOO_SMALL), ("KWD 12.345", Bar.UNEVEN), ("CUP 9.00", Bar.CURRENCY)],
)
def test_a_bill_says_so_and_opens_nothing(owner: User, bank: Bank, price: str, why: Bar) -> None:
    revision = Revision.objects.get(invoice=owing(owner, *price.split()))
    with transaction.atomic():
        link = links.mint([revision], recipients=[], by="")
    now = bill.draw_up(link)
    assert (now.state, now.bar) == (BillState.BARRED, why)
    with pytest.raises(NotPayable, match="cannot be paid online"):
        click_pay(link)


def test_what_credits_leave_is_what_counts(owner: User) -> None:
    invoice = owing(owner, "USD", "100.00")
    make_credit(invoice.customer, "99.80")
    now = Invoice.objects.get(pk=invoice.pk)
    assert "at least $0.50, so $0.20" in asking.for_manual_invoice(now, asking.of_invoice(now)).reason


def test_a_rest_that_has_become_too_small_is_told_on_the_bill(owner: User) -> None:
    invoice = owing(owner, "USD", "100.00")
    link = make_link(owner, invoice)
    assert bill.draw_up(link).state == BillState.PAYABLE
    pay_by_credit(invoice, 9_960)
    assert bill.draw_up(link).bar == Bar.TOO_SMALL


def test_invoices_whose_last_digits_only_fit_together_are_one_line(owner: User, bank: Bank) -> None:
    first = owing(owner, "KWD", "5.125")
    second = make_invoice(owner, "7.125", customer=first.customer)
    revisions = list(Revision.objects.filter(invoice__in=[first, second]))
    with transaction.atomic():
        link = links.mint(revisions, recipients=[], by="", kind=Link.Kind.BATCH)
    attempt = click_pay(link)
    assert [item.amount for item in start_checkout.order_for(attempt).line_items] == [Money(12_250, "KWD")]


def test_of_a_hold_that_is_no_longer_owed_whole_what_fits_is_taken(owner: User, bank: Bank) -> None:
    invoice = owing(owner, "KWD", "12.340")
    attempt = click_pay(make_link(owner, invoice))
    bank.pay(attempt)
    pay_by_credit(invoice, 2_005)
    settle_payment.settle(attempt.pk)
    assert Payment.objects.get(attempt=attempt).money == Money(10_330, "KWD")
    assert bank.charged(attempt.pk) == 10_330


def test_a_refund_of_digits_that_the_processor_cannot_send_is_refused(owner: User, bank: Bank) -> None:
    invoice = owing(owner, "KWD", "12.340")
    attempt = click_pay(make_link(owner, invoice))
    bank.pay(attempt)
    settle_payment.settle(attempt.pk)
    payment = Payment.objects.get(attempt=attempt)
    wish = Wish(amounts={invoice.item_id: 2_005}, reason="Short", submission=uuid4().hex)
    with pytest.raises(Refusal, match=r"Refund KWD\s2\.000, for example"):
        refund_payment.refund(owner.company, payment.pk, wish, by=owner)
