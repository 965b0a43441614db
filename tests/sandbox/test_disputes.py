"""Disputes: the money is gone at once, comes back if the evidence is good, and a week decides without any."""

from typing import Any

import pytest
import stripe

from sandbox.processes import Sandbox

FRAUD_CARD = "4000000000000259"
NOT_RECEIVED_CARD = "4000000000002685"
INQUIRY_CARD = "4000000000001976"


def paid_by(bank: Sandbox, card: str = FRAUD_CARD) -> str:
    """The intent of a payment by this card, held and then captured."""
    session = bank.session()
    assert bank.pay(session, card).status_code == 303
    intent = bank.intent_of(session)
    bank.api.v1.payment_intents.capture(intent)
    return intent


def disputed(bank: Sandbox, card: str = FRAUD_CARD) -> str:
    """The dispute about a payment by this card."""
    return str(bank.dispute_of(paid_by(bank, card)).id)


def answer(bank: Sandbox, dispute: str, text: str, **more: Any) -> stripe.Dispute:
    change: Any = {"evidence": {"uncategorized_text": text}, **more}
    return bank.api.v1.disputes.update(dispute, change)


@pytest.mark.parametrize(
    ("card", "reason", "code"),
    [(FRAUD_CARD, "fraudulent", "10.4"), (NOT_RECEIVED_CARD, "product_not_received", "13.1")],
)
def test_a_disputed_card_takes_the_money_back_at_once(
    bank: Sandbox, card: str, reason: str, code: str
) -> None:
    intent = paid_by(bank, card)
    dispute = bank.dispute_of(intent)

    assert (dispute.status, dispute.reason, dispute.amount) == ("needs_response", reason, 10_000)
    assert dispute.payment_method_details.card.network_reason_code == code
    assert [
        (entry.amount, entry.fee, entry.reporting_category) for entry in dispute.balance_transactions
    ] == [(-10_000, 1_500, "dispute")]
    assert bank.charge_of(intent).disputed


def test_the_dispute_follows_the_capture(bank: Sandbox) -> None:
    intent = paid_by(bank)

    assert bank.events_of(intent)[-4:] == [
        "charge.captured",
        "payment_intent.succeeded",
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
    ]
    assert bank.moves_of(intent)[-2:] == [("captured", 10_000), ("disputed", 10_000)]


def test_money_that_is_only_held_is_not_disputed(bank: Sandbox) -> None:
    session = bank.session()
    bank.pay(session, FRAUD_CARD)

    assert not bank.api.v1.disputes.list({"payment_intent": bank.intent_of(session)}).data


def test_an_inquiry_moves_nothing(bank: Sandbox) -> None:
    intent = paid_by(bank, INQUIRY_CARD)
    dispute = bank.dispute_of(intent)

    assert (dispute.status, dispute.is_charge_refundable) == ("warning_needs_response", True)
    assert (dispute.balance_transactions, bank.moves_of(intent)[-1]) == ([], ("captured", 10_000))
    assert dispute.payment_method_details.card.case_type == "inquiry"


def test_evidence_can_be_staged_before_it_is_sent(bank: Sandbox) -> None:
    dispute = disputed(bank)
    staged = answer(bank, dispute, "It was delivered.", submit=False)
    assert (staged.status, staged.evidence_details.has_evidence) == ("needs_response", True)

    sent = bank.api.v1.disputes.update(dispute, {"submit": True, "metadata": {"case": "9"}})
    assert (sent.status, sent.evidence_details.submission_count) == ("under_review", 1)
    assert (sent.evidence.uncategorized_text, sent.metadata["case"]) == ("It was delivered.", "9")


def test_winning_evidence_brings_the_money_back_but_not_the_fee(bank: Sandbox) -> None:
    intent = paid_by(bank)
    sent = answer(bank, bank.dispute_of(intent).id, "winning_evidence", submit=True)
    assert sent.status == "under_review"

    won = bank.dispute_of(intent)
    assert won.status == "won"
    assert [(entry.amount, entry.fee) for entry in won.balance_transactions] == [
        (-10_000, 1_500),
        (10_000, 0),
    ]
    assert bank.events_of(intent)[-3:] == [
        "charge.dispute.updated",
        "charge.dispute.closed",
        "charge.dispute.funds_reinstated",
    ]
    assert bank.summary_of(intent)["disputed"] == 0


def test_losing_evidence_loses(bank: Sandbox) -> None:
    intent = paid_by(bank)
    answer(bank, bank.dispute_of(intent).id, "losing_evidence", submit=True)

    assert bank.dispute_of(intent).status == "lost"
    assert bank.moves_of(intent)[-2:] == [("disputed", 10_000), ("dispute_lost", 10_000)]


def test_other_evidence_waits_for_a_verdict(bank: Sandbox) -> None:
    dispute = disputed(bank)
    answer(bank, dispute, "The parcel was signed for.", submit=True)
    bank.later(days=30)
    assert bank.api.v1.disputes.retrieve(dispute).status == "under_review"

    assert bank.order(f"disputes/{dispute}/close", status="won")["status"] == "won"


def test_a_week_without_an_answer_loses(bank: Sandbox) -> None:
    dispute = disputed(bank)
    bank.later(days=6.9)
    assert bank.api.v1.disputes.retrieve(dispute).status == "needs_response"

    bank.later(days=0.2)
    lost = bank.api.v1.disputes.retrieve(dispute)
    assert (lost.status, lost.evidence_details.past_due) == ("lost", True)


def test_an_inquiry_that_nobody_answers_just_closes(bank: Sandbox) -> None:
    intent = paid_by(bank, INQUIRY_CARD)
    bank.later(days=7)

    assert bank.dispute_of(intent).status == "warning_closed"
    assert bank.moves_of(intent)[-1] == ("captured", 10_000)


def test_a_merchant_can_give_in(bank: Sandbox) -> None:
    dispute = disputed(bank)

    assert bank.api.v1.disputes.close(dispute).status == "lost"
    with pytest.raises(stripe.InvalidRequestError, match="status of lost"):
        bank.api.v1.disputes.close(dispute)
    with pytest.raises(stripe.InvalidRequestError, match="status of lost"):
        answer(bank, dispute, "But …")


def test_an_inquiry_can_become_a_dispute(bank: Sandbox) -> None:
    intent = paid_by(bank, INQUIRY_CARD)
    escalated = bank.order(f"disputes/{bank.dispute_of(intent).id}/escalate")

    assert (escalated["status"], escalated["is_charge_refundable"]) == ("needs_response", False)
    assert bank.moves_of(intent)[-1] == ("disputed", 10_000)
    assert bank.events_of(intent)[-2:] == ["charge.dispute.updated", "charge.dispute.funds_withdrawn"]


def test_bad_evidence_makes_a_dispute_of_an_inquiry(bank: Sandbox) -> None:
    intent = paid_by(bank, INQUIRY_CARD)
    answer(bank, bank.dispute_of(intent).id, "losing_evidence", submit=True)
    assert bank.dispute_of(intent).status == "needs_response"

    bank.later(days=7)
    assert bank.dispute_of(intent).status == "lost"


def test_bad_evidence_about_money_that_was_refunded_just_ends_the_inquiry(bank: Sandbox) -> None:
    intent = paid_by(bank, INQUIRY_CARD)
    answer(bank, bank.dispute_of(intent).id, "losing_evidence", submit=False)
    bank.api.v1.refunds.create({"payment_intent": intent})
    bank.api.v1.disputes.update(bank.dispute_of(intent).id, {"submit": True})

    assert bank.dispute_of(intent).status == "warning_closed"


def test_good_evidence_ends_an_inquiry(bank: Sandbox) -> None:
    intent = paid_by(bank, INQUIRY_CARD)
    answer(bank, bank.dispute_of(intent).id, "winning_evidence", submit=True)

    assert bank.dispute_of(intent).status == "warning_closed"


def test_a_payment_under_inquiry_can_be_refunded_and_then_not_be_disputed(bank: Sandbox) -> None:
    intent = paid_by(bank, INQUIRY_CARD)
    bank.api.v1.refunds.create({"payment_intent": intent})

    with pytest.raises(AssertionError, match="nothing left to dispute"):
        bank.order(f"disputes/{bank.dispute_of(intent).id}/escalate")


def test_part_of_a_payment_can_be_disputed_by_order(bank: Sandbox) -> None:
    intent = bank.captured()
    opened = bank.order(f"payment_intents/{intent}/dispute", amount=4_000, reason="duplicate")

    assert (opened["amount"], opened["reason"], opened["status"]) == (4_000, "duplicate", "needs_response")
    assert bank.summary_of(intent)["disputed"] == 4_000


def test_an_inquiry_can_be_opened_by_order(bank: Sandbox) -> None:
    opened = bank.order(f"payment_intents/{bank.captured()}/dispute", inquiry=True)

    assert opened["status"] == "warning_needs_response"


@pytest.mark.parametrize(
    ("order", "complaint"),
    [
        ({"amount": 10_001}, "amount must be from 1 to 10000"),
        ({"amount": 0}, "amount must be from 1 to 10000"),
        ({"reason": "boredom"}, "reason must be one of"),
        ({"inquiry": 1}, "inquiry has the wrong type"),
    ],
)
def test_an_order_to_dispute_must_make_sense(bank: Sandbox, order: dict[str, Any], complaint: str) -> None:
    with pytest.raises(AssertionError, match=complaint):
        bank.order(f"payment_intents/{bank.captured()}/dispute", **order)


def test_one_dispute_at_a_time(bank: Sandbox) -> None:
    intent = paid_by(bank)
    with pytest.raises(AssertionError, match="disputed already"):
        bank.order(f"payment_intents/{intent}/dispute")


def test_a_bank_debit_is_returned_and_not_disputed(bank: Sandbox) -> None:
    intent = bank.debited()
    with pytest.raises(AssertionError, match="Only a payment that was captured"):
        bank.order(f"payment_intents/{intent}/dispute")

    bank.order(f"payment_intents/{intent}/clear")
    with pytest.raises(AssertionError, match="not disputed but returned"):
        bank.order(f"payment_intents/{intent}/dispute")


def test_a_dispute_is_decided_once(bank: Sandbox) -> None:
    dispute = disputed(bank)
    bank.order(f"disputes/{dispute}/close", status="won")
    with pytest.raises(AssertionError, match="This dispute is over: it is won"):
        bank.order(f"disputes/{dispute}/close", status="lost")

    bank.later(days=8)
    assert bank.api.v1.disputes.retrieve(dispute).status == "won"


def test_a_won_payment_can_be_refunded_again(bank: Sandbox) -> None:
    intent = paid_by(bank)
    bank.order(f"disputes/{bank.dispute_of(intent).id}/close", status="won")

    assert bank.api.v1.refunds.create({"payment_intent": intent}).amount == 10_000


def test_disputes_are_found_by_charge_and_moment(bank: Sandbox) -> None:
    dispute = bank.api.v1.disputes.retrieve(disputed(bank))
    disputes = bank.api.v1.disputes

    assert [entry.id for entry in disputes.list({"charge": str(dispute.charge)}).data] == [dispute.id]
    assert dispute.id in [entry.id for entry in disputes.list({"created": {"gte": dispute.created}}).data]
    assert not disputes.list({"created": {"gt": dispute.created + 100}}).data


def test_an_unknown_dispute_is_not_found(bank: Sandbox) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        bank.api.v1.disputes.retrieve("dp_nothing")

    assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")


@pytest.mark.parametrize(
    ("evidence", "code"),
    [({"receipt": "file_1"}, "resource_missing"), ({"horoscope": "Libra"}, "parameter_unknown")],
)
def test_evidence_that_cannot_be_kept_is_refused(bank: Sandbox, evidence: Any, code: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        bank.api.v1.disputes.update(disputed(bank), {"evidence": evidence})

    assert refused.value.code == code


def test_the_api_of_disputes_can_be_ordered_to_fail(bank: Sandbox) -> None:
    dispute = disputed(bank)
    bank.order("faults", operation="dispute.close", mode="500_before", times=1)
    with pytest.raises(stripe.APIError):
        bank.api.v1.disputes.close(dispute)

    assert bank.api.v1.disputes.retrieve(dispute).status == "needs_response"


def test_a_lost_dispute_is_appealed_and_won_and_the_money_comes_back(bank: Sandbox) -> None:
    intent = paid_by(bank)
    dispute = str(bank.dispute_of(intent).id)
    bank.order(f"disputes/{dispute}/close", status="lost")

    for step, status in [
        ("needs_response", "appeal_needs_response"),
        ("under_review", "appeal_under_review"),
    ]:
        bank.order(f"disputes/{dispute}/appeal", status=step)
        assert bank.dispute_of(intent).status == status
        assert len(bank.dispute_of(intent).balance_transactions) == 1
    bank.order(f"disputes/{dispute}/close", status="won")

    won = bank.dispute_of(intent)
    assert (won.status, [entry.amount for entry in won.balance_transactions]) == ("won", [-10_000, 10_000])
    assert bank.events_of(intent)[-2:] == ["charge.dispute.closed", "charge.dispute.funds_reinstated"]


def test_an_appeal_that_nobody_makes_in_time_leaves_the_dispute_lost(bank: Sandbox) -> None:
    intent = paid_by(bank)
    dispute = str(bank.dispute_of(intent).id)
    bank.order(f"disputes/{dispute}/close", status="lost")
    bank.order(f"disputes/{dispute}/appeal", status="needs_response")

    bank.order("clock", advance=8 * 86_400)

    assert bank.dispute_of(intent).status == "lost"


def test_a_dispute_that_is_not_lost_cannot_be_appealed(bank: Sandbox) -> None:
    with pytest.raises(AssertionError, match="that was lost"):
        bank.order(f"disputes/{disputed(bank)}/appeal", status="needs_response")
