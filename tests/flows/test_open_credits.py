"""Open credits: shown as a deduction on the bill, applied when the payment settles, never twice."""

from functools import partial

from checkout.pages import link_to
from factories import make_customer, make_invoice, make_link
from factories.credits import make_credit
from factories.payments import click_pay
from florin.domain.attempts import bill
from florin.domain.attempts.bill import Bill, BillState
from florin.domain.attempts.models import Attempt
from florin.domain.companies.models import Company
from florin.domain.ledger.models import Item
from florin.domain.links import services as links
from florin.domain.links.models import Link
from florin.domain.payments.models import Payment
from florin.domain.staff.models import User
from florin.flows import apply_credit, settle_payment
from testing.bank import Bank
from testing.races import at_once


def _bill(link: Link) -> Bill:
    return bill.draw_up(links.find(links.token_of(link.pk)))


def _balance(item: Item) -> int:
    return Item.objects.get(pk=item.pk).balance


def test_open_credits_are_deducted_oldest_first(owner: User) -> None:
    customer = make_customer(owner.company)
    make_credit(customer, "70.00", number="CR-1")
    make_credit(customer, "50.00", number="CR-2")

    shown = _bill(link_to(make_invoice(owner, "100.00", customer=customer)))

    assert [(credit.number, credit.amount.minor) for credit in shown.credits] == [
        ("CR-1", 7000),
        ("CR-2", 3000),
    ]
    assert shown.state == BillState.COVERED
    assert shown.payable.minor == 0


def test_a_company_may_leave_open_credits_to_its_staff(owner: User) -> None:
    Company.objects.update(use_open_credits=False)
    customer = make_customer(owner.company)
    make_credit(customer, "70.00")

    assert _bill(make_link(owner, make_invoice(owner, "100.00", customer=customer))).payable.minor == 10_000


def test_another_customers_credit_is_not_ours(owner: User) -> None:
    make_credit(make_customer(owner.company), "70.00")

    assert _bill(make_link(owner)).payable.minor == 10_000


def test_a_payment_applies_the_credit_that_the_bill_showed(owner: User, bank: Bank) -> None:
    customer = make_customer(owner.company)
    credit = make_credit(customer, "30.00")
    invoice = make_invoice(owner, "100.00", customer=customer)
    attempt = click_pay(make_link(owner, invoice))
    bank.pay(attempt)

    settle_payment.settle(attempt.pk)

    assert bank.charged(attempt.pk) == Payment.objects.get().amount == 7_000
    assert _balance(credit) == _balance(invoice.item) == 0


def test_the_processors_page_asks_for_what_the_bill_asked_for(owner: User, bank: Bank) -> None:
    customer = make_customer(owner.company)
    make_credit(customer, "30.00")
    attempt = click_pay(make_link(owner, make_invoice(owner, "100.00", customer=customer)))

    bank.pay(attempt)

    assert bank.authorised(attempt.pk) == 7_000


def test_two_invoices_paid_at_once_use_one_credit_once(owner: User, bank: Bank) -> None:
    customer = make_customer(owner.company)
    credit = make_credit(customer, "30.00")
    invoices = [make_invoice(owner, "100.00", customer=customer) for _ in range(2)]
    attempts = [click_pay(make_link(owner, invoice)) for invoice in invoices]
    for attempt in attempts:
        bank.pay(attempt)

    at_once(*[partial(settle_payment.settle, attempt.pk) for attempt in attempts])
    for attempt in attempts:
        settle_payment.settle(attempt.pk)

    assert _balance(credit) == 0
    assert [_balance(invoice.item) for invoice in invoices] == [0, 0]
    assert sorted(bank.charged(attempt.pk) or 0 for attempt in attempts) == [7_000, 10_000]


def test_a_session_that_counted_on_a_used_credit_is_expired(owner: User, bank: Bank) -> None:
    customer = make_customer(owner.company)
    credit = make_credit(customer, "30.00")
    first, second = (make_invoice(owner, customer=customer) for _ in range(2))
    attempt = click_pay(make_link(owner, first))
    apply_credit.apply(owner.company, credit.pk, {second.item_id: 3_000}, submission="p", by=owner)

    settle_payment.expire_competing([credit.pk])

    attempt.refresh_from_db()
    assert (attempt.state, bank.states(attempt.pk)) == (Attempt.State.EXPIRED, [])
