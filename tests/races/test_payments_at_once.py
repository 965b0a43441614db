"""Many hands on one debt: one capture, one booking; and controls that show the locks are what does it."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from uuid import uuid4

import pytest
from django.db import IntegrityError
from django.db.models import QuerySet

from factories import make_invoice, make_link
from factories.payments import click_pay
from florin.domain.attempts import bill
from florin.domain.attempts.methods import Method
from florin.domain.attempts.models import Attempt
from florin.domain.companies.models import Company
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Item
from florin.domain.links import services as links
from florin.domain.payments.models import Payment
from florin.domain.receipts.models import Receipt
from florin.domain.staff.models import User
from florin.flows import settle_payment, start_checkout
from testing.bank import Bank
from testing.races import at_once


def test_return_page_notice_and_poller_at_once_book_once(owner: User, bank: Bank) -> None:
    attempt = click_pay(make_link(owner))
    bank.pay(attempt)

    problems = at_once(*[partial(settle_payment.settle, attempt.pk)] * 6)
    assert problems == [None] * 6
    settle_payment.settle(attempt.pk)

    assert bank.charged(attempt.pk) == Payment.objects.get().amount == 10_000
    assert Receipt.objects.count() == 1


def test_two_payers_at_once_on_one_link_give_one_capture(owner: User, bank: Bank) -> None:
    link = make_link(owner)
    pair = [click_pay(link), click_pay(link)]
    for attempt in pair:
        bank.pay(attempt)

    at_once(*[partial(settle_payment.settle, attempt.pk) for attempt in pair])
    for attempt in pair:
        settle_payment.settle(attempt.pk)

    assert sorted(bank.charged(attempt.pk) for attempt in pair) == [0, 10_000]
    assert not Item.objects.filter(kind=Item.Kind.OVERPAYMENT).exists()


def test_links_of_two_sends_share_the_debt_and_not_the_money(owner: User, bank: Bank) -> None:
    invoice = make_invoice(owner, "80.00")
    attempts = [click_pay(make_link(owner, invoice)) for _ in range(3)]
    for attempt in attempts:
        bank.pay(attempt)

    at_once(*[partial(settle_payment.settle, attempt.pk) for attempt in attempts])
    for attempt in attempts:
        settle_payment.settle(attempt.pk)

    assert sum(bank.charged(attempt.pk) for attempt in attempts) == 8_000
    assert Item.objects.get(pk=invoice.item_id).balance == 0


def test_a_double_click_on_pay_makes_one_attempt_and_one_session(owner: User, bank: Bank) -> None:
    link = make_link(owner)
    token, nonce = links.token_of(link.pk), uuid4().hex
    seen = bill.draw_up(link).payable
    bank.break_down("session.create", "slow", seconds=0.4)

    addresses = at_once(*[lambda: start_checkout.start(token, seen=seen, nonce=nonce)] * 4)

    assert set(addresses) == {Attempt.objects.get().url}


def test_a_debit_that_failed_costs_one_fee_however_many_hear_of_it_at_once(owner: User, bank: Bank) -> None:
    attempt = _debit_that_failed(owner, bank)

    assert at_once(*[partial(settle_payment.settle, attempt.pk)] * 6) == [None] * 6

    assert Invoice.objects.filter(total=2_500).count() == 1


def _debit_that_failed(owner: User, bank: Bank) -> Attempt:
    """A debit under way that the bank has refused for want of money, which nobody has asked about yet."""
    Company.objects.update(nsf_fee=2_500)
    attempt = click_pay(make_link(owner), Method.ACH)
    bank.debit(attempt, "000222222227")
    settle_payment.settle(attempt.pk)
    bank.let_days_pass(5)
    return attempt


@contextmanager
def _without_locks() -> Iterator[None]:
    """Take SELECT … FOR UPDATE out of the product."""
    patch = pytest.MonkeyPatch()
    patch.setattr(QuerySet, "select_for_update", lambda rows, **_options: rows.all())
    try:
        yield
    finally:
        patch.undo()


def test_control_without_the_locks_two_payers_are_both_charged(owner: User, bank: Bank) -> None:
    """If this fails, the tests above prove nothing."""
    charged_twice = False
    for _ in range(10):
        link = make_link(owner)
        pair = [click_pay(link), click_pay(link)]
        for attempt in pair:
            bank.pay(attempt)
        with _without_locks():
            at_once(*[partial(settle_payment.settle, attempt.pk) for attempt in pair])
        for attempt in pair:
            settle_payment.settle(attempt.pk)
        charged_twice = all(bank.charged(attempt.pk) for attempt in pair)
        if charged_twice:
            break
    assert charged_twice


def test_control_without_the_locks_the_fee_is_charged_twice_but_for_the_database(
    owner: User, bank: Bank
) -> None:
    """If this fails, it is not the lock that lets all who hear of a failure end well."""
    refused = False
    for _ in range(10):
        attempt = _debit_that_failed(owner, bank)
        with _without_locks():
            problems = at_once(*[partial(settle_payment.settle, attempt.pk)] * 6)
        refused = any(isinstance(problem, IntegrityError) for problem in problems)
        if refused:
            break
    assert refused
