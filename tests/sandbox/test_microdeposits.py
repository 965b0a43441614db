"""Micro-deposits: the session is complete and its intent waits for the payer, for ten days at most."""

from typing import Any

import pytest
import stripe

from sandbox.processes import Sandbox, web
from sandbox.test_balance import DAY, movements

NEEDS_DEPOSITS = "000900000040"


def intent_of(bank: Sandbox, intent: str) -> Any:
    return bank.api.v1.payment_intents.retrieve(intent)


def verify(bank: Sandbox, intent: str, **named: Any) -> Any:
    params: Any = named
    return bank.api.v1.payment_intents.verify_microdeposits(intent, params)


def test_the_session_is_complete_while_its_intent_waits_for_the_payer(bank: Sandbox) -> None:
    intent = bank.debited(NEEDS_DEPOSITS)
    found = intent_of(bank, intent)
    session = bank.api.v1.checkout.sessions.list({"payment_intent": intent}).data[0]
    asked = found.next_action.verify_with_microdeposits

    assert (session.status, session.payment_status, found.status) == ("complete", "unpaid", "requires_action")
    assert (found.next_action.type, asked.microdeposit_type) == ("verify_with_microdeposits", "amounts")
    assert asked.arrival_date == found.created + 2 * DAY
    assert found.latest_charge is None
    assert bank.events_of(intent)[-2:] == ["payment_intent.requires_action", "checkout.session.completed"]


def test_nothing_is_booked_until_the_account_is_verified(bank: Sandbox) -> None:
    business = bank.business()
    intent = business.debited(NEEDS_DEPOSITS)
    assert movements(business) == []

    assert verify(business, intent, amounts=[32, 45]).status == "processing"
    assert [entry.type for entry in movements(business)] == ["payment"]
    business.later(days=4)
    assert intent_of(business, intent).status == "succeeded"


def test_wrong_sums_are_refused_and_may_be_named_again(bank: Sandbox) -> None:
    intent = bank.debited(NEEDS_DEPOSITS)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        verify(bank, intent, amounts=[1, 2])

    assert refused.value.code == "payment_method_microdeposit_verification_amounts_mismatch"
    assert verify(bank, intent, descriptor_code="SM11AA").status == "processing"


@pytest.mark.parametrize(
    ("named", "code"),
    [
        ({"amounts": [10, 11]}, "payment_method_microdeposit_verification_attempts_exceeded"),
        ({"descriptor_code": "SM44DD"}, "payment_method_microdeposit_verification_timeout"),
    ],
)
def test_an_account_that_is_not_verified_is_never_debited(
    bank: Sandbox, named: dict[str, Any], code: str
) -> None:
    intent = bank.debited(NEEDS_DEPOSITS)
    ended = verify(bank, intent, **named)

    assert (ended.status, ended.last_payment_error.code) == ("requires_payment_method", code)
    assert ended.next_action is None
    assert bank.events_of(intent)[-2:] == [
        "payment_intent.payment_failed",
        "checkout.session.async_payment_failed",
    ]
    assert bank.moves_of(intent) == []


@pytest.mark.parametrize(
    ("account", "days", "code"),
    [
        (NEEDS_DEPOSITS, 10, "payment_method_microdeposit_verification_timeout"),
        ("000666666661", 2, "payment_method_microdeposit_failed"),
    ],
)
def test_the_waiting_ends_by_itself(bank: Sandbox, account: str, days: int, code: str) -> None:
    intent = bank.debited(account)
    bank.later(days=days - 0.1)
    assert intent_of(bank, intent).status == "requires_action"

    bank.later(days=0.2)
    assert intent_of(bank, intent).last_payment_error.code == code


def test_what_waits_can_be_cancelled(bank: Sandbox) -> None:
    intent = bank.debited(NEEDS_DEPOSITS)
    assert bank.api.v1.payment_intents.cancel(intent).status == "canceled"
    with pytest.raises(stripe.InvalidRequestError, match="waits for no micro-deposits"):
        verify(bank, intent, amounts=[32, 45])


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        ("verified", "processing"),
        ("failed", "requires_payment_method"),
        ("expired", "requires_payment_method"),
    ],
)
def test_the_waiting_can_be_ended_by_order(bank: Sandbox, outcome: str, status: str) -> None:
    intent = bank.debited(NEEDS_DEPOSITS)
    assert bank.order(f"payment_intents/{intent}/verify", outcome=outcome)["status"] == status


def test_the_payer_names_the_deposits_on_a_page(bank: Sandbox) -> None:
    intent = bank.debited(NEEDS_DEPOSITS)
    page = intent_of(bank, intent).next_action.verify_with_microdeposits.hosted_verification_url
    assert "two small deposits" in web.get(page).text

    wrong = web.post(page, data={"first": "1", "second": "x"})
    assert (wrong.status_code, "not the sums" in wrong.text) == (422, True)
    assert web.post(page, data={"first": "45", "second": "32"}).status_code == 303
    assert intent_of(bank, intent).status == "processing"
    assert web.get(page).status_code == 303


def test_the_sessions_page_leads_to_that_of_the_deposits(bank: Sandbox) -> None:
    intent = bank.debited(NEEDS_DEPOSITS)
    session = bank.api.v1.checkout.sessions.list({"payment_intent": intent}).data[0]
    shown = web.get(f"{bank.url}/c/pay/{session.id}").text

    assert "still to be confirmed" in shown
    assert f"/microdeposits/{intent}" in shown


def test_a_booking_can_be_late_and_is_told_when_it_comes(bank: Sandbox) -> None:
    business = bank.business()
    bank.order("bookings", seconds=3600)
    intent = business.captured()
    assert (business.charge_of(intent).balance_transaction, movements(business)) == (None, [])

    bank.later(days=0.05)
    bank.order("reset")
    (booked,) = movements(business)
    assert business.charge_of(intent).balance_transaction == booked.id
    assert business.events_of(intent)[-1] == "charge.updated"
    business.captured()
    assert len(movements(business)) == 2
