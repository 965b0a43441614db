"""How Stripe's account reads: what keeps it from being paid, and by what it may be."""

from typing import Any, get_args, get_type_hints

import pytest
import stripe

from florin.contracts.processor import AccountStatus, MethodStatus
from florin.edges.gateways.stripe import reading

REASONS = {
    "action_required.requested_capabilities": AccountStatus.INCOMPLETE,
    "listed": AccountStatus.SUSPENDED,
    "other": AccountStatus.SUSPENDED,
    "platform_paused": AccountStatus.SUSPENDED,
    "rejected.fraud": AccountStatus.REJECTED,
    "rejected.incomplete_verification": AccountStatus.REJECTED,
    "rejected.listed": AccountStatus.REJECTED,
    "rejected.other": AccountStatus.REJECTED,
    "rejected.platform_fraud": AccountStatus.REJECTED,
    "rejected.platform_other": AccountStatus.REJECTED,
    "rejected.platform_terms_of_service": AccountStatus.REJECTED,
    "rejected.terms_of_service": AccountStatus.REJECTED,
    "requirements.past_due": AccountStatus.INCOMPLETE,
    "requirements.pending_verification": AccountStatus.PENDING,
    "under_review": AccountStatus.SUSPENDED,
}


def account(reason: str | None = None, **told: Any) -> dict[str, Any]:
    wanted = ["external_account"] if reason == "requirements.past_due" else []
    return {
        "id": "acct_1",
        "object": "account",
        "charges_enabled": reason is None,
        "details_submitted": True,
        "capabilities": {"card_payments": "active", reading.DEBITS: "active"},
        "requirements": {"disabled_reason": reason, "currently_due": wanted, "past_due": wanted},
        **told,
    }


def test_every_reason_that_stripes_library_knows_is_here() -> None:
    hint = get_type_hints(stripe.Account.Requirements)["disabled_reason"]
    assert {word for part in get_args(hint) for word in get_args(part)} == set(REASONS)


@pytest.mark.parametrize(("reason", "status"), REASONS.items())
def test_what_stripe_says_of_an_account_is_how_far_it_has_come(reason: str, status: AccountStatus) -> None:
    assert reading.account_report(account(reason)).status == status


def test_a_reason_that_is_new_stops_the_account_until_stripe_lets_it_be_paid() -> None:
    assert reading.account_report(account("new_word")).status == AccountStatus.SUSPENDED
    assert reading.account_report(account("rejected.new_word")).status == AccountStatus.REJECTED
    allowed = account("new_word", charges_enabled=True)
    assert reading.account_report(allowed).status == AccountStatus.ACTIVE


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ("active", MethodStatus.ACTIVE),
        ("inactive", MethodStatus.INACTIVE),
        ("pending", MethodStatus.PENDING),
        ("unknown_word", MethodStatus.INACTIVE),
        (None, MethodStatus.UNREQUESTED),
    ],
)
def test_cards_and_debits_are_what_the_capability_says(told: str | None, status: MethodStatus) -> None:
    both = {name: told for name in ("card_payments", reading.DEBITS) if told}
    report = reading.account_report(account(capabilities={"transfers": "active", **both}))

    assert (report.cards, report.debits) == (status, status)


def test_an_account_of_which_no_capabilities_are_told_takes_cards_if_it_is_paid_at_all() -> None:
    report = reading.account_report(account(capabilities=None))
    assert (report.cards, report.debits) == (MethodStatus.ACTIVE, MethodStatus.UNREQUESTED)


def test_a_notice_about_a_capability_is_about_its_account() -> None:
    capability = {"id": "card_payments", "object": "capability", "account": "acct_1"}
    assert reading.account_of(capability) == "acct_1"
