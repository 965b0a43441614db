"""A refund that the balance does not cover waits until it does, or fails; only where that was ordered."""

from typing import Any

import pytest

from sandbox.processes import Sandbox


@pytest.fixture
def short(bank: Sandbox) -> Sandbox:
    """A business whose bank account covers nothing that its balance lacks."""
    business = bank.business()
    bank.order("balance", account=business.account, covers_refunds=False)
    return business


def refunded(short: Sandbox, amount: int) -> Any:
    return short.api.v1.refunds.create({"payment_intent": short.captured(), "amount": amount})


def now(short: Sandbox, refund: Any) -> tuple[str, str | None]:
    found = short.api.v1.refunds.retrieve(refund.id).to_dict()
    return str(found["status"]), found.get("pending_reason") or found.get("failure_reason")


def held(short: Sandbox) -> int:
    balance: Any = short.api.v1.balance.retrieve()
    return sum(part.amount for part in (*balance.available, *balance.pending))


def test_a_refund_waits_for_the_balance_and_goes_out_when_that_covers_it(
    bank: Sandbox, short: Sandbox
) -> None:
    waiting = refunded(short, 5_000)
    assert (waiting.status, waiting.pending_reason) == ("pending", "insufficient_funds")
    assert held(short) == 9_685 - 5_000 + 45  # it is booked all the same

    bank.later(days=2)
    assert now(short, waiting) == ("succeeded", None)


def test_a_refund_that_is_never_covered_fails_and_its_money_is_back(bank: Sandbox, short: Sandbox) -> None:
    waiting = refunded(short, 10_000)
    bank.later(days=44)
    assert now(short, waiting) == ("pending", "insufficient_funds")

    bank.later(days=1)
    assert now(short, waiting) == ("failed", "insufficient_funds")
    assert [payout.amount for payout in short.api.v1.payouts.list().data] == [9_685]


def test_the_oldest_refund_goes_out_first(bank: Sandbox, short: Sandbox) -> None:
    first, second = refunded(short, 10_000), refunded(short, 9_900)
    bank.later(days=2)
    assert [now(short, each)[0] for each in (first, second)] == ["succeeded", "pending"]


def test_waiting_refunds_go_out_once_the_bank_account_covers_them(bank: Sandbox, short: Sandbox) -> None:
    waiting = refunded(short, 10_000)
    bank.order("balance", account=short.account, covers_refunds=True)
    assert now(short, waiting) == ("succeeded", None)
    assert refunded(short, 10_000).status == "succeeded"


def test_a_refund_that_waits_fails_when_the_payer_disputes(bank: Sandbox, short: Sandbox) -> None:
    waiting = refunded(short, 6_000)
    bank.order(f"payment_intents/{waiting.payment_intent}/dispute")
    assert now(short, waiting) == ("failed", "charge_for_pending_refund_disputed")


def test_a_waiting_refund_can_be_made_to_fail(bank: Sandbox, short: Sandbox) -> None:
    waiting = refunded(short, 6_000)
    bank.order(f"refunds/{waiting.id}/fail")
    assert now(short, waiting) == ("failed", "insufficient_funds")
