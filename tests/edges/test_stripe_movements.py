"""What Stripe's balance transactions are to us, as its pages on types and reporting categories tell them."""

from typing import Any

import pytest

from florin.contracts.processor import MovementKind
from florin.edges.gateways.stripe import reading


def booked(kind: str, category: str, source: object) -> dict[str, Any]:
    return {
        "id": "txn_1",
        "type": kind,
        "reporting_category": category,
        "source": source,
        "amount": -10_000,
        "fee": 300,
        "currency": "usd",
        "created": 1_700_000_000,
    }


CHARGE = {"id": "py_1", "object": "charge", "payment_intent": "pi_1", "metadata": {"attempt": "a-1"}}
REFUND = {"id": "pyr_1", "object": "refund", "payment_intent": "pi_1", "charge": "py_1", "metadata": {}}


@pytest.mark.parametrize("source", [CHARGE, REFUND])
def test_a_failed_debit_is_reversed_under_the_name_of_its_charge_whatever_reverses_it(
    source: dict[str, Any],
) -> None:
    read = reading.movement(booked("payment_failure_refund", "charge_failure", source))

    assert (read.kind, read.source, read.payment) == (MovementKind.PAYMENT_REVERSED, "py_1", "pi_1")
    assert (read.gross.minor, read.fee.minor, read.net.minor) == (-10_000, 300, -10_300)


@pytest.mark.parametrize(
    ("kind", "category", "meaning"),
    [
        ("payment", "charge", MovementKind.PAYMENT),
        ("charge", "charge", MovementKind.PAYMENT),
        ("refund", "partial_capture_reversal", MovementKind.PAYMENT_REVERSED),
        ("payout_minimum_balance_hold", "payout_minimum_balance_hold", MovementKind.KEPT_BACK),
        ("payout_minimum_balance_release", "payout_minimum_balance_release", MovementKind.KEPT_BACK),
        ("refund", "refund", MovementKind.REFUND),
        ("adjustment", "dispute", MovementKind.DISPUTE),
        ("adjustment", "dispute_reversal", MovementKind.DISPUTE_WON),
    ],
)
def test_the_category_tells_apart_what_a_type_is_used_for(
    kind: str, category: str, meaning: MovementKind
) -> None:
    assert reading.movement(booked(kind, category, "ch_1")).kind == meaning


@pytest.mark.parametrize(("method", "taken"), [("card", 1_000), ("us_bank_account", 1_004)])
def test_a_card_was_taken_when_it_was_booked_and_a_debit_when_it_became_available(
    method: str, taken: int
) -> None:
    charge = {
        "payment_method_details": {"type": method},
        "balance_transaction": {"created": 1_000, "available_on": 1_004, "fee": 0, "currency": "usd"},
    }
    intent = {
        "id": "pi_1",
        "status": "succeeded",
        "amount_received": 100,
        "currency": "usd",
        "latest_charge": charge,
    }
    told = reading.report({"id": "cs_1", "status": "complete", "payment_intent": intent})

    assert told.taken_at is not None
    assert told.taken_at.timestamp() == taken
