"""What was stored in Stripe's own words, before there were ours, reads as it did."""

import importlib
from typing import Any

import pytest
from django.apps import apps

from factories import make_company
from florin.contracts import account_words, declines, dispute_reasons, former_words, refund_failures
from florin.contracts.reasons import DeclineReason, DisputeReason, RefundFailure, StopReason
from florin.domain.companies.models import PaymentsAccount

READS: list[tuple[Any, str, str]] = [
    (declines.reason, "insufficient_funds", "there is not enough money on the card"),
    (declines.reason, "incorrect_cvc", "the security code is wrong"),
    (declines.reason, "invalid_expiry_year", "a number, date or code was typed wrong"),
    (declines.reason, "payment_intent_authentication_failure", "the bank's own check was not passed"),
    (declines.reason, "try_again_later", "the bank could not be reached"),
    (declines.reason, "withdrawal_count_limit_exceeded", "the card's limit is reached"),
    (declines.reason, "transaction_not_allowed", "the card cannot be used for this"),
    (declines.reason, "generic_decline", "the bank gave no reason"),
    (declines.reason, "", "the bank gave no reason"),
    (dispute_reasons.reason, "fraudulent", "The payer says that they did not make this payment"),
    (dispute_reasons.reason, "unrecognized", "The payer does not recognise this payment"),
    (dispute_reasons.reason, "", "No reason was given"),
    (refund_failures.words, "lost_or_stolen_card", "The card was lost or stolen"),
    (refund_failures.words, "insufficient_funds", "The balance at the processor was too low"),
    (refund_failures.words, "", "The payer's bank gave no reason"),
    (refund_failures.words, "Charge ch_1 has been charged back.", "The processor did not accept it"),
    (account_words.stop_reason, "rejected.fraud", "The processor suspects fraud."),
    (
        account_words.stop_reason,
        "requirements.past_due",
        "Something that the processor asked for is missing.",
    ),
    (account_words.stop_reason, "", ""),
]


@pytest.mark.parametrize(("read", "stored", "says"), READS)
def test_a_stored_word_of_stripes_reads_as_it_did(read: Any, stored: str, says: str) -> None:
    assert read(stored) == says


@pytest.mark.parametrize(
    "read", [declines.reason, dispute_reasons.reason, refund_failures.words, account_words.stop_reason]
)
def test_a_word_that_nobody_knows_never_reaches_a_person(read: Any) -> None:
    assert "some_jargon" not in read("some_jargon")


@pytest.mark.parametrize(
    ("former", "ours"),
    [
        (former_words.DECLINES, DeclineReason),
        (former_words.DISPUTES, DisputeReason),
        (former_words.REFUNDS, RefundFailure),
        (former_words.STOPS, StopReason),
    ],
)
def test_each_former_word_means_one_of_ours_and_is_none_itself(former: dict[str, str], ours: Any) -> None:
    assert set(former.values()) <= set(ours)
    assert not set(former) & set(ours)


def test_accounts_that_were_stored_in_stripes_words_are_translated(database: None) -> None:
    PaymentsAccount.objects.filter(company=make_company()).update(
        reason="requirements.past_due",
        wanted=[
            "individual.verification.document",
            "company.address.city",
            "company.address.line1",
            "new.thing",
        ],
    )
    migration = importlib.import_module(
        "florin.domain.companies.migrations.0006_keep_what_schemes_call_reasons"
    )

    migration.translate(apps, None)

    account = PaymentsAccount.objects.get()
    assert account.reason == "past_due"
    assert account.wanted == ["person_document", "business_address", "other"]
    assert account.codes[:2] == ["stripe:requirements.past_due", "stripe:individual.verification.document"]
