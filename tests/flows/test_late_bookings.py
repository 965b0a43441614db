"""A processor that captures asynchronously tells fee and booking after the capture: none is lost (R15)."""

from datetime import timedelta

import pytest

from factories import make_link
from factories.clearing_account import at_the_bank, in_the_books, own_account
from factories.payments import click_pay
from florin.domain.ledger.models import Account
from florin.domain.notices.models import ProcessorNotice
from florin.domain.payments.models import Payment
from florin.domain.payouts.models import Difference
from florin.domain.staff.models import User
from florin.flows import settle_payment
from flows.test_follow_payment import handle, receive
from flows.test_reconcile import run
from testing.bank import Bank

LATE = timedelta(hours=1)


@pytest.fixture(autouse=True)
def account(owner: User, bank: Bank) -> str:
    bank.order("bookings", seconds=int(LATE.total_seconds()))
    return own_account(owner.company, bank)


def paid(owner: User, bank: Bank) -> Payment:
    """A card payment whose fee nobody knows yet."""
    attempt = click_pay(make_link(owner))
    bank.pay(attempt)
    settle_payment.settle(attempt.pk)
    return Payment.objects.get(attempt=attempt)


def settle_again(payment: Payment) -> None:
    assert payment.attempt_id
    settle_payment.settle(payment.attempt_id)


def test_a_payment_is_booked_before_its_fee_is_known(owner: User, bank: Bank) -> None:
    assert paid(owner, bank).fee is None
    assert in_the_books(owner.company) == {"USD": 10_000}
    assert run(owner).different == 0


def test_the_notice_that_the_charge_was_updated_brings_the_fee(owner: User, bank: Bank) -> None:
    payment = paid(owner, bank)
    bank.let_days_pass(1)
    about = {"payment_intent": payment.reference, "metadata": {"attempt": str(payment.attempt_id)}}
    ProcessorNotice.objects.filter(pk=receive("evt_late", "charge.updated", **about).pk).update(
        account=payment.account
    )

    assert handle(ProcessorNotice.objects.get()) == "payment followed"
    assert Payment.objects.get().fee == 315
    assert in_the_books(owner.company) == at_the_bank(owner.company, bank) == {"USD": 9_685}


def test_a_notice_before_the_booking_is_known_brings_none_and_a_later_one_does(
    owner: User, bank: Bank
) -> None:
    payment = paid(owner, bank)
    settle_again(payment)
    assert Payment.objects.get().fee is None

    bank.let_days_pass(1)
    settle_again(payment)
    assert Payment.objects.get().fee == 315


def test_a_comparison_brings_the_fee_whose_notice_was_lost(owner: User, bank: Bank) -> None:
    paid(owner, bank)
    run(owner)
    bank.let_days_pass(1)

    done = run(owner)

    assert (done.mended, done.different, Payment.objects.get().fee) == (1, 0, 315)
    assert in_the_books(owner.company) == at_the_bank(owner.company, bank)
    assert in_the_books(owner.company, Account.FEES) == {"USD": 315}
    assert not Difference.objects.exists()
