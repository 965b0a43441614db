"""Refunds: at once by card, after days by bank debit, and those that fail."""

from typing import Any

import pytest
import stripe

from sandbox.processes import Sandbox

SLOW_CARD = "4000000000007726"
FAILING_CARD = "4000000000005126"
UNREFUNDABLE_ACCOUNT = "000123456780"


def paid_by(bank: Sandbox, card: str) -> str:
    """The intent of a payment by this card, taken at once."""
    session = bank.session(capture="automatic")
    assert bank.pay(session, card).status_code == 303
    return bank.intent_of(session)


def cleared(bank: Sandbox, account: str = "000123456789") -> str:
    """The intent of a bank debit that has cleared."""
    intent = bank.debited(account)
    bank.order(f"payment_intents/{intent}/clear")
    return intent


def refund(bank: Sandbox, intent: str, **more: Any) -> stripe.Refund:
    wish: Any = {"payment_intent": intent, **more}
    return bank.api.v1.refunds.create(wish)


def status(bank: Sandbox, made: stripe.Refund) -> str | None:
    return bank.api.v1.refunds.retrieve(made.id).status


def test_a_card_refund_succeeds_at_once_and_is_told(bank: Sandbox) -> None:
    intent = paid_by(bank, "4242424242424242")
    made: Any = refund(bank, intent, amount=4_000, reason="duplicate", metadata={"order": "7"})

    assert (made.status, made.reason, made.metadata["order"]) == ("succeeded", "duplicate", "7")
    assert bank.events_of(intent)[-2:] == ["refund.created", "charge.refunded"]
    assert bank.moves_of(intent)[-1] == ("refunded", 4_000)


def test_a_charge_can_be_named_instead_of_the_intent(bank: Sandbox) -> None:
    charge = bank.charge_of(paid_by(bank, "4242424242424242")).id
    made = bank.api.v1.refunds.create({"charge": charge, "amount": 1_000})

    assert [entry.id for entry in bank.api.v1.refunds.list({"charge": charge}).data] == [made.id]
    assert not bank.api.v1.refunds.list({"charge": charge, "created": {"gt": made.created}}).data


def test_a_slow_card_gets_its_refund_a_day_later(bank: Sandbox) -> None:
    intent = paid_by(bank, SLOW_CARD)
    made = refund(bank, intent)
    assert (made.status, bank.charge_of(intent).refunded) == ("pending", True)

    bank.later(days=1)
    assert status(bank, made) == "succeeded"
    assert bank.events_of(intent)[-2:] == ["refund.updated", "charge.refund.updated"]


def test_a_card_refund_can_fail_after_an_hour(bank: Sandbox) -> None:
    intent = paid_by(bank, FAILING_CARD)
    made = refund(bank, intent, amount=3_000)
    assert made.status == "succeeded"

    bank.later(days=1 / 24)
    failed: Any = bank.api.v1.refunds.retrieve(made.id, {"expand": ["failure_balance_transaction"]})
    assert (failed.status, failed.failure_reason) == ("failed", "expired_or_canceled_card")
    assert failed.failure_balance_transaction.amount == 3_000
    assert bank.charge_of(intent).amount_refunded == 0
    assert bank.moves_of(intent)[-2:] == [("refunded", 3_000), ("refund_failed", 3_000)]


def test_a_failed_refund_leaves_the_balance_as_it_was(bank: Sandbox) -> None:
    intent = paid_by(bank, FAILING_CARD)
    made = refund(bank, intent)
    bank.order(f"refunds/{made.id}/fail")
    booked = bank.api.v1.balance_transactions.list({"source": made.id}).data

    assert sum(entry.net for entry in booked) == 0
    assert bank.summary_of(intent)["refunded"] == 0


def test_a_failed_refund_is_told(bank: Sandbox) -> None:
    intent = paid_by(bank, FAILING_CARD)
    bank.order(f"refunds/{refund(bank, intent).id}/fail")

    assert bank.events_of(intent)[-3:] == ["refund.updated", "refund.failed", "charge.refund.updated"]


def test_what_failed_can_be_refunded_again(bank: Sandbox) -> None:
    intent = paid_by(bank, "4242424242424242")
    bank.order(f"refunds/{refund(bank, intent).id}/fail")

    assert refund(bank, intent).amount == 10_000
    assert [entry["status"] for entry in bank.summary_of(intent)["refunds"]] == ["failed", "succeeded"]


def test_a_debit_is_refunded_after_two_days(bank: Sandbox) -> None:
    intent = cleared(bank)
    made = refund(bank, intent, amount=2_500)
    bank.later(days=1.9)
    assert status(bank, made) == "pending"

    bank.later(days=0.2)
    assert status(bank, made) == "succeeded"
    assert made.balance_transaction is not None
    booked = bank.api.v1.balance_transactions.retrieve(str(made.balance_transaction))
    assert (booked.type, booked.amount) == ("payment_refund", -2_500)


def test_an_account_that_takes_no_refunds_sends_them_back(bank: Sandbox) -> None:
    intent = cleared(bank, UNREFUNDABLE_ACCOUNT)
    made = refund(bank, intent)
    bank.later(days=2)

    assert status(bank, made) == "failed"
    assert bank.charge_of(intent).amount_refunded == 0


def test_a_debit_under_way_cannot_be_refunded(bank: Sandbox) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge"):
        refund(bank, bank.debited())


def test_a_disputed_payment_cannot_be_refunded(bank: Sandbox) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        refund(bank, paid_by(bank, "4000000000000259"))
    assert refused.value.code == "charge_disputed"


def test_a_returned_debit_cannot_be_refunded(bank: Sandbox) -> None:
    intent = cleared(bank)
    bank.order(f"payment_intents/{intent}/return", code="R01")
    with pytest.raises(stripe.InvalidRequestError) as refused:
        refund(bank, intent)

    assert refused.value.code == "charge_disputed"


def test_a_refund_on_its_way_fails_when_the_debit_comes_back(bank: Sandbox) -> None:
    intent = cleared(bank)
    made = refund(bank, intent, amount=1_000)
    bank.order(f"payment_intents/{intent}/return", code="R10")
    bank.later(days=3)

    found = bank.api.v1.refunds.retrieve(made.id)
    assert (found.status, found.failure_reason) == ("failed", "charge_for_pending_refund_disputed")
    assert bank.moves_of(intent)[-3:] == [("refunded", 1_000), ("refund_failed", 1_000), ("returned", 10_000)]


def test_a_return_and_a_refund_due_at_one_moment_settle_once(bank: Sandbox) -> None:
    intent = bank.debited("000900000029")
    bank.later(days=4)
    made = refund(bank, intent, amount=1_000)
    bank.later(days=2.1)

    assert status(bank, made) == "failed"
    assert bank.moves_of(intent)[-2:] == [("refund_failed", 1_000), ("returned", 10_000)]


def test_no_refund_can_be_cancelled(bank: Sandbox) -> None:
    for intent in (paid_by(bank, "4242424242424242"), cleared(bank)):
        with pytest.raises(stripe.InvalidRequestError, match="status of requires_action can be canceled"):
            bank.api.v1.refunds.cancel(refund(bank, intent).id)


def test_a_pending_refund_can_be_let_through_by_order(bank: Sandbox) -> None:
    made = refund(bank, cleared(bank))
    bank.order(f"refunds/{made.id}/succeed")
    assert status(bank, made) == "succeeded"

    with pytest.raises(AssertionError, match="Only a pending refund can succeed"):
        bank.order(f"refunds/{made.id}/succeed")


def test_a_refund_fails_once(bank: Sandbox) -> None:
    made = refund(bank, paid_by(bank, FAILING_CARD))
    bank.order(f"refunds/{made.id}/fail")
    with pytest.raises(AssertionError, match="This refund is failed already"):
        bank.order(f"refunds/{made.id}/fail")

    bank.later(days=1)
    assert len(bank.api.v1.balance_transactions.list({"source": made.id}).data) == 2


def test_a_debit_is_refunded_at_the_dashboard_as_well(bank: Sandbox) -> None:
    intent = cleared(bank)

    assert bank.order(f"payment_intents/{intent}/refund", amount=700)["status"] == "pending"
    assert bank.summary_of(intent)["refunded"] == 700


def test_an_unknown_refund_is_not_found(bank: Sandbox) -> None:
    for look in (bank.api.v1.refunds.retrieve, bank.api.v1.refunds.cancel):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            look("re_nothing")
        assert refused.value.http_status == 404


def test_a_refund_can_be_ordered_to_fail_like_any_operation(bank: Sandbox) -> None:
    intent = paid_by(bank, "4242424242424242")
    bank.order("faults", operation="refund.create", mode="500_before", times=1)
    with pytest.raises(stripe.APIError):
        refund(bank, intent)

    assert bank.charge_of(intent).amount_refunded == 0
