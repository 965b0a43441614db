"""The code and the database allow the same moves: every pair of states is tried against the trigger."""

from enum import StrEnum
from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError

from domain.world import open_attempt, sql, tampered
from factories import make_link, make_order
from florin.domain.orders.lifecycle import ORDER, OrderState
from florin.domain.payments.lifecycle import ATTEMPT, FINAL, AttemptState
from florin.domain.staff.models import User
from florin.kernel.lifecycle import Lifecycle


def test_the_database_allows_an_order_the_moves_of_the_table_and_no_others(owner: User) -> None:
    make_order(owner)

    assert _allowed("orders_order", OrderState) == _with_staying(ORDER, OrderState)


def test_the_database_allows_an_attempt_the_moves_of_the_table_and_no_others(owner: User) -> None:
    open_attempt(make_link(owner))

    assert _allowed("payments_attempt", AttemptState) == _with_staying(ATTEMPT, AttemptState)


Moves = set[tuple[str, str]]


def _with_staying(lifecycle: Lifecycle[Any], states: type[StrEnum]) -> Moves:
    moves = {(old, new) for old, news in lifecycle.moves.items() for new in news}
    return moves | {(state, state) for state in states}


def _allowed(table: str, states: type[StrEnum]) -> Moves:
    return {(old, new) for old, new in product(states, states) if _moves(table, old, new)}


def _moves(table: str, old: str, new: str) -> bool:
    update = f"UPDATE {table} SET state = "  # noqa: S608 - names of ours
    with tampered(f"{update}'{old}'", "SET LOCAL session_replication_role = origin"):
        try:
            sql(f"{update}'{new}'")
        except IntegrityError:
            return False
        return True


def test_a_state_that_the_table_does_not_know_is_refused(owner: User) -> None:
    make_order(owner)

    with pytest.raises(IntegrityError, match="draft cannot become paid"):
        sql("UPDATE orders_order SET state = 'paid'")


def test_every_state_has_its_row_and_no_final_one_is_left_except_for_money() -> None:
    assert set(ORDER.moves) == set(OrderState)
    assert set(ATTEMPT.moves) == set(AttemptState)
    assert ATTEMPT.moves[AttemptState.SETTLED] == frozenset()
    assert all(
        AttemptState.SETTLED in ATTEMPT.moves[state] for state in set(AttemptState) - {AttemptState.SETTLED}
    )
    final = {"settled", "cancelled", "failed", "expired"}
    assert {state for state in AttemptState if state.value in final} == FINAL


def test_a_guard_can_be_made_again_and_holds_what_it_is_made_of(owner: User) -> None:
    """A migration that adds a state runs the same SQL again."""
    make_order(owner)
    stuck: Lifecycle[OrderState] = Lifecycle({OrderState.VOID: frozenset({OrderState.DRAFT})})
    try:
        sql(stuck.guard_sql("orders_order"))
        with pytest.raises(IntegrityError, match="draft cannot become confirmed"):
            sql("UPDATE orders_order SET state = 'confirmed'")
    finally:
        sql(ORDER.guard_sql("orders_order"))
    sql("UPDATE orders_order SET state = 'confirmed'", "UPDATE orders_order SET state = 'void'")
