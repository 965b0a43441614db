"""What we hear of days later is dated by when it happened, not by when we noticed."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction

from factories import make_invoice, make_link
from factories.attempts import open_attempt
from factories.clearing_account import own_account
from factories.credits import make_credit
from factories.ledger import usd
from factories.payments import click_pay
from florin.contracts.processor import Outcome, Report
from florin.domain.attempts.methods import Method
from florin.domain.attempts.models import Attempt
from florin.domain.ledger.models import Entry, Item
from florin.domain.payments import settling
from florin.domain.payments.models import Payment
from florin.domain.payouts.models import Movement
from florin.domain.receipts.models import Receipt
from florin.domain.refunds import queries as refunds
from florin.domain.staff.models import User
from florin.flows import reconcile, settle_payment
from florin.kernel import clock
from testing.bank import Bank

pytestmark = pytest.mark.usefixtures("one_clock")


def three_days_later(bank: Bank, attempt: Attempt) -> Payment:
    """Nobody hears of anything for three days, and then somebody asks."""
    bank.let_days_pass(3)
    settle_payment.settle(attempt.pk)
    payment = Payment.objects.select_related("company").get(attempt=attempt)
    assert timedelta(days=3) <= clock.now() - payment.received_at < timedelta(days=3, minutes=2)
    return payment


def test_a_debit_is_dated_by_the_day_on_which_it_cleared(owner: User, bank: Bank) -> None:
    invoice = make_invoice(owner)
    make_credit(invoice.customer, "20.00")
    attempt = click_pay(make_link(owner, invoice), Method.ACH)
    bank.debit(attempt)
    settle_payment.settle(attempt.pk)
    bank.let_days_pass(4)  # by now it has cleared, days after it was submitted and booked there

    payment = three_days_later(bank, attempt)

    day = payment.received_on
    kinds = [Entry.Kind.PAYMENT, Entry.Kind.APPLY, Entry.Kind.FEE]
    assert list(Entry.objects.filter(kind__in=kinds).values_list("date", flat=True)) == [day] * 3
    assert Receipt.objects.get().document.paid_on == day
    assert refunds.last_day(payment) == day + timedelta(days=180)


def test_a_card_is_dated_by_its_capture_though_the_answer_to_it_was_lost(owner: User, bank: Bank) -> None:
    attempt = click_pay(make_link(owner))
    bank.pay(attempt)
    bank.let_days_pass(1)  # held since then, and not taken before the capture
    bank.break_down("intent.capture", "500_after_success")
    settle_payment.settle(attempt.pk)
    assert not Payment.objects.exists()

    three_days_later(bank, attempt)


def test_money_that_nobody_owes_is_open_from_the_day_on_which_it_came(owner: User, bank: Bank) -> None:
    invoice = make_invoice(owner)
    first, second = (click_pay(make_link(owner, invoice), Method.ACH) for _ in range(2))
    for attempt in (first, second):
        bank.debit(attempt)
    bank.let_days_pass(4)

    three_days_later(bank, first)
    settle_payment.settle(second.pk)

    payment = Payment.objects.get(attempt=second)
    assert Item.objects.get(kind=Item.Kind.OVERPAYMENT).opened_on == payment.received_on
    assert payment.received_on < clock.today(owner.company.time_zone)


def test_what_a_comparison_finds_is_dated_as_the_processor_dates_it(owner: User, bank: Bank) -> None:
    own_account(owner.company, bank)
    attempt = click_pay(make_link(owner), Method.ACH)
    bank.debit(attempt)
    bank.let_days_pass(5)
    bank.let_days_pass(3)

    assert reconcile.run(owner.company, by="a test").different == 0

    # A debit is booked there when it is submitted, and can be paid out when it has cleared, four days later.
    submitted = Movement.objects.get(kind="payment").at
    assert Payment.objects.get().received_at == submitted + timedelta(days=4)


@pytest.mark.parametrize("days", [-1, 1])
def test_a_processor_whose_clock_is_wrong_dates_nothing_before_the_attempt_or_after_now(
    owner: User, days: int
) -> None:
    attempt = open_attempt(make_link(owner))
    told = _settled(clock.now() + timedelta(days=days))
    with transaction.atomic():
        settling.record(settling.lock(attempt.pk), told)

    assert attempt.started_at <= Payment.objects.get().received_at <= clock.now()


def _settled(at: datetime) -> Report:
    return Report(reference="cs_1", outcome=Outcome.SETTLED, amount=usd(10_000), payment="pi_1", taken_at=at)
