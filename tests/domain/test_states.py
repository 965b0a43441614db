"""The code and the database allow the same moves: every pair of states is tried against the trigger."""

from collections.abc import Callable, Iterable
from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from domain.test_checking import CONTESTED
from domain.test_credits import write
from domain.test_mailing_runs import make_run
from domain.test_outbox import make_message
from factories import make_customer, make_link, make_order
from factories.attempts import make_paid_attempt, open_attempt
from factories.database import sql, tampered
from factories.movements import paid, paid_out
from florin.domain.attempts.lifecycle import ATTEMPT, FINAL, AttemptState
from florin.domain.companies.lifecycle import PAYMENTS_ACCOUNT, AccountState
from florin.domain.credits.lifecycle import CREDIT, CreditState
from florin.domain.disputes import services as disputes
from florin.domain.disputes.lifecycle import DISPUTE, DisputeState
from florin.domain.mailing_runs.lifecycle import RUN_ITEM, RunItemState
from florin.domain.orders.lifecycle import ORDER, OrderState
from florin.domain.outbox.lifecycle import MESSAGE, MessageState
from florin.domain.payments import allocating
from florin.domain.payments.models import Payment
from florin.domain.payouts.lifecycle import PAYOUT, PayoutState
from florin.domain.payouts.models import Movement
from florin.domain.refunds import services as refunds
from florin.domain.refunds.lifecycle import REFUND, RefundState
from florin.domain.refunds.services import Wish
from florin.domain.staff.models import User
from florin.kernel.frozen import guard_sql
from florin.kernel.lifecycle import Lifecycle


def order(owner: User) -> None:
    make_order(owner)


def attempt(owner: User) -> None:
    open_attempt(make_link(owner))


def refund(owner: User) -> None:
    payment = Payment.objects.get(attempt=make_paid_attempt(owner))
    wish = Wish(
        amounts={part.item.pk: part.amount for part in allocating.current_allocations(payment)},
        reason="Wilted",
    )
    with transaction.atomic():
        refunds.request(allocating.lock(payment.pk), wish, by="a test")


def dispute(owner: User) -> None:
    payment = Payment.objects.get(attempt=make_paid_attempt(owner))
    with transaction.atomic():
        disputes.take_in(allocating.lock(payment.pk), CONTESTED)


def credit(owner: User) -> None:
    write(make_customer(owner.company))


def payments_account(owner: User) -> None:
    owner.company.account.refresh_from_db()  # a company has one from the beginning


def message(owner: User) -> None:
    make_message(owner.company)


def payout(owner: User) -> None:
    paid(owner)
    paid_out(owner.company, *Movement.objects.all())


def run_item(owner: User) -> None:
    make_run(owner.company, "")


@pytest.mark.parametrize(
    ("make", "table", "lifecycle"),
    [
        (order, "orders_order", ORDER),
        (attempt, "attempts_attempt", ATTEMPT),
        (refund, "refunds_refund", REFUND),
        (dispute, "disputes_dispute", DISPUTE),
        (credit, "credits_credit", CREDIT),
        (payments_account, "companies_paymentsaccount", PAYMENTS_ACCOUNT),
        (message, "outbox_message", MESSAGE),
        (payout, "payouts_payout", PAYOUT),
        (run_item, "mailing_runs_runitem", RUN_ITEM),
    ],
)
def test_the_database_allows_the_moves_of_the_table_and_no_others(
    owner: User, make: Callable[[User], None], table: str, lifecycle: Lifecycle[Any]
) -> None:
    make(owner)

    assert _allowed(table, lifecycle.moves) == _with_staying(lifecycle)


Moves = set[tuple[str, str]]


def _with_staying(lifecycle: Lifecycle[Any]) -> Moves:
    moves = {(old, new) for old, news in lifecycle.moves.items() for new in news}
    return moves | {(state, state) for state in lifecycle.moves}


def _allowed(table: str, states: Iterable[str]) -> Moves:
    return {(old, new) for old, new in product(states, repeat=2) if _moves(table, old, new)}


def _moves(table: str, old: str, new: str) -> bool:
    update = f"UPDATE {table} SET state = "  # noqa: S608 - names of ours
    with tampered(f"{update}'{old}'", "SET LOCAL session_replication_role = origin"):
        try:
            sql(f"{update}'{new}'")
        except IntegrityError as refused:
            if "cannot become" not in str(refused):  # it was some other constraint
                raise
            return False
        return True


def test_a_state_that_the_table_does_not_know_is_refused(owner: User) -> None:
    make_order(owner)

    with pytest.raises(IntegrityError, match="draft cannot become paid"):
        sql("UPDATE orders_order SET state = 'paid'")


def test_every_state_has_its_row_and_no_final_one_is_left_except_for_money() -> None:
    for lifecycle, states in (
        *((ORDER, OrderState), (ATTEMPT, AttemptState), (REFUND, RefundState)),
        *((PAYMENTS_ACCOUNT, AccountState), (MESSAGE, MessageState), (PAYOUT, PayoutState)),
        *((DISPUTE, DisputeState), (CREDIT, CreditState), (RUN_ITEM, RunItemState)),
    ):
        assert set(lifecycle.moves) == set(states)
    assert ATTEMPT.moves[AttemptState.SETTLED] == frozenset()
    assert all(
        AttemptState.SETTLED in ATTEMPT.moves[state] for state in set(AttemptState) - {AttemptState.SETTLED}
    )
    final = {"settled", "cancelled", "failed", "expired"}
    assert {state for state in AttemptState if state.value in final} == FINAL


def test_a_guard_can_be_made_again_and_holds_what_it_is_made_of(owner: User) -> None:
    """A migration that adds a state runs the same SQL again."""
    make_order(owner)
    try:
        sql(guard_sql("orders_order", {"void": ["draft"]}))
        with pytest.raises(IntegrityError, match="draft cannot become confirmed"):
            sql("UPDATE orders_order SET state = 'confirmed'")
    finally:
        sql(guard_sql("orders_order", {old: sorted(news) for old, news in ORDER.moves.items()}))
    sql("UPDATE orders_order SET state = 'confirmed'", "UPDATE orders_order SET state = 'void'")
