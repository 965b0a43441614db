"""The verdict of a chaos run notices each mail that is missing, in worlds made by hand."""

from typing import Any

import pytest

from chaos import verdict

OFFICE, PAYER = "office@meadow.example", "storm-1@chaos.example"
MAILS = [
    ("payment:p1", "payment_received", PAYER),
    ("payment:p1", "payment_notice", OFFICE),
    ("payment:p1:returned", "payment_returned", PAYER),
    ("payment:p1:returned", "returned_notice", OFFICE),
    ("refund:r1:initiated", "refund_initiated", PAYER),
    ("refund:r1:initiated", "refund_notice", OFFICE),
    ("attempt:a2:initiated", "payment_initiated", PAYER),
    ("attempt:a2:initiated", "initiated_notice", OFFICE),
    ("attempt:a2:failed", "payment_failed", PAYER),
    ("attempt:a2:failed", "failed_notice", OFFICE),
    ("attempt:a3:released", "not_charged", PAYER),
    ("dispute:d1:lost:2", "dispute_notice", OFFICE),
]


def books(mails: list[tuple[str, str, str]]) -> dict[str, Any]:
    """One payment with everything that can follow it, a debit that failed, and a hold that was released."""
    states = {"cs_1": "settled", "cs_2": "failed", "cs_3": "cancelled"}
    return {
        "office": OFFICE,
        "payments": {"pi_1": {"key": "p1"}},
        "returns": ["p1"],
        "refunds": ["r1"],
        "disputes": ["d1"],
        "attempts": {
            session: {"key": f"a{session[-1]}", "state": state} for session, state in states.items()
        },
        "mails": {str(place): [*mail, "sent"] for place, mail in enumerate(mails)},
    }


def bank(**differing: Any) -> dict[str, Any]:
    """What the bank did with the three sessions."""
    released = {"session": "cs_3", "status": "canceled", "authorised": 500, "captured": 0, **differing}
    return {"payment_intents": [{"session": "cs_1", "status": "succeeded"}, released]}


def test_a_world_in_which_everybody_was_told_once_is_in_order() -> None:
    assert verdict.of_duties(books(MAILS), bank()) == []


@pytest.mark.parametrize("missing", MAILS)
def test_each_mail_that_is_missing_is_noticed(missing: tuple[str, str, str]) -> None:
    rest = [mail for mail in MAILS if mail != missing]
    assert len(verdict.of_duties(books(rest), bank())) == 1


@pytest.mark.parametrize("again", MAILS[:-1])
def test_each_mail_that_went_out_twice_is_noticed(again: tuple[str, str, str]) -> None:
    assert len(verdict.of_duties(books([*MAILS, again]), bank())) == 1


def test_a_notice_that_went_to_somebody_else_is_noticed() -> None:
    wrong = [(event, kind, PAYER) for event, kind, _to in MAILS]
    assert len(verdict.of_duties(books(wrong), bank())) == 5


@pytest.mark.parametrize("differing", [{"authorised": 0}, {"captured": 500}, {"status": "succeeded"}])
def test_nothing_was_charged_is_told_of_no_payment_but_a_released_one(differing: dict[str, Any]) -> None:
    (problem,) = verdict.of_duties(books(MAILS), bank(**differing))
    assert problem == "not_charged of attempt:a3:released went out for nothing"
