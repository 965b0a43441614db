"""A bill that is open again because a payment did not hold says so, to whoever has its link."""

import pytest
from django.test import Client

from checkout.pages import address, link_to, link_to_many, queries
from factories import make_invoice
from factories.credits import make_credit
from factories.payments import click_pay, paid_by_bank, paid_by_card
from florin.domain.attempts.methods import Method
from florin.domain.attempts.models import Attempt
from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.invoices.models import Invoice
from florin.domain.links.models import Link
from florin.domain.payments.models import Payment
from florin.domain.payments.receiving import Receiving
from florin.domain.staff.models import User
from florin.flows import follow_payment, receive_payment, settle_payment
from florin.kernel import clock, formats
from florin.kernel.money import Money
from testing.bank import Bank

PENNILESS = "000222222227"


@pytest.fixture
def failed(bank: Bank, link: Link) -> Attempt:
    """A debit through the link that the bank did not pay, for want of money."""
    return debit_that_fails(bank, link)


def debit_that_fails(bank: Bank, link: Link) -> Attempt:
    attempt = click_pay(link, Method.ACH)
    bank.debit(attempt, PENNILESS)
    settle_payment.settle(attempt.pk)
    bank.let_days_pass(5)
    settle_payment.settle(attempt.pk)
    attempt.refresh_from_db()
    assert attempt.state == Attempt.State.FAILED
    return attempt


def sentence(attempt: Attempt, reason: str, amount: str = "$100.00") -> str:
    day = formats.day(clock.local(attempt.started_at, attempt.company.time_zone), "en")
    return f"Your bank payment of {amount} from {day} did not go through: {reason}."


def receive_check(owner: User, customer: Customer, amount: str) -> None:
    wanted = Receiving(
        amount=Money.parse(amount, "USD"), method=Method.CHECK, on=clock.today("UTC"), submission="a-check"
    )
    receive_payment.receive(owner.company, customer.pk, wanted, by=owner)


def test_a_bill_whose_bank_payment_failed_says_so_with_amount_day_and_reason(
    payer: Client, failed: Attempt
) -> None:
    page = payer.get(address(failed.link)).text

    assert f"{sentence(failed, 'Not enough money in the account')} The amount is open again." in page
    assert "Pay $100.00" in page


def test_a_bill_whose_bank_payment_came_back_says_so(payer: Client, owner: User, bank: Bank) -> None:
    payment = paid_by_bank(owner, bank, make_invoice(owner))
    bank.order(f"payment_intents/{payment.reference}/return", code="R02")
    follow_payment.follow(payment.pk)
    attempt = Attempt.objects.get()

    page = payer.get(address(attempt.link)).text

    assert f"{sentence(attempt, 'The account is closed')} The amount is open again." in page


def test_it_is_said_too_where_the_bill_cannot_be_paid_online_any_more(payer: Client, failed: Attempt) -> None:
    Company.objects.update(links_enabled=False)

    assert sentence(failed, "Not enough money in the account") in payer.get(address(failed.link)).text


def test_another_link_to_the_same_debt_tells_nothing_of_somebodys_bank(
    payer: Client, failed: Attempt, invoice: Invoice
) -> None:
    page = payer.get(address(link_to(invoice))).text

    assert "did not go through" not in page
    assert "Not enough money" not in page


def test_no_bank_or_account_is_named(payer: Client, failed: Attempt) -> None:
    page = payer.get(address(failed.link)).text

    assert not any(part in page for part in ("SANDBOX", PENNILESS[-4:], "payer@shop.example", "R01"))


def test_once_the_debt_is_paid_another_way_nothing_is_said_of_it(
    payer: Client, owner: User, failed: Attempt
) -> None:
    receive_check(owner, failed.link.customer, "100.00")

    page = payer.get(address(failed.link)).text

    assert "Paid. Nothing is due." in page
    assert "did not go through" not in page


def test_a_part_that_was_paid_meanwhile_is_not_called_open(
    payer: Client, owner: User, failed: Attempt
) -> None:
    receive_check(owner, failed.link.customer, "40.00")

    page = payer.get(address(failed.link)).text

    assert sentence(failed, "Not enough money in the account") in page
    assert "The amount is open again" not in page


def test_a_debt_that_a_later_try_pays_is_not_said_to_be_open_while_it_is_under_way(
    payer: Client, bank: Bank, failed: Attempt
) -> None:
    attempt = click_pay(failed.link, Method.ACH)
    bank.debit(attempt)
    settle_payment.settle(attempt.pk)

    assert "did not go through" not in payer.get(address(failed.link)).text


def test_a_later_payment_by_the_same_link_ends_it_even_if_that_is_refunded(
    payer: Client, bank: Bank, failed: Attempt
) -> None:
    attempt = click_pay(failed.link)
    bank.pay(attempt)
    settle_payment.settle(attempt.pk)
    payment = Payment.objects.get()
    bank.order(f"payment_intents/{payment.reference}/refund", amount=10_000)
    follow_payment.follow(payment.pk)

    assert "did not go through" not in payer.get(address(failed.link)).text


def test_credits_that_cover_the_bill_leave_nothing_to_say(
    payer: Client, owner: User, failed: Attempt
) -> None:
    make_credit(failed.link.customer, "100.00")

    assert "did not go through" not in payer.get(address(failed.link)).text


def card_payment(owner: User, bank: Bank, **order: object) -> tuple[Payment, str]:
    """A payment by card that is contested, and its dispute at the bank."""
    payment = paid_by_card(owner, bank, make_invoice(owner))
    dispute = bank.order(f"payment_intents/{payment.reference}/dispute", **order)
    follow_payment.follow(payment.pk)
    return payment, dispute["id"]


def decide(bank: Bank, payment: Payment, dispute: str, status: str) -> None:
    bank.order(f"disputes/{dispute}/close", status=status)
    follow_payment.follow(payment.pk)


@pytest.mark.parametrize("minor", [10_000, 4_000])
def test_a_bill_whose_card_payment_was_lost_in_a_dispute_says_so(
    payer: Client, owner: User, bank: Bank, minor: int
) -> None:
    payment, dispute = card_payment(owner, bank, amount=minor)
    attempt = Attempt.objects.get()
    assert "took back" not in payer.get(address(attempt.link)).text  # it is contested, and stays paid
    decide(bank, payment, dispute, "lost")

    page = payer.get(address(attempt.link)).text

    day = formats.day(clock.local(attempt.started_at, attempt.company.time_zone), "en")
    amount = formats.money(Money(minor, "USD"), "en")
    said = f"Your bank took back {amount} that you had paid by card on {day}. The amount is open again."
    assert said in page
    assert f"Pay {amount}" in page


def test_what_was_lost_and_paid_in_part_since_is_not_called_open(
    payer: Client, owner: User, bank: Bank
) -> None:
    payment, dispute = card_payment(owner, bank)
    decide(bank, payment, dispute, "lost")
    receive_check(owner, payment.customer, "40.00")

    page = payer.get(address(Attempt.objects.get().link)).text

    assert "Your bank took back $100.00" in page
    assert "The amount is open again" not in page


def test_a_card_payment_whose_dispute_was_won_leaves_nothing_to_say(
    payer: Client, owner: User, bank: Bank
) -> None:
    payment, dispute = card_payment(owner, bank)
    decide(bank, payment, dispute, "won")
    bank.order(f"payment_intents/{payment.reference}/refund", amount=4_000)
    follow_payment.follow(payment.pk)

    assert "took back" not in payer.get(address(Attempt.objects.get().link)).text


@pytest.mark.parametrize("count", [1, 25])
def test_saying_so_costs_two_queries_and_looking_in_vain_one(
    payer: Client, owner: User, bank: Bank, count: int
) -> None:
    link = link_to_many(owner, count)
    click_pay(link)
    with queries() as in_vain:
        payer.get(address(link))
    debit_that_fails(bank, link)
    with queries() as found:
        payer.get(address(link))

    assert (len(in_vain), len(found)) == (6, 7)
