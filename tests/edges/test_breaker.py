"""A processor that does not answer is let rest, and tried again by one call for all."""

from datetime import UTC, datetime

import pytest

from florin.contracts.processor import (
    GatewayBusy,
    GatewayError,
    GatewayRefusal,
    GatewayThrottled,
    RefusalReason,
)
from florin.edges.gateways import breaker
from florin.edges.gateways.breaker import Breaker, GatewayAway, GuardedGateway
from florin.edges.gateways.interface import Gateway
from florin.edges.gateways.stripe.gateway import StripeGateway


class Clock:
    """A clock that stands until it is moved."""

    now = 1000.0

    def monotonic(self) -> float:
        return self.now


class Calls:
    """Calls that fail in one way until they are told to succeed."""

    def __init__(self, problem: Exception | None) -> None:
        self.problem = problem
        self.made = 0

    def __call__(self) -> str:
        self.made += 1
        if self.problem:
            raise self.problem
        return "yes"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    standing = Clock()
    monkeypatch.setattr(breaker, "time", standing)
    return standing


def tried(guard: Breaker, calls: Calls, times: int) -> None:
    for _ in range(times):
        with pytest.raises((GatewayError, GatewayRefusal)):
            guard.call(calls)


def test_answers_that_come_too_slowly_are_used_and_count_as_failures(clock: Clock) -> None:
    guard = Breaker(slow=7.5)

    def answer(seconds: float) -> str:
        clock.now += seconds
        return "yes"

    assert [guard.call(answer, 8.0) for _ in range(4)] == ["yes"] * 4
    guard.call(answer, 7.0)  # one that is quick enough, and all is forgiven
    for _ in range(5):
        guard.call(answer, 8.0)
    with pytest.raises(GatewayAway):
        guard.call(answer, 0.1)


def test_a_list_may_take_its_time(clock: Clock) -> None:
    guard = Breaker(slow=7.5)

    def answer() -> str:
        clock.now += 60
        return "many"

    assert [guard.call_at_length(answer) for _ in range(9)] == ["many"] * 9


def test_after_five_failures_in_a_row_nobody_is_asked(clock: Clock) -> None:
    guard, calls = Breaker(), Calls(GatewayError())
    tried(guard, calls, 20)

    assert calls.made == 5
    assert guard.is_open
    with pytest.raises(GatewayAway):
        guard.call(calls)


def test_a_success_in_between_begins_the_count_anew(clock: Clock) -> None:
    guard, calls = Breaker(), Calls(GatewayError())
    tried(guard, calls, 4)
    assert guard.call(Calls(None)) == "yes"
    tried(guard, calls, 4)

    assert calls.made == 8
    assert not guard.is_open


def test_after_ten_seconds_one_call_tries_for_all(clock: Clock) -> None:
    guard, calls = Breaker(), Calls(GatewayError())
    tried(guard, calls, 5)
    clock.now += 10

    assert not guard.is_open
    tried(guard, calls, 3)
    assert calls.made == 6


def test_while_one_call_tries_the_others_fail_at_once(clock: Clock) -> None:
    guard, calls = Breaker(), Calls(GatewayError())
    tried(guard, calls, 5)
    clock.now += 10

    def trial() -> str:
        with pytest.raises(GatewayAway):
            guard.call(calls)
        return "back"

    assert guard.call(trial) == "back"
    assert calls.made == 5


def test_a_call_that_succeeds_lets_all_call_again(clock: Clock) -> None:
    guard = Breaker()
    tried(guard, Calls(GatewayError()), 5)
    clock.now += 10
    answering = Calls(None)
    for _ in range(3):
        guard.call(answering)

    assert answering.made == 3


@pytest.mark.parametrize(
    "answer", [GatewayRefusal(RefusalReason.KEY), GatewayBusy(), GatewayThrottled(retry_after=60)]
)
def test_a_refusal_is_an_answer(clock: Clock, answer: Exception) -> None:
    guard, calls = Breaker(), Calls(answer)
    tried(guard, calls, 9)

    assert calls.made == 9


def test_a_list_that_breaks_off_counts_as_a_failure_too(clock: Clock) -> None:
    guard = Breaker()
    nowhere = StripeGateway(api_key="sk_test_x", base="http://127.0.0.1:9", notice_secret=str, seconds=1)
    gateway = GuardedGateway(nowhere, guard)
    for _ in range(5):
        with pytest.raises(GatewayError):
            next(gateway.payouts(since=datetime(2026, 1, 1, tzinfo=UTC)))

    assert guard.is_open


def test_every_verb_of_the_interface_passes_by_the_breaker() -> None:
    verbs = {name for name, what in vars(Gateway).items() if name[0] != "_" and callable(what)}

    assert len(verbs) > 15
    assert verbs <= vars(GuardedGateway).keys()
