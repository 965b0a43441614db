"""Many payers on one link at the same instant: one is charged, all others are told that they were not.

``python -m chaos`` lets fifty do it against programs of their own.
"""

from functools import partial

from factories import make_link
from factories.payments import click_pay
from florin.domain.attempts.models import Attempt
from florin.domain.ledger.models import Item
from florin.domain.outbox.models import Message
from florin.domain.payments.models import Payment
from florin.domain.staff.models import User
from florin.flows import settle_payment
from races.test_payments_at_once import _without_locks
from testing.bank import Bank
from testing.races import at_once

_PAYERS = 12


def crowd(owner: User, bank: Bank) -> list[Attempt]:
    """Payers of one link who have all typed a card that the bank holds the amount on."""
    link = make_link(owner)
    attempts = [click_pay(link) for _ in range(_PAYERS)]
    for place, attempt in enumerate(attempts):
        bank.pay(attempt, email=f"payer-{place}@shop.example")
    return attempts


def test_of_a_crowd_one_is_charged_and_all_others_are_told_that_they_were_not(
    owner: User, bank: Bank
) -> None:
    attempts = crowd(owner, bank)

    at_once(*[partial(settle_payment.settle, attempt.pk) for attempt in attempts])
    for attempt in attempts:
        settle_payment.settle(attempt.pk)

    charged = [attempt for attempt in attempts if bank.charged(attempt.pk)]
    assert [attempt.pk for attempt in charged] == [Payment.objects.get().attempt_id]
    assert bank.charged(charged[0].pk) == 10_000
    assert sum(bank.states(attempt.pk) == ["canceled"] for attempt in attempts) == _PAYERS - 1
    told = Message.objects.filter(kind=Message.Kind.NOT_CHARGED).values_list("recipient", flat=True)
    assert len(set(told)) == len(told) == _PAYERS - 1
    assert not Item.objects.filter(kind=Item.Kind.OVERPAYMENT).exists()


def test_control_without_the_locks_several_of_a_crowd_are_charged(owner: User, bank: Bank) -> None:
    """If this fails, the test above proves nothing."""
    for _ in range(5):
        attempts = crowd(owner, bank)
        with _without_locks():
            at_once(*[partial(settle_payment.settle, attempt.pk) for attempt in attempts])
        for attempt in attempts:
            settle_payment.settle(attempt.pk)
        if sum(bool(bank.charged(attempt.pk)) for attempt in attempts) > 1:
            return
    raise AssertionError("Without the locks still only one was charged")
