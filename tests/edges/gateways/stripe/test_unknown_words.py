"""A word that Stripe adds tomorrow stops nothing, moves nothing, and is logged once."""

import copy
import logging
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from florin.contracts.processor import (
    AccountStatus,
    DisputeOutcome,
    Itemised,
    MethodStatus,
    MovementKind,
    Outcome,
    RefundOutcome,
)
from florin.contracts.reasons import (
    AccountRequirement,
    DeclineReason,
    DisputeReason,
    RefundFailure,
    StopReason,
)
from florin.edges.gateways.stripe import reading, unknown

Read = Callable[[dict[str, Any]], Any]
BOOKED = {
    "id": "txn_1",
    "type": "charge",
    "reporting_category": "charge",
    "source": {"id": "ch_1", "object": "charge", "payment_intent": "pi_1", "metadata": {}},
    "amount": 10_000,
    "fee": 315,
    "currency": "usd",
    "created": 1_700_000_000,
    "available_on": 1_700_100_000,
}
CHARGE = {
    "id": "ch_1",
    "object": "charge",
    "failure_code": None,
    "outcome": {"network_decline_code": None},
    "payment_method_details": {
        "type": "card",
        "card": {"brand": "visa", "last4": "4242", "funding": "credit"},
    },
    "balance_transaction": BOOKED,
}
SESSION = {
    "id": "cs_1",
    "status": "complete",
    "customer_details": {"email": "ap@fern.example"},
    "payment_intent": {
        "id": "pi_1",
        "status": "processing",
        "currency": "usd",
        "amount": 10_000,
        "amount_received": 0,
        "amount_capturable": 0,
        "last_payment_error": {"code": "card_declined", "decline_code": "lost_card", "charge": "ch_1"},
        "latest_charge": CHARGE,
    },
}
OPEN = {**SESSION, "status": "open"}
UNCONFIRMED = {**SESSION, "payment_intent": None}
FAILED = {**SESSION, "payment_intent": {**SESSION["payment_intent"], "status": "requires_payment_method"}}  # type: ignore[dict-item]
REFUND = {"id": "re_1", "status": "failed", "amount": 1, "currency": "usd", "failure_reason": "declined"}
DISPUTE = {
    "id": "dp_1",
    "status": "lost",
    "amount": 10_000,
    "currency": "usd",
    "reason": "fraudulent",
    "network_reason_code": "10.4",
    "created": 1_700_000_000,
    "balance_transactions": [{**BOOKED, "amount": -10_000, "fee": 1_500}],
    "evidence_details": {"due_by": 0},
}
PAYOUT = {
    "id": "po_1",
    "status": "paid",
    "amount": 1,
    "currency": "usd",
    "arrival_date": 1_700_000_000,
    "created": 1_700_000_000,
    "method": "standard",
    "automatic": True,
    "reconciliation_status": "completed",
}
ACCOUNT = {
    "id": "acct_1",
    "charges_enabled": False,
    "details_submitted": True,
    "capabilities": {reading.DEBITS: "active"},
    "requirements": {"currently_due": ["company.name"], "past_due": [], "disabled_reason": "listed"},
}

# The object and its reader, the field, what is read of it, and what it is if the word is new.
FIELDS: list[tuple[dict[str, Any], Read, str, str, object]] = [
    (SESSION, reading.report, "payment_intent.status", "outcome", Outcome.PENDING),
    (OPEN, reading.report, "payment_intent.status", "outcome", Outcome.OPEN),
    (UNCONFIRMED, reading.report, "status", "outcome", Outcome.OPEN),
    (FAILED, reading.report, "status", "outcome", Outcome.OPEN),
    (FAILED, reading.report, "payment_intent.latest_charge.failure_code", "failure", "OTHER"),
    (FAILED, reading.report, "payment_intent.latest_charge.outcome.network_decline_code", "failure", "OTHER"),
    (
        OPEN,
        reading.report,
        "payment_intent.last_payment_error.decline_code",
        "decline_reason",
        DeclineReason.UNKNOWN,
    ),
    (
        SESSION,
        reading.report,
        "payment_intent.latest_charge.payment_method_details.type",
        "outcome",
        Outcome.PENDING,
    ),
    (REFUND, reading.refund_report, "status", "outcome", RefundOutcome.PENDING),
    (REFUND, reading.refund_report, "failure_reason", "failure", RefundFailure.UNKNOWN),
    (DISPUTE, reading.dispute_report, "status", "outcome", DisputeOutcome.UNDER_REVIEW),
    (DISPUTE, reading.dispute_report, "reason", "reason", DisputeReason.UNKNOWN),
    (DISPUTE, reading.dispute_report, "reason", "return_reason", "OTHER"),
    (DISPUTE, reading.dispute_report, "network_reason_code", "withdrawn", True),
    (PAYOUT, reading.payout_report, "status", "state", "pending"),
    (PAYOUT, reading.payout_report, "reconciliation_status", "itemised", Itemised.NOT_YET),
    (PAYOUT, reading.payout_report, "method", "state", "paid"),
    (BOOKED, reading.movement, "type", "kind", MovementKind.OTHER),
    (BOOKED, reading.movement, "reporting_category", "kind", MovementKind.PAYMENT),
    (ACCOUNT, reading.account_report, "requirements.disabled_reason", "reason", StopReason.UNKNOWN),
    (ACCOUNT, reading.account_report, "requirements.disabled_reason", "status", AccountStatus.SUSPENDED),
    (ACCOUNT, reading.account_report, f"capabilities.{reading.DEBITS}", "debits", MethodStatus.INACTIVE),
]


@given(word=st.text(min_size=1, max_size=300).map(lambda text: f"new_{text}"), field=st.sampled_from(FIELDS))
def test_a_new_word_in_any_field_is_read_as_something_safe(
    word: str, field: tuple[dict[str, Any], Read, str, str, object]
) -> None:
    thing, read, path, what, safe = field

    assert getattr(read(with_value(thing, path, word)), what) == safe


def test_a_new_requirement_is_something_else_that_is_wanted() -> None:
    account = with_value(ACCOUNT, "requirements.currently_due", ["company.name", "something.new"])

    assert reading.account_report(account).wanted == (AccountRequirement.LEGAL_NAME, AccountRequirement.OTHER)


def test_a_new_word_is_logged_once_with_its_field(caplog: pytest.LogCaptureFixture) -> None:
    unknown.note.cache_clear()
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            reading.refund_report(with_value(REFUND, "status", "something_new"))
            reading.refund_report(REFUND)

    assert [record.getMessage() for record in caplog.records] == [
        "Stripe says 'something_new' in refund.status, which this version does not know"
    ]


def with_value(thing: dict[str, Any], path: str, word: object) -> dict[str, Any]:
    changed: dict[str, Any] = copy.deepcopy(thing)
    *way, last = path.split(".")
    place = changed
    for step in way:
        place = place[step]
    place[last] = word
    return changed
