"""Payouts: what is available leaves once a day, arrives two days later, or comes back."""

import signal
from typing import Any

import pytest
import stripe

from sandbox.processes import TOKEN, Sandbox, web

MOVES = ["payout.reconciliation_completed", "payout.updated", "payout.paid"]


def payouts(bank: Sandbox, **filters: Any) -> list[Any]:
    """The payouts, newest first."""
    params: Any = {"limit": 100, **filters}
    return bank.api.v1.payouts.list(params).data


def parts(bank: Sandbox, payout: str) -> list[Any]:
    """What a payout consists of, once that is known."""
    bank.order(f"payouts/{payout}", status="reconciled")
    return bank.api.v1.balance_transactions.list({"limit": 100, "payout": payout}).data


def paid_out(bank: Sandbox) -> Any:
    """A payout of one card payment, made by order."""
    bank.captured()
    (payout,) = bank.order("payouts", account=bank.account, include_pending=True)["payouts"]
    return payout


def event_kinds(bank: Sandbox) -> list[str]:
    """The kinds of events about money leaving, oldest first."""
    kinds = [event.type for event in bank.api.v1.events.list({"limit": 100}).data[::-1]]
    return [kind for kind in kinds if kind.startswith(("payout.", "balance."))]


def available(bank: Sandbox) -> int:
    return sum(entry.amount for entry in bank.api.v1.balance.retrieve().available)


def test_what_is_available_leaves_with_the_day(bank: Sandbox) -> None:
    business = bank.business()
    business.captured()
    bank.later(days=1)
    assert payouts(business) == []

    bank.later(days=1)
    (payout,) = payouts(business)
    assert (payout.amount, payout.status, payout.automatic) == (9_685, "pending", True)
    assert available(business) == 0
    assert event_kinds(business) == ["balance.available", "payout.created"]


def test_a_payout_consists_of_exactly_its_movements(bank: Sandbox) -> None:
    business = bank.business()
    business.debited()
    bank.later(days=2)
    refunded = business.captured(30_000)
    business.api.v1.refunds.create({"payment_intent": refunded, "amount": 10_000})
    bank.later(days=2)
    business.captured()
    (payout,) = payouts(business)

    assert sorted(entry.type for entry in parts(business, payout.id)) == ["charge", "payment", "refund"]
    assert sum(entry.net for entry in parts(business, payout.id)) == payout.amount


def test_every_movement_leaves_once(bank: Sandbox) -> None:
    business = bank.business()
    for _ in range(3):
        business.captured()
        bank.later(days=1)
    bank.later(days=3)
    made = payouts(business)

    assert sum(payout.amount for payout in made) == 3 * 9_685
    assert len({entry.id for payout in made for entry in parts(business, payout.id)}) == 3


def test_each_currency_and_account_has_its_own(bank: Sandbox) -> None:
    first, second = bank.business(), bank.business()
    first.captured()
    first.captured(5_000, currency="eur")
    second.captured(7_000)
    bank.later(days=2)

    assert {payout.currency: payout.amount for payout in payouts(first)} == {"usd": 9_685, "eur": 4_830}
    assert [payout.amount for payout in payouts(second)] == [6_772]
    assert not {payout.id for payout in payouts(first)} & {payout.id for payout in payouts(bank)}


def test_nothing_leaves_while_the_balance_is_not_positive(bank: Sandbox) -> None:
    business = bank.business()
    business.api.v1.refunds.create({"payment_intent": business.captured()})
    bank.later(days=2)

    assert payouts(business) == []
    assert available(business) == -10_000 + 9_685 + 190


def test_nothing_leaves_an_account_that_is_suspended(bank: Sandbox) -> None:
    business = bank.business()
    business.captured()
    bank.order(f"accounts/{business.account}", verdict="suspend")
    bank.later(days=2)
    assert payouts(business) == []

    bank.order(f"accounts/{business.account}", verdict="restore")
    bank.later(days=1)
    assert len(payouts(business)) == 1


def test_a_payout_is_on_its_way_and_arrives_two_days_later(bank: Sandbox) -> None:
    business = bank.business()
    payout = paid_out(business)["id"]
    bank.order("clock", advance=3_600)
    assert business.api.v1.payouts.retrieve(payout).status == "in_transit"

    bank.later(days=2)
    assert business.api.v1.payouts.retrieve(payout).status == "paid"
    assert event_kinds(business)[-4:] == ["payout.created", *MOVES]


def test_a_payout_can_be_made_to_arrive(bank: Sandbox) -> None:
    business = bank.business()
    payout = bank.order(f"payouts/{paid_out(business)['id']}", status="paid")

    assert payout["status"] == "paid"
    assert event_kinds(business) == ["payout.created", "payout.paid"]


@pytest.mark.parametrize("before", [[], ["paid"]])
def test_a_payout_that_fails_gives_the_money_back(bank: Sandbox, before: list[str]) -> None:
    business = bank.business()
    made = paid_out(business)["id"]
    for status in before:
        bank.order(f"payouts/{made}", status=status)
    payout = bank.order(f"payouts/{made}", status="failed", failure_code="no_account")
    back = business.api.v1.balance_transactions.retrieve(payout["failure_balance_transaction"])

    assert (payout["status"], payout["failure_code"]) == ("failed", "no_account")
    assert (back.type, back.net, back.reporting_category) == ("payout_failure", 9_685, "payout_reversal")
    assert available(business) == 9_685
    assert event_kinds(business)[-1] == "payout.failed"
    assert [entry.type for entry in parts(business, made)] == ["charge"]


def test_money_that_came_back_leaves_with_the_next_payout(bank: Sandbox) -> None:
    business = bank.business()
    bank.order(f"payouts/{paid_out(business)['id']}", status="failed")
    bank.later(days=1)
    again = payouts(business)[0]

    assert (again.amount, again.status) == (9_685, "pending")
    assert [entry.type for entry in parts(business, again.id)] == ["payout_failure"]


def test_an_asked_for_amount_leaves_the_balance_and_the_next_payout_makes_up_for_it(bank: Sandbox) -> None:
    business = bank.business()
    business.captured()
    bank.order("payouts", account=business.account, include_pending=True)
    business.captured()
    bank.order(f"payouts/{payouts(business)[0].id}", status="failed")
    asked = business.api.v1.payouts.create({"amount": 685, "currency": "usd"})
    assert (asked.automatic, available(business)) == (False, 9_000)

    bank.later(days=2)
    swept = payouts(business, created={"gte": asked.created + 60})
    assert sum(payout.amount for payout in swept) == 2 * 9_685 - 685
    kinds = [entry.type for payout in swept for entry in parts(business, payout.id)]
    assert sorted(kinds) == ["charge", "payout", "payout_failure"]


def test_the_parts_of_a_payout_that_somebody_asked_for_cannot_be_listed(bank: Sandbox) -> None:
    business = bank.business()
    bank.order(f"payouts/{paid_out(business)['id']}", status="failed")
    asked = business.api.v1.payouts.create({"amount": 685, "currency": "usd"})
    with pytest.raises(stripe.InvalidRequestError, match="only be filtered on automatic"):
        parts(business, asked.id)

    assert (asked.method, asked.reconciliation_status) == ("standard", "not_applicable")


def test_the_parts_of_an_automatic_payout_can_be_listed_after_a_while(bank: Sandbox) -> None:
    business = bank.business()
    made = paid_out(business)
    filter_: Any = {"payout": made["id"]}
    assert made["reconciliation_status"] == "in_progress"
    assert business.api.v1.balance_transactions.list(filter_).data == []

    bank.order("clock", advance=3_600)
    assert business.api.v1.payouts.retrieve(made["id"]).reconciliation_status == "completed"
    assert [entry.net for entry in business.api.v1.balance_transactions.list(filter_).data] == [9_685]


@pytest.mark.parametrize("status", ["paid", "failed"])
def test_a_payout_that_ended_early_is_reconciled_all_the_same(bank: Sandbox, status: str) -> None:
    business = bank.business()
    made = paid_out(business)["id"]
    bank.order(f"payouts/{made}", status=status)
    bank.order("clock", advance=3_600)

    ended = business.api.v1.payouts.retrieve(made)
    assert (ended.status, ended.reconciliation_status) == (status, "completed")


def test_an_instant_payout_costs_a_fee_and_arrives_within_the_hour(bank: Sandbox) -> None:
    business = bank.business()
    bank.order(f"payouts/{paid_out(business)['id']}", status="failed")
    asked = business.api.v1.payouts.create({"amount": 4_000, "currency": "usd", "method": "instant"})
    booked = business.api.v1.balance_transactions.retrieve(str(asked.balance_transaction))
    bank.order("clock", advance=1_800)

    assert (booked.amount, booked.fee, booked.net) == (-4_000, 60, -4_060)
    assert available(business) == 9_685 - 4_060
    assert business.api.v1.payouts.retrieve(asked.id).status == "paid"


def test_a_payout_that_was_called_off_is_available_again(bank: Sandbox) -> None:
    business = bank.business()
    bank.order(f"payouts/{paid_out(business)['id']}", status="failed")
    asked = business.api.v1.payouts.create({"amount": 685, "currency": "usd"})
    canceled = bank.order(f"payouts/{asked.id}", status="canceled")
    back = business.api.v1.balance_transactions.retrieve(canceled["failure_balance_transaction"])

    assert (canceled["status"], back.type, back.net) == ("canceled", "payout_cancel", 685)
    assert available(business) == 9_685


def test_a_payout_that_is_reversed_comes_back_as_one_of_less_than_nothing(bank: Sandbox) -> None:
    business = bank.business()
    made = paid_out(business)["id"]
    bank.order(f"payouts/{made}", status="paid")
    reversed_ = bank.order(f"payouts/{made}", status="reversed")
    back = business.api.v1.payouts.retrieve(reversed_["reversed_by"])

    assert (back.amount, back.original_payout, available(business)) == (-9_685, made, 9_685)


@pytest.mark.parametrize("currency", ["huf", "twd"])
def test_some_currencies_are_paid_out_whole(bank: Sandbox, currency: str) -> None:
    business = bank.business()
    business.captured(1_000_000, currency=currency)
    with pytest.raises(stripe.InvalidRequestError, match="divisible by 100"):
        business.api.v1.payouts.create({"amount": 1_045, "currency": currency})


def test_nobody_is_paid_more_than_is_available(bank: Sandbox) -> None:
    business = bank.business()
    business.captured()
    with pytest.raises(stripe.InvalidRequestError) as refused:
        business.api.v1.payouts.create({"amount": 1, "currency": "usd"})

    assert (refused.value.code, refused.value.param) == ("balance_insufficient", "amount")


def test_an_account_without_payouts_asks_in_vain(bank: Sandbox) -> None:
    business = bank.at(bank.api.v1.accounts.create({"type": "express"}).id)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        business.api.v1.payouts.create({"amount": 1, "currency": "usd"})

    assert refused.value.code == "payouts_not_allowed"


def test_payouts_are_listed_by_status_and_day(bank: Sandbox) -> None:
    business = bank.business()
    first = paid_out(business)
    bank.order(f"payouts/{first['id']}", status="paid")
    second = paid_out(business)

    assert [payout.id for payout in payouts(business, status="pending")] == [second["id"]]
    day = {"gte": first["arrival_date"], "lte": first["arrival_date"]}
    assert len(payouts(business, arrival_date=day, created={"gte": first["created"]})) == 2
    assert payouts(business, arrival_date={"lt": first["arrival_date"]}) == []


def test_orders_pay_only_what_they_name(bank: Sandbox) -> None:
    business = bank.business()
    business.captured()
    business.captured(5_000, currency="eur")
    assert bank.order("payouts", account=business.account)["payouts"] == []

    order = {"account": business.account, "currency": "eur", "include_pending": True}
    (payout,) = bank.order("payouts", **order)["payouts"]
    assert (payout["amount"], payout["currency"]) == (4_830, "eur")
    assert [entry.status for entry in parts(business, payout["id"])] == ["available"]


def test_manual_payouts_wait_for_an_order(own_bank: Sandbox) -> None:
    own_bank.stop()
    own_bank.options[:] = ["--payouts", "manual"]
    own_bank.start()
    own_bank.captured()
    own_bank.later(days=5)
    assert (payouts(own_bank), event_kinds(own_bank)) == ([], ["balance.available"])

    assert own_bank.order("payouts")["payouts"][0]["amount"] == 9_685


def test_what_left_survives_a_killed_sandbox(own_bank: Sandbox) -> None:
    payout = paid_out(own_bank)
    own_bank.stop(signal.SIGKILL)
    own_bank.start()

    assert [entry.net for entry in parts(own_bank, payout["id"])] == [payout["amount"]]
    assert (available(own_bank), len(payouts(own_bank))) == (0, 1)


def test_the_log_and_the_summary_tell_what_left(bank: Sandbox) -> None:
    business = bank.business()
    payout = paid_out(business)
    bank.order(f"payouts/{payout['id']}", status="failed")
    moved = [entry for entry in bank.log("money") if entry.get("payout") == payout["id"]]
    summary = bank.read(f"summary?account={business.account}").json()

    assert [(entry["move"], entry["amount"]) for entry in moved] == [
        ("paid_out", 9_685),
        ("payout_failed", 9_685),
    ]
    assert summary["balances"] == {"usd": {"available": 9_685, "pending": 0}}
    assert {kind: entry["net"] for kind, entry in summary["movements"]["usd"].items()} == {
        "charge": 9_685,
        "payout": -9_685,
        "payout_failure": 9_685,
    }


@pytest.mark.parametrize(
    "order", [{}, {"status": "lost"}, {"status": "failed", "failure_code": "bad_weather"}]
)
def test_a_bad_order_about_a_payout_is_a_clear_no(bank: Sandbox, order: dict[str, str]) -> None:
    payout = paid_out(bank.business())["id"]
    headers = {"Authorization": f"Bearer {TOKEN}"}

    assert web.post(f"{bank.url}/control/payouts/{payout}", json=order, headers=headers).status_code == 400


def test_a_payout_ends_once(bank: Sandbox) -> None:
    payout = paid_out(bank.business())["id"]
    headers = {"Authorization": f"Bearer {TOKEN}"}
    bank.order(f"payouts/{payout}", status="failed")

    for status in ("paid", "failed"):
        answer = web.post(f"{bank.url}/control/payouts/{payout}", json={"status": status}, headers=headers)
        assert answer.status_code == 400


def test_faults_reach_payouts_too(bank: Sandbox) -> None:
    bank.order("faults", operation="payout.list", mode="500_before", times=1)
    with pytest.raises(stripe.APIError):
        payouts(bank)
