"""What every gateway promises: one suite, over Stripe at the test processor and over one in memory.

A gateway that is new gets a playground in ``processors.py`` and a line in ``playground`` here.
"""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from edges.gateways.processors import MemoryPlayground, Playground, StripePlayground
from florin.contracts.processor import (
    AccountStatus,
    BadNotice,
    GatewayRefusal,
    LineItem,
    Movement,
    MovementKind,
    NewAccount,
    Outcome,
    PayoutReport,
    RefundOutcome,
    RefusalReason,
    Report,
    StartOrder,
)
from florin.edges.gateways.interface import Gateway
from florin.kernel.money import Money
from testing import memory_gateway

PRICE, PART, LITTLE = Money(10_000, "USD"), Money(6_000, "USD"), Money(1_500, "USD")
NOTHING = Money(0, "USD")


@pytest.fixture(params=["stripe", "memory"])
def playground(request: pytest.FixtureRequest) -> Playground:
    if request.param == "memory":
        return MemoryPlayground()
    return StripePlayground(request.getfixturevalue("bank"))


@pytest.fixture
def gateway(playground: Playground) -> Gateway:
    return playground.gateway


def order(key: str = "") -> StartOrder:
    name = key or f"{uuid4()}"
    return StartOrder(
        key=name,
        attempt=name,
        merchant="Bloom & Co",
        line_items=(LineItem(name="INV-1", amount=PRICE),),
        description="INV-1",
        payer_email="",
        language="en",
        return_url="https://shop.example/back",
        cancel_url="https://shop.example/cancelled",
        expires_at=datetime.now(UTC) + timedelta(hours=20),
    )


def held(playground: Playground) -> Report:
    """A payment that is authorised."""
    started = playground.gateway.start(order())
    playground.pay(started.reference)
    return playground.gateway.look_up(started.reference)


def taken(playground: Playground, amount: Money = PRICE) -> Report:
    """A payment that was captured."""
    report = held(playground)
    return playground.gateway.capture(report.reference, amount, key=f"{uuid4()}", payment=report.payment)


def booked(gateway: Gateway, payment: str, kind: MovementKind) -> list[Movement]:
    since = datetime.now(UTC) - timedelta(days=2)
    lines = (line for line in gateway.movements(since=since) if isinstance(line, Movement))
    return [line for line in lines if line.payment == payment and line.kind == kind]


# ---- sessions ----


def test_the_same_key_gives_the_same_session(gateway: Gateway) -> None:
    first = order()

    assert gateway.start(first) == gateway.start(first)
    assert gateway.start(order()).reference != gateway.start(first).reference


def test_a_session_that_nobody_has_paid_is_open(gateway: Gateway) -> None:
    report = gateway.look_up(gateway.start(order()).reference)

    assert (report.outcome, report.amount) == (Outcome.OPEN, None)


def test_a_session_that_expired_stays_so_and_one_that_was_paid_is_left_as_it_is(
    playground: Playground,
) -> None:
    started, paid = playground.gateway.start(order()), held(playground)
    for _ in range(2):
        playground.gateway.expire(started.reference, key=f"{started.reference}:end")
    with suppress(GatewayRefusal):
        playground.gateway.expire(paid.reference, key=f"{paid.reference}:end")

    assert playground.gateway.look_up(started.reference).outcome == Outcome.EXPIRED
    assert playground.gateway.look_up(paid.reference).outcome == Outcome.AUTHORISED


def test_what_the_processor_has_never_heard_of_is_a_plain_no(gateway: Gateway) -> None:
    with pytest.raises(GatewayRefusal) as refused:
        gateway.look_up("cs_test_never_heard_of")

    assert refused.value.reason == RefusalReason.NOT_FOUND


# ---- money in ----


def test_what_is_paid_is_held_first(playground: Playground) -> None:
    report = held(playground)

    assert (report.outcome, report.amount, report.card_last4) == (Outcome.AUTHORISED, PRICE, "4242")
    assert report.payment


def test_as_much_is_taken_as_was_asked_for_and_once(playground: Playground) -> None:
    report = done = held(playground)
    for _ in range(2):
        done = playground.gateway.capture(report.reference, PART, key=f"take:{report.payment}")

    assert (done.outcome, done.amount) == (Outcome.SETTLED, PART)
    assert done == playground.gateway.look_up(report.reference)
    assert done.fee is not None
    assert done.fee < PART
    assert done.taken_at is not None


def test_more_than_is_held_is_not_taken(playground: Playground) -> None:
    report = held(playground)

    with pytest.raises(GatewayRefusal):
        playground.gateway.capture(report.reference, PRICE + PART, key=f"{uuid4()}", payment=report.payment)

    assert playground.gateway.look_up(report.reference).outcome == Outcome.AUTHORISED


def test_a_hold_is_released_and_not_taken_afterwards(playground: Playground) -> None:
    report = held(playground)
    released = playground.gateway.void(report.reference, key=f"{uuid4()}", payment=report.payment)
    late = playground.gateway.capture(report.reference, PRICE, key=f"{uuid4()}", payment=report.payment)

    assert (released.outcome, late.outcome) == (Outcome.CANCELLED, Outcome.CANCELLED)


def test_to_release_what_was_taken_says_that_it_is_taken(playground: Playground) -> None:
    report = taken(playground)

    late = playground.gateway.void(report.reference, key=f"{uuid4()}", payment=report.payment)

    assert (late.outcome, late.amount) == (Outcome.SETTLED, PRICE)


# ---- money back ----


def test_a_part_is_refunded_once_with_our_name_for_it(playground: Playground) -> None:
    payment = taken(playground).payment
    made = playground.gateway.refund(payment, PART, key=payment, refund="our-refund")

    assert playground.gateway.refund(payment, PART, key=payment, refund="our-refund") == made
    assert (made.outcome, made.amount, made.refund) == (RefundOutcome.SUCCEEDED, PART, "our-refund")
    [known] = playground.gateway.payment_events(payment).refunds
    assert (known.reference, known.amount) == (made.reference, PART)


def test_more_than_is_left_is_not_refunded(playground: Playground) -> None:
    payment = taken(playground).payment
    playground.gateway.refund(payment, PART, key=f"{uuid4()}", refund="first")

    with pytest.raises(GatewayRefusal):
        playground.gateway.refund(payment, PART, key=f"{uuid4()}", refund="second")

    assert len(playground.gateway.payment_events(payment).refunds) == 1


def test_what_followed_a_payment_is_told_with_its_fee_the_latest_first(playground: Playground) -> None:
    report = taken(playground)
    playground.gateway.refund(report.payment, PART, key=f"{uuid4()}", refund="first")
    playground.gateway.refund(report.payment, LITTLE, key=f"{uuid4()}", refund="second")

    events = playground.gateway.payment_events(report.payment)

    assert [refund.refund for refund in events.refunds] == ["second", "first"]
    assert (events.fee, events.disputes) == (report.fee, ())


# ---- the processor's account ----


def test_each_movement_says_what_it_is_of_which_payment_and_the_balance_is_their_sum(
    playground: Playground,
) -> None:
    (before,) = playground.gateway.balance() or (NOTHING,)
    report = taken(playground)
    playground.gateway.refund(report.payment, LITTLE, key=f"{uuid4()}", refund="ours")

    [came] = booked(playground.gateway, report.payment, MovementKind.PAYMENT)
    [went] = booked(playground.gateway, report.payment, MovementKind.REFUND)

    assert (came.gross, came.fee, went.gross) == (PRICE, report.fee, -LITTLE)
    assert came.attempt
    (after,) = playground.gateway.balance()
    assert after - before == came.net + went.net


def test_a_payout_consists_of_its_movements(playground: Playground) -> None:
    if not playground.gateway.capabilities.itemises_payouts:
        pytest.skip("this processor does not tell")
    since, report = datetime.now(UTC) - timedelta(days=2), taken(playground)

    playground.pay_out()

    *_, payout = (one for one in playground.gateway.payouts(since=since) if isinstance(one, PayoutReport))
    told = playground.gateway.movements(since=since, payout=payout.reference)
    lines = [line for line in told if isinstance(line, Movement)]
    assert report.payment in {line.payment for line in lines}
    assert sum((line.net for line in lines), NOTHING) == payout.amount


# ---- accounts and notices ----


def test_the_installations_own_account_says_how_it_stands(gateway: Gateway) -> None:
    assert gateway.account("").status == AccountStatus.ACTIVE


def test_an_account_is_opened_once_or_not_at_all_as_the_capabilities_say(gateway: Gateway) -> None:
    new = NewAccount(company="fern", name="Fern & Petal", email="office@fern.example", country="US")
    if not gateway.capabilities.opens_accounts:
        return
    opened = gateway.open_account(new, key="account:fern")

    assert opened == gateway.open_account(new, key="account:fern")
    assert gateway.account(opened).status == AccountStatus.INCOMPLETE
    assert gateway.onboarding_page(
        opened, return_url="https://x.example/a", refresh_url="https://x.example/b"
    )


def test_a_signed_notice_says_whom_to_ask_about(playground: Playground) -> None:
    headers, body = playground.notice("pi_1")

    [notice] = playground.gateway.read_notice(headers, body)

    assert (notice.payment, notice.attempt) == ("pi_1", "")
    assert notice.event


def test_a_notice_that_nobody_signed_is_refused(playground: Playground) -> None:
    _, body = playground.notice("pi_1")

    with pytest.raises(BadNotice):
        playground.gateway.read_notice({}, body)


def test_the_shortest_gateway_is_a_page_long() -> None:
    assert len(Path(memory_gateway.__file__).read_text().splitlines()) <= 100
