"""What each answer of Stripe's means, for every verb: the table in docs/gateways.md, row by row."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from florin.contracts.processor import (
    GatewayError,
    GatewayRefusal,
    GatewayThrottled,
    LineItem,
    Outcome,
    RefusalReason,
    StartOrder,
)
from florin.edges.gateways.breaker import Breaker, GuardedGateway
from florin.edges.gateways.interface import Gateway
from florin.edges.gateways.stripe.gateway import StripeGateway
from florin.kernel.money import Money
from testing.answers import ROWS
from testing.bank import Bank

PRICE = Money(10_000, "USD")
SINCE = datetime(2026, 1, 1, tzinfo=UTC)


def gateway(bank: Bank) -> Gateway:
    plain = StripeGateway(api_key="sk_test_of_the_tests", base=bank.base, notice_secret=str, seconds=1)
    return GuardedGateway(plain, Breaker())


def started(on: Gateway) -> str:
    key = uuid4().hex
    order = StartOrder(
        key=key,
        attempt=key,
        merchant="Fern & Flower",
        line_items=(LineItem(name="INV-10001", amount=PRICE),),
        description="INV-10001",
        payer_email="",
        language="en",
        return_url="https://pay.example/back",
        cancel_url="https://pay.example/",
        expires_at=datetime.now(UTC) + timedelta(minutes=45),
    )
    return on.start(order).reference


def held(on: Gateway, bank: Bank) -> str:
    session = started(on)
    bank.order(f"sessions/{session}/pay", card="4242424242424242", email="pat@shop.example")
    return session


def taken(on: Gateway, bank: Bank) -> str:
    return on.capture(held(on, bank), PRICE, key=uuid4().hex).payment


Ask = Callable[[], object]
# verb: the sandbox's operation, and what makes ready to ask.
VERBS: dict[str, tuple[str, Callable[[Gateway, Bank], Ask]]] = {
    "start": ("session.create", lambda on, _: lambda: started(on)),
    "look_up": ("session.retrieve", lambda on, _: _with(started(on), on.look_up)),
    "capture": (
        "intent.capture",
        lambda on, bank: _with(held(on, bank), lambda session: on.capture(session, PRICE, key="c" + session)),
    ),
    "void": (
        "intent.cancel",
        lambda on, bank: _with(held(on, bank), lambda session: on.void(session, key="v" + session)),
    ),
    "refund": (
        "refund.create",
        lambda on, bank: _with(taken(on, bank), lambda one: on.refund(one, PRICE, key="r" + one, refund="")),
    ),
    "movements": ("balance_transaction.list", lambda on, _: lambda: list(on.movements(since=SINCE))),
}


def _with(reference: str, ask: Callable[[str], object]) -> Ask:
    return lambda: ask(reference)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("row", ROWS)
def test_each_answer_means_what_the_table_says(running_bank: Bank, *, row: str, verb: str) -> None:
    answer, (operation, ready) = ROWS[row], VERBS[verb]
    ask = ready(gateway(running_bank), running_bank)
    running_bank.break_down(operation, answer.mode, **answer.details)

    with pytest.raises((GatewayError, GatewayRefusal)) as told:
        ask()
    if isinstance(answer.means, RefusalReason):
        assert isinstance(told.value, GatewayRefusal)
        assert (told.value.reason, told.value.verb) == (answer.means, verb)
        assert told.value.request.startswith("req_")
    else:
        assert type(told.value) is answer.means


def test_a_wait_says_for_how_long_and_a_little_where_it_does_not(running_bank: Bank) -> None:
    on = gateway(running_bank)
    waits = []
    for told in (7, None, 100_000):
        running_bank.break_down("balance.retrieve", "429", **({} if told is None else {"retry_after": told}))
        with pytest.raises(GatewayThrottled) as wait:
            on.balance()
        waits.append(wait.value.retry_after)
    assert waits == [7, 2, 600]


@pytest.mark.parametrize("verb", ["capture", "void"])
def test_a_no_to_what_has_happened_already_is_a_yes(running_bank: Bank, verb: str) -> None:
    on = gateway(running_bank)
    session = held(on, running_bank)
    ask = {
        "capture": lambda key: on.capture(session, PRICE, key=key),
        "void": lambda key: on.void(session, key=key),
    }

    first = ask[verb](uuid4().hex)
    assert ask[verb](uuid4().hex) == first
    assert first.outcome == (Outcome.SETTLED if verb == "capture" else Outcome.CANCELLED)


def test_a_session_that_is_not_open_any_more_is_left_as_it_is(running_bank: Bank) -> None:
    on = gateway(running_bank)
    session = held(on, running_bank)
    on.expire(session, key=uuid4().hex)
    assert on.look_up(session).outcome == Outcome.AUTHORISED


@pytest.mark.parametrize("mode", ["401", "403_permission", "404", "429", "504"])
def test_a_session_is_not_taken_for_ended_because_we_may_not_end_it(running_bank: Bank, mode: str) -> None:
    on = gateway(running_bank)
    session = started(on)
    running_bank.break_down("session.expire", mode)
    with pytest.raises((GatewayError, GatewayRefusal)):
        on.expire(session, key=uuid4().hex)


@pytest.mark.parametrize("mode", ["401", "403_permission", "404", "429"])
def test_only_that_an_account_is_gone_suspends_it(running_bank: Bank, mode: str) -> None:
    on = gateway(running_bank)
    running_bank.break_down("account.retrieve", mode)
    with pytest.raises((GatewayRefusal, GatewayThrottled)):
        on.account("acct_1fern")

    running_bank.break_down("account.retrieve", "403_account")
    assert on.account("acct_1fern").reason == "unreachable"


@pytest.mark.parametrize(
    ("mode", "level", "code"),
    [("401", logging.ERROR, "no code"), ("403_permission", logging.WARNING, "more_permissions_required")],
)
def test_a_refusal_is_logged_with_code_and_request_and_without_the_key(
    running_bank: Bank, caplog: pytest.LogCaptureFixture, *, mode: str, level: int, code: str
) -> None:
    running_bank.break_down("balance.retrieve", mode)
    with caplog.at_level(logging.WARNING, "florin"), pytest.raises(GatewayRefusal) as no:
        gateway(running_bank).balance()

    line = caplog.records[-1]
    assert (line.levelno, code in line.message, no.value.request in line.message) == (level, True, True)
    assert "_test_" not in line.message


@pytest.mark.parametrize("mode", ["429", "500_before", "502", "reset"])
def test_an_answer_that_is_missing_is_a_line_in_the_log_too(
    running_bank: Bank, caplog: pytest.LogCaptureFixture, mode: str
) -> None:
    running_bank.break_down("balance.retrieve", mode)
    with caplog.at_level(logging.WARNING, "florin"), pytest.raises(GatewayError):
        gateway(running_bank).balance()

    (line,) = [record.getMessage() for record in caplog.records]
    assert line.startswith("The processor does not answer balance: ")
    assert "_test_" not in line
    assert "\n" not in line


def test_what_a_proxy_in_between_refuses_is_no_answer_of_the_processors(running_bank: Bank) -> None:
    """Nothing at that address speaks for Stripe: a page in HTML, whatever its status."""
    elsewhere = StripeGateway(
        api_key="sk_test_x", base=f"{running_bank.base}/mail", notice_secret=str, seconds=1
    )
    with pytest.raises(GatewayError):
        elsewhere.balance()
