"""The balance: every movement with its fee, pending until its day."""

from typing import Any

import pytest
import stripe

from sandbox.processes import Sandbox

DAY = 24 * 3600


def movements(bank: Sandbox, **filters: Any) -> list[Any]:
    """The balance transactions, newest first."""
    params: Any = {"limit": 100, **filters}
    return bank.api.v1.balance_transactions.list(params).data


def test_captured_money_is_pending_for_two_days_and_then_available(bank: Sandbox) -> None:
    business = bank.business()
    business.captured()
    (booked,) = movements(business)
    assert (booked.type, booked.reporting_category, booked.status) == ("charge", "charge", "pending")
    assert (booked.amount, booked.fee, booked.net) == (10_000, 315, 9_685)
    assert booked.available_on == booked.created + 2 * DAY

    bank.later(days=2)
    assert movements(business, type="charge")[0].status == "available"


def test_the_balance_tells_what_is_available_and_what_is_pending(bank: Sandbox) -> None:
    business = bank.business()
    assert business.api.v1.balance.retrieve().pending[0].amount == 0
    business.api.v1.refunds.create({"payment_intent": business.captured(), "amount": 4_000})
    business.captured(5_000, currency="eur")
    balance = business.api.v1.balance.retrieve()

    assert {entry.currency: entry.amount for entry in balance.pending} == {"usd": 9_685, "eur": 4_830}
    assert {entry.currency: entry.amount for entry in balance.available} == {"usd": -3_984, "eur": 0}


@pytest.mark.parametrize(
    ("amount", "fee"),
    [(10_000, 315), (50, 26), (1_000_000, 29_025), (1_017, 54)],
)
def test_a_card_costs_a_share_and_a_fixed_part(bank: Sandbox, amount: int, fee: int) -> None:
    business = bank.business()
    business.captured(amount)

    assert movements(business)[0].fee == fee
    assert movements(business)[0].fee_details[0].amount == fee


@pytest.mark.parametrize(("amount", "fee"), [(50_000, 500), (5_000, 100), (10_000, 100), (60, 60)])
def test_a_bank_debit_costs_a_share_but_at_least_so_much(bank: Sandbox, amount: int, fee: int) -> None:
    business = bank.business()
    bank.order(f"payment_intents/{business.debited(amount=amount)}/clear")
    (booked,) = movements(business)

    assert (booked.type, booked.reporting_category, booked.fee) == ("payment", "charge", fee)


def test_a_refund_brings_back_the_share_but_neither_the_fixed_part_nor_what_is_kept(bank: Sandbox) -> None:
    business = bank.business()
    business.api.v1.refunds.create({"payment_intent": business.captured()})
    booked = movements(business, type="refund")[0]

    assert (booked.amount, booked.fee, booked.net) == (-10_000, -190, -9_810)
    assert booked.fee_details[0].amount == -190


def test_a_small_refund_brings_back_nothing_of_the_fee(bank: Sandbox) -> None:
    business = bank.business()
    business.api.v1.refunds.create({"payment_intent": business.captured(), "amount": 3_000})

    assert movements(business, type="refund")[0].fee == 0


def test_refunds_in_parts_bring_back_the_share_in_proportion(bank: Sandbox) -> None:
    business = bank.business()
    intent = business.captured(100_000)
    for amount in (33_333, 33_333, 33_334):
        business.api.v1.refunds.create({"payment_intent": intent, "amount": amount})

    assert [entry.fee for entry in movements(business, type="refund")] == [-867, -867, -866]
    assert sum(entry.net for entry in movements(business)) == -25 - 3 * 100


def test_a_partial_capture_counts_in_proportion_too(bank: Sandbox) -> None:
    business = bank.business()
    intent = business.authorised(20_000)
    business.api.v1.payment_intents.capture(intent, {"amount_to_capture": 10_000})
    business.api.v1.refunds.create({"payment_intent": intent})

    assert movements(business, type="refund")[0].fee == -190


def test_fees_go_by_the_command_line(own_bank: Sandbox) -> None:
    own_bank.stop()
    own_bank.options[:] = ["--fee-basis-points", "100", "--fee-fixed", "0", "--refund-fee-kept", "0"]
    own_bank.start()
    own_bank.api.v1.refunds.create({"payment_intent": own_bank.captured()})

    assert [entry.fee for entry in movements(own_bank)] == [-100, 100]


def test_movements_are_listed_by_type_source_currency_and_time(bank: Sandbox) -> None:
    business = bank.business()
    intent = business.captured()
    refund = business.api.v1.refunds.create({"payment_intent": intent, "amount": 100})
    business.captured(5_000, currency="eur")
    now = movements(business)[0].created

    assert [entry.type for entry in movements(business, currency="usd")] == ["refund", "charge"]
    assert [entry.source for entry in movements(business, type="refund")] == [refund.id]
    assert [entry.type for entry in movements(business, source=business.charge_of(intent).id)] == ["charge"]
    assert len(movements(business, created={"gte": now - 60})) == 3
    assert movements(business, created={"gte": now + 60}) == []


def test_movements_come_in_pages(bank: Sandbox) -> None:
    business = bank.business()
    for _ in range(3):
        business.captured()
    first = business.api.v1.balance_transactions.list({"limit": 2})
    rest = business.api.v1.balance_transactions.list({"limit": 2, "starting_after": first.data[-1].id})

    assert (first.has_more, rest.has_more) == (True, False)
    assert len({entry.id for entry in first.data + rest.data}) == 3


def test_a_movement_can_be_shown_with_what_moved_it(bank: Sandbox) -> None:
    business = bank.business()
    intent = business.captured()
    booked: Any = business.api.v1.balance_transactions.retrieve(
        movements(business)[0].id, {"expand": ["source"]}
    )
    assert booked.source.payment_intent == intent

    with pytest.raises(stripe.InvalidRequestError) as refused:
        bank.api.v1.balance_transactions.retrieve(booked.id)
    assert refused.value.code == "resource_missing"


def test_an_account_that_is_paid_out_in_one_currency_converts_the_others(bank: Sandbox) -> None:
    business = bank.business()
    bank.order("settlement", account=business.account, currency="usd", rates={"eur": "1.25"})
    intent = business.captured(10_000, currency="eur")
    booked: Any = business.api.v1.balance_transactions.list({"expand": ["data.source"]}).data[0]

    assert (booked.amount, booked.currency, booked.exchange_rate) == (12_500, "usd", 1.25)
    assert (booked.fee, booked.net) == (388, 12_112)
    assert (booked.source.amount, booked.source.currency) == (10_000, "eur")
    bank.order("settlement", account=business.account, currency="usd", rates={"eur": "1.5"})
    business.api.v1.refunds.create({"payment_intent": intent, "amount": 4_000})
    back: Any = business.api.v1.balance_transactions.list().data[0]
    assert (back.amount, back.currency, back.exchange_rate) == (-6_000, "usd", 1.5)


def test_what_converts_to_too_little_is_not_taken(bank: Sandbox) -> None:
    business = bank.business()
    bank.order("settlement", account=business.account, currency="usd", rates={"ugx": "0.00027"})
    with pytest.raises(stripe.InvalidRequestError, match="must convert to at least") as refused:
        business.session(100_000, currency="ugx")
    assert refused.value.code == "amount_too_small"
