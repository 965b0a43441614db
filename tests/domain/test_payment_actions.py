"""What can be done with a payment: refunds, returns, fees, undoing, each only while it makes sense."""

from dataclasses import fields, replace
from datetime import timedelta

import pytest

from factories import make_customer, make_user
from factories.ledger import usd
from florin.domain.attempts.methods import Method
from florin.domain.disputes.models import Dispute
from florin.domain.history.actions import PaymentActions, possible_actions
from florin.domain.history.queries import ListedPayment, PaymentEvents, PaymentStatus
from florin.domain.payments.models import Payment
from florin.domain.staff.models import User
from florin.domain.staff.rights import Role
from florin.kernel import clock

NOTHING = PaymentEvents(refunds=[], disputes=[], returned=None, undone=None)
HELD = replace(NOTHING, disputes=[Dispute(held=10_000)])


def paid(owner: User, method: Method, *, days: int = 0) -> ListedPayment:
    payment = Payment(
        company=owner.company,
        customer=make_customer(owner.company),
        method=method,
        amount=10_000,
        currency="USD",
        received_at=clock.now() - timedelta(days=days),
    )
    nothing = usd(0)
    return ListedPayment(
        payment=payment,
        status=PaymentStatus.RECEIVED,
        refunded=nothing,
        lost=nothing,
        charged=nothing,
        invoices=[],
    )


def possible(row: ListedPayment, events: PaymentEvents, by: User, *, fee_charged: bool = False) -> set[str]:
    actions = possible_actions(row, events, by=by, fee_charged=fee_charged)
    return {field.name for field in fields(PaymentActions) if getattr(actions, field.name)}


def test_what_was_recorded_at_the_counter_can_be_taken_back_in_every_way(owner: User) -> None:
    expected = {"refund", "mark_returned", "undo", "unapply"}
    assert possible(paid(owner, Method.CHECK), NOTHING, owner) == expected


def test_what_came_through_the_processor_is_refunded_or_moved_only(owner: User) -> None:
    assert possible(paid(owner, Method.CARD), NOTHING, owner) == {"refund", "unapply"}


def test_after_the_last_day_nothing_is_refunded(owner: User) -> None:
    assert "refund" in possible(paid(owner, Method.CARD, days=89), NOTHING, owner)
    assert "refund" not in possible(paid(owner, Method.CARD, days=92), NOTHING, owner)


def test_money_that_is_held_in_a_dispute_is_neither_refunded_nor_moved(owner: User) -> None:
    row = replace(paid(owner, Method.CARD), status=PaymentStatus.DISPUTED)
    assert possible(row, HELD, owner) == set()


def test_a_refunded_payment_is_not_refunded_again_nor_undone(owner: User) -> None:
    row = replace(paid(owner, Method.CHECK), refunded=usd(10_000), status=PaymentStatus.REFUNDED)
    assert possible(row, NOTHING, owner) == {"mark_returned", "unapply"}


@pytest.mark.parametrize("status", [PaymentStatus.RETURNED, PaymentStatus.CHARGED_BACK])
def test_what_the_bank_took_back_can_cost_a_fee_once(owner: User, status: PaymentStatus) -> None:
    row = replace(paid(owner, Method.CHECK), status=status)
    assert possible(row, NOTHING, owner) == {"charge_fee"}
    assert possible(row, NOTHING, owner, fee_charged=True) == set()


def test_with_an_undone_payment_nothing_more_is_done(owner: User) -> None:
    row = replace(paid(owner, Method.CHECK), status=PaymentStatus.UNDONE)
    assert possible(row, NOTHING, owner) == set()


def test_who_may_not_move_money_undoes_and_moves_only_what_was_recorded(owner: User) -> None:
    clerk = make_user(owner.company, Role.SALES)
    assert possible(paid(owner, Method.CHECK), NOTHING, clerk) == {"undo", "unapply"}
