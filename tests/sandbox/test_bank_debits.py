"""Bank debits (ACH): days under way, then cleared or sent back, and sometimes both."""

from typing import Any

import pytest
import stripe

from sandbox.processes import GOOD_ACCOUNT, HOLDER, Sandbox, web
from sandbox.test_balance import DAY, movements

BANK = ["us_bank_account"]
BOTH = ["card", "us_bank_account"]


def form_of(bank: Sandbox, **more: Any) -> str:
    """The page of a session that takes bank debits only."""
    session = bank.session(123_456, capture="automatic", allowed_payment_method_types=BANK, **more)
    return web.get(f"{bank.url}/c/pay/{session.id}").text


def under_way(business: Sandbox) -> Any:
    """What of a business's balance is of debits that have neither cleared nor failed."""
    return business.read(f"summary?account={business.account}").json()["under_way"]


def test_an_authorised_debit_completes_the_session_unpaid(bank: Sandbox) -> None:
    session = bank.session(capture="automatic", allowed_payment_method_types=BANK)
    answer = web.post(f"{bank.url}/c/pay/{session.id}", data={**HOLDER, "account": GOOD_ACCOUNT})
    found: Any = bank.api.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["payment_intent.latest_charge"]}
    )

    assert answer.headers["location"] == f"https://shop.example/done?s={session.id}"
    assert (found.status, found.payment_status) == ("complete", "unpaid")
    assert (found.payment_intent.status, found.payment_intent.amount_received) == ("processing", 0)
    assert (found.payment_intent.latest_charge.status, found.payment_intent.latest_charge.paid) == (
        "pending",
        False,
    )


def test_a_pending_charge_tells_the_account_by_its_last_digits(bank: Sandbox) -> None:
    charge = bank.charge_of(bank.debited(kind="savings"))
    account = charge.payment_method_details.us_bank_account

    assert charge.payment_method_details.type == "us_bank_account"
    assert (account.last4, account.account_type, account.routing_number) == ("6789", "savings", "110000000")
    assert account.bank_name == "SANDBOX TEST BANK"


def test_a_debit_is_booked_when_it_is_submitted_and_pending_until_it_clears(bank: Sandbox) -> None:
    business = bank.business()
    intent = business.debited(amount=50_000)
    (booked,) = movements(business)

    assert (booked.type, booked.reporting_category, booked.status) == ("payment", "charge", "pending")
    assert (booked.amount, booked.fee, booked.available_on) == (50_000, 500, booked.created + 4 * DAY)
    assert business.charge_of(intent).balance_transaction == booked.id
    assert business.api.v1.balance.retrieve().pending[0].amount == 49_500
    assert under_way(business) == {"usd": 49_500}


def test_a_debit_that_clears_is_not_booked_a_second_time(bank: Sandbox) -> None:
    business = bank.business()
    intent = business.debited()
    bank.order(f"payment_intents/{intent}/clear")

    assert [entry.type for entry in movements(business)] == ["payment"]
    assert business.charge_of(intent).failure_balance_transaction is None
    assert under_way(business) == {}


def test_a_debit_that_fails_is_taken_back_by_a_booking_of_its_own(bank: Sandbox) -> None:
    """Its fee comes back; failing costs 4.00, Stripe's price for it."""
    business = bank.business()
    intent = business.debited("000222222227", amount=50_000)
    bank.order(f"payment_intents/{intent}/return", code="R01")
    reversed_, booked = movements(business)

    assert (reversed_.type, reversed_.reporting_category) == ("payment_failure_refund", "charge_failure")
    assert (reversed_.amount, reversed_.fee, reversed_.net) == (-50_000, -100, -49_900)
    assert business.charge_of(intent).failure_balance_transaction == reversed_.id
    assert (reversed_.available_on, under_way(business)) == (booked.available_on, {})


def test_a_debit_that_is_called_off_costs_nothing(bank: Sandbox) -> None:
    business = bank.business()
    business.api.v1.payment_intents.cancel(business.debited())

    assert sum(entry.net for entry in movements(business)) == 0


def test_the_start_of_a_debit_is_told(bank: Sandbox) -> None:
    intent = bank.debited()

    assert bank.events_of(intent) == [
        "payment_intent.created",
        "charge.pending",
        "payment_intent.processing",
        "checkout.session.completed",
    ]
    assert bank.moves_of(intent) == [("pending", 10_000)]


def test_a_debit_clears_after_four_days_and_not_before(bank: Sandbox) -> None:
    intent = bank.debited(amount=50_000)
    bank.later(days=3.9)
    assert bank.api.v1.payment_intents.retrieve(intent).status == "processing"

    bank.later(days=0.2)
    found: Any = bank.api.v1.payment_intents.retrieve(
        intent, {"expand": ["latest_charge.balance_transaction"]}
    )
    booked = found.latest_charge.balance_transaction
    assert (found.status, found.amount_received, found.latest_charge.status) == (
        "succeeded",
        50_000,
        "succeeded",
    )
    assert (booked.type, booked.amount, booked.fee, booked.net) == ("payment", 50_000, 500, 49_500)


def test_a_cleared_debit_is_told_and_marks_the_session_paid(bank: Sandbox) -> None:
    intent = bank.debited()
    bank.order(f"payment_intents/{intent}/clear")

    assert bank.events_of(intent)[-3:] == [
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.async_payment_succeeded",
    ]
    assert bank.api.v1.checkout.sessions.list({"payment_intent": intent}).data[0].payment_status == "paid"
    assert bank.moves_of(intent) == [("pending", 10_000), ("cleared", 10_000)]


@pytest.mark.parametrize(
    ("account", "failure", "code"),
    [
        ("000111111113", "account_closed", "R02"),
        ("000111111116", "no_account", "R03"),
        ("000222222227", "insufficient_funds", "R01"),
        ("000333333335", "debit_not_authorized", "R10"),
    ],
)
def test_a_debit_that_fails_says_why(bank: Sandbox, account: str, failure: str, code: str) -> None:
    intent = bank.debited(account)
    bank.later(days=4)
    found: Any = bank.api.v1.payment_intents.retrieve(intent, {"expand": ["latest_charge"]})
    charge, error = found.latest_charge, found.last_payment_error

    assert (found.status, found.amount_received) == ("requires_payment_method", 0)
    assert (charge.status, charge.failure_code, charge.outcome.network_decline_code) == (
        "failed",
        failure,
        code,
    )
    assert (error.code, error.charge, error.message) == (failure, charge.id, charge.failure_message)


def test_a_failed_debit_is_told_and_moves_nothing(bank: Sandbox) -> None:
    intent = bank.debited("000222222227")
    bank.later(days=4)

    assert bank.events_of(intent)[-3:] == [
        "charge.failed",
        "payment_intent.payment_failed",
        "checkout.session.async_payment_failed",
    ]
    assert bank.moves_of(intent) == [("pending", 10_000), ("failed", 10_000)]
    assert (bank.summary_of(intent)["captured"], bank.summary_of(intent)["pending"]) == (0, 0)


def test_a_stuck_debit_stays_on_its_way(bank: Sandbox) -> None:
    intent = bank.debited("000000000009")
    bank.later(days=60)

    assert bank.api.v1.payment_intents.retrieve(intent).status == "processing"
    assert bank.summary_of(intent)["pending"] == 10_000


@pytest.mark.parametrize(
    ("account", "days", "why"),
    [
        ("000555555559", 3, ("R10", "debit_not_authorized")),
        ("000900000001", 10, ("R01", "insufficient_funds")),
        ("000900000002", 10, ("R02", "incorrect_account_details")),
        ("000900000003", 10, ("R03", "incorrect_account_details")),
        ("000900000010", 45, ("R10", "debit_not_authorized")),
        ("000900000029", 2, ("R29", "debit_not_authorized")),
    ],
)
def test_a_cleared_debit_can_come_back_as_a_lost_dispute(
    bank: Sandbox, account: str, days: int, why: tuple[str, str]
) -> None:
    intent = bank.debited(account)
    bank.later(days=4)
    bank.later(days=days - 0.1)
    assert not bank.api.v1.disputes.list({"payment_intent": intent}).data

    bank.later(days=0.2)
    dispute = bank.dispute_of(intent)
    assert (dispute.status, (dispute.network_reason_code, dispute.reason)) == ("lost", why)
    assert (dispute.amount, dispute.is_charge_refundable) == (10_000, False)
    assert [(entry.amount, entry.fee, entry.type) for entry in dispute.balance_transactions] == [
        (-10_000, 0, "adjustment")
    ]


def test_a_late_return_is_told_and_leaves_the_intent_succeeded(bank: Sandbox) -> None:
    intent = bank.debited()
    bank.order(f"payment_intents/{intent}/clear")
    bank.order(f"payment_intents/{intent}/return", code="R10")

    assert bank.events_of(intent)[-3:] == [
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.closed",
    ]
    assert bank.moves_of(intent)[-1] == ("returned", 10_000)
    assert bank.charge_of(intent).disputed
    assert bank.api.v1.payment_intents.retrieve(intent).status == "succeeded"


def test_one_jump_of_the_clock_clears_and_returns(bank: Sandbox) -> None:
    intent = bank.debited("000900000001")
    bank.later(days=30)

    assert bank.moves_of(intent) == [("pending", 10_000), ("cleared", 10_000), ("returned", 10_000)]


def test_a_return_can_be_ordered_before_a_debit_clears(bank: Sandbox) -> None:
    intent = bank.debited()
    returned = bank.order(f"payment_intents/{intent}/return", code="R02")

    assert returned["status"] == "requires_payment_method"
    bank.later(days=5)
    assert bank.moves_of(intent) == [("pending", 10_000), ("failed", 10_000)]


def test_a_debit_comes_back_once(bank: Sandbox) -> None:
    intent = bank.debited("000900000001")
    bank.order(f"payment_intents/{intent}/clear")
    bank.order(f"payment_intents/{intent}/return", code="R01")
    with pytest.raises(AssertionError, match="came back already"):
        bank.order(f"payment_intents/{intent}/return", code="R01")

    bank.later(days=20)
    assert bank.moves_of(intent) == [("pending", 10_000), ("cleared", 10_000), ("returned", 10_000)]


@pytest.mark.parametrize(("order", "body"), [("return", {"code": "R01"}), ("clear", {})])
def test_a_card_payment_is_no_debit(bank: Sandbox, order: str, body: dict[str, str]) -> None:
    with pytest.raises(AssertionError, match="Only a bank debit"):
        bank.order(f"payment_intents/{bank.captured()}/{order}", **body)


def test_an_unknown_return_code_is_refused(bank: Sandbox) -> None:
    with pytest.raises(AssertionError, match="code must be one of R01"):
        bank.order(f"payment_intents/{bank.debited()}/return", code="R99")


def test_a_debit_can_be_called_off_on_its_day(bank: Sandbox) -> None:
    intent = bank.debited()
    assert bank.api.v1.payment_intents.cancel(intent).status == "canceled"

    bank.later(days=5)
    assert bank.charge_of(intent).status == "failed"
    assert bank.moves_of(intent) == [("pending", 10_000), ("failed", 10_000)]


def test_a_debit_that_went_to_the_bank_cannot_be_called_off(bank: Sandbox) -> None:
    intent = bank.debited()
    bank.later(days=1)
    with pytest.raises(stripe.InvalidRequestError, match="sent to the bank") as refused:
        bank.api.v1.payment_intents.cancel(intent)

    assert refused.value.code == "payment_intent_unexpected_state"
    assert bank.api.v1.payment_intents.retrieve(intent).status == "processing"


@pytest.mark.parametrize("more", [{"currency": "eur"}, {"capture": "manual"}])
def test_what_cannot_be_debited_is_offered_by_card_only(bank: Sandbox, more: dict[str, Any]) -> None:
    session = bank.session(**{"capture": "automatic", "allowed_payment_method_types": BOTH, **more})

    assert session.allowed_payment_method_types == BOTH
    assert session.payment_method_types == ["card"]
    assert "Routing number" not in web.get(f"{bank.url}/c/pay/{session.id}?method=us_bank_account").text


def test_a_session_that_no_way_is_left_for_is_refused(bank: Sandbox) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="No valid payment method types") as refused:
        bank.session(capture="manual", allowed_payment_method_types=BANK)

    assert refused.value.http_status == 400


@pytest.mark.parametrize(
    ("wish", "name"),
    [
        ({"allowed_payment_method_types": ["card", "carrier_pigeon"]}, "allowed_payment_method_types[1]"),
        ({"payment_method_types": ["card"]}, "payment_method_types"),
        (
            {"payment_method_options": {"us_bank_account": {"verification_method": "microdeposits"}}},
            "payment_method_options[us_bank_account][verification_method]",
        ),
    ],
)
def test_ways_to_pay_that_cannot_be_meant_are_refused(bank: Sandbox, wish: dict[str, Any], name: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        bank.session(capture="automatic", **wish)

    assert (refused.value.http_status, refused.value.param) == (400, name)


def test_how_a_bank_account_is_verified_is_kept(bank: Sandbox) -> None:
    options: dict[str, Any] = {"us_bank_account": {"verification_method": "instant"}}
    session = bank.session(
        capture="automatic", allowed_payment_method_types=BANK, payment_method_options=options
    )

    assert session.payment_method_options is not None
    assert session.payment_method_options.to_dict() == options


def test_the_page_names_merchant_and_amount_in_the_authorisation(bank: Sandbox) -> None:
    shown = form_of(
        bank, branding_settings={"display_name": "Hollis & Vine"}, customer_email="pat@example.com"
    )

    assert "you allow Hollis &amp; Vine to debit $1,234.56 from this account once" in shown
    assert "Authorise and pay" in shown
    assert 'value="pat@example.com"' in shown


def test_the_page_for_debits_speaks_spanish(bank: Sandbox) -> None:
    shown = form_of(bank, locale="es")

    assert "Número de ruta" in shown
    assert "Autorizar y pagar" in shown


def test_a_page_with_both_methods_has_a_choice(bank: Sandbox) -> None:
    session = bank.session(capture="automatic", allowed_payment_method_types=BOTH)
    first = web.get(f"{bank.url}/c/pay/{session.id}").text
    other = web.get(f"{bank.url}/c/pay/{session.id}?method=us_bank_account").text

    assert "Card number" in first
    assert f"/c/pay/{session.id}?method=us_bank_account" in first
    assert "Routing number" in other
    assert bank.pay(session).status_code == 303


def test_a_page_with_one_method_has_none(bank: Sandbox) -> None:
    assert "?method=" not in form_of(bank)


@pytest.mark.parametrize(
    ("field", "typed", "complaint"),
    [
        ("name", " ", "Enter the name of the account holder."),
        ("email", "nobody", "Enter an email address"),
        ("routing", "110000001", "This is not a valid routing number"),
        ("routing", "000000000", "This is not a valid routing number"),
        ("routing", "११०००००००", "This is not a valid routing number"),
        ("account", "12", "Enter the 4 to 17 digits"),
        ("kind", "offshore", "Choose checking or savings."),
    ],
)
def test_a_wrong_field_is_marked_and_nothing_typed_is_lost_but_the_number(
    bank: Sandbox, field: str, typed: str, complaint: str
) -> None:
    session = bank.session(capture="automatic", allowed_payment_method_types=BANK)
    form = {**HOLDER, "name": "Ann Holder", "account": "000123456789", field: typed}
    answer = web.post(f"{bank.url}/c/pay/{session.id}", data=form)

    assert answer.status_code == 422
    assert complaint in answer.text
    assert "Ann Holder" in answer.text or field == "name"
    assert "000123456789" not in answer.text.partition("<details>")[0]


def test_a_processor_can_refuse_an_account_at_once(bank: Sandbox) -> None:
    session = bank.session(capture="automatic", allowed_payment_method_types=BANK)
    bank.order("faults", operation="intent.confirm", mode="decline", times=1)
    answer = web.post(f"{bank.url}/c/pay/{session.id}", data={**HOLDER, "account": GOOD_ACCOUNT})
    intent = bank.api.v1.payment_intents.retrieve(bank.intent_of(session))

    assert answer.status_code == 402
    assert "This bank account cannot be used" in answer.text
    assert intent.last_payment_error is not None
    assert intent.last_payment_error.code == "bank_account_unusable"


def test_a_debit_under_way_says_so_on_its_page(bank: Sandbox) -> None:
    session = bank.session(capture="automatic", allowed_payment_method_types=BANK)
    web.post(f"{bank.url}/c/pay/{session.id}", data={**HOLDER, "account": "000222222227"})
    assert "Your payment is on its way" in web.get(f"{bank.url}/c/pay/{session.id}").text

    bank.order(f"payment_intents/{bank.intent_of(session)}/return", code="R01")
    assert "did not go through" in web.get(f"{bank.url}/c/pay/{session.id}").text


def test_a_debit_can_be_paid_by_order(bank: Sandbox) -> None:
    session = bank.session(capture="automatic", allowed_payment_method_types=BOTH)
    paid = bank.order(f"sessions/{session.id}/pay", bank={"account": "000222222227"}, email="ann@example.com")

    assert (paid["outcome"], paid["session"]["status"]) == ("pending", "complete")
    assert paid["session"]["customer_details"]["email"] == "ann@example.com"
    assert bank.summary_of(bank.intent_of(session))["method"] == "us_bank_account"


def test_an_expired_session_cannot_be_paid_by_order(bank: Sandbox) -> None:
    session = bank.session(capture="automatic", allowed_payment_method_types=BOTH)
    bank.api.v1.checkout.sessions.expire(session.id)

    for order in ({"bank": {"account": GOOD_ACCOUNT}}, {"card": "4242424242424242"}):
        with pytest.raises(AssertionError, match="has expired"):
            bank.order(f"sessions/{session.id}/pay", **order)


def test_a_session_for_cards_takes_no_debit(bank: Sandbox) -> None:
    with pytest.raises(AssertionError, match="does not take us_bank_account"):
        bank.order(f"sessions/{bank.session().id}/pay", bank={"account": GOOD_ACCOUNT})


def test_the_days_of_a_debit_can_be_chosen(own_bank: Sandbox) -> None:
    own_bank.stop()
    own_bank.options = ["--bank-debit-days", "1"]
    own_bank.start()
    intent = own_bank.debited()
    own_bank.later(days=1)

    assert own_bank.api.v1.payment_intents.retrieve(intent).status == "succeeded"


def test_the_account_number_is_nowhere_in_the_data(bank: Sandbox) -> None:
    bank.debited("000271828182")
    bank.read("log")

    kept = b"".join(path.read_bytes() for path in bank.data.glob("sandbox.db*"))
    assert b"271828182" not in kept
