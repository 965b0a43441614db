"""A payment from the session to the refund, as Stripe's SDK sees it."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import stripe

from sandbox.processes import PAYER, Sandbox, web


def test_a_new_session_waits_for_its_payer(bank: Sandbox) -> None:
    session = bank.session(12_345, client_reference_id="attempt-7", customer_email="pat@example.com")

    assert (session.status, session.payment_status, session.amount_total) == ("open", "unpaid", 12_345)
    assert session.payment_intent is None
    assert session.client_reference_id == "attempt-7"
    assert session.url == f"{bank.url}/c/pay/{session.id}"


def test_paying_holds_the_money_and_completes_the_session(bank: Sandbox) -> None:
    session = bank.session()
    answer = bank.pay(session)

    found: Any = bank.api.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["payment_intent.latest_charge"]}
    )
    intent = found.payment_intent
    assert answer.headers["location"] == f"https://shop.example/done?s={session.id}"
    assert (found.status, found.payment_status, found.customer_details.email) == (
        "complete",
        "unpaid",
        PAYER["email"],
    )
    assert (intent.status, intent.amount_capturable, intent.metadata["attempt"]) == (
        "requires_capture",
        10_000,
        "a-1",
    )
    assert (intent.latest_charge.captured, intent.latest_charge.payment_method_details.card.last4) == (
        False,
        "4242",
    )


def test_capturing_all_of_it_marks_the_session_paid(bank: Sandbox) -> None:
    session = bank.session()
    bank.pay(session)
    intent = bank.api.v1.payment_intents.capture(bank.intent_of(session))

    assert (intent.status, intent.amount_received, intent.amount_capturable) == ("succeeded", 10_000, 0)
    assert bank.api.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


def test_capturing_a_part_lets_the_rest_go_which_is_no_refund(bank: Sandbox) -> None:
    intent = bank.authorised()
    bank.api.v1.payment_intents.capture(intent, {"amount_to_capture": 7_500})

    charge = bank.charge_of(intent)
    assert (charge.amount, charge.amount_captured, charge.amount_refunded) == (10_000, 7_500, 0)
    assert "charge.refunded" not in bank.events_of(intent)
    assert bank.moves_of(intent) == [("authorised", 10_000), ("captured", 7_500), ("released", 2_500)]


def test_nobody_captures_more_than_is_held(bank: Sandbox) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        bank.api.v1.payment_intents.capture(bank.authorised(), {"amount_to_capture": 10_001})

    assert (refused.value.code, refused.value.param) == ("amount_too_large", "amount_to_capture")


def test_nobody_captures_twice(bank: Sandbox) -> None:
    intent = bank.captured()
    with pytest.raises(stripe.InvalidRequestError) as refused:
        bank.api.v1.payment_intents.capture(intent)

    assert refused.value.code == "payment_intent_unexpected_state"
    assert "already been captured" in str(refused.value)


def test_a_cancelled_authorisation_is_gone_for_good(bank: Sandbox) -> None:
    intent = bank.authorised()
    cancelled = bank.api.v1.payment_intents.cancel(intent, {"cancellation_reason": "requested_by_customer"})

    assert (cancelled.status, cancelled.amount_capturable) == ("canceled", 0)
    with pytest.raises(stripe.InvalidRequestError, match="status of canceled"):
        bank.api.v1.payment_intents.capture(intent)


def test_what_was_captured_in_part_is_refunded_up_to_that(bank: Sandbox) -> None:
    intent = bank.authorised()
    bank.api.v1.payment_intents.capture(intent, {"amount_to_capture": 7_500})
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded amount"):
        bank.api.v1.refunds.create({"payment_intent": intent, "amount": 7_501})
    bank.api.v1.refunds.create({"payment_intent": intent})

    assert (bank.charge_of(intent).amount_refunded, bank.charge_of(intent).refunded) == (7_500, True)


def test_a_cancelled_authorisation_is_no_refund(bank: Sandbox) -> None:
    intent = bank.authorised()
    bank.api.v1.payment_intents.cancel(intent)
    charge = bank.charge_of(intent)

    assert (charge.status, charge.captured, charge.amount_captured) == ("succeeded", False, 0)
    assert (charge.refunded, charge.amount_refunded) == (False, 0)
    assert bank.events_of(intent)[-1] == "payment_intent.canceled"
    assert not {"charge.refunded", "charge.expired"} & set(bank.events_of(intent))


def test_an_authorisation_that_runs_out_says_so(bank: Sandbox) -> None:
    intent = bank.authorised()
    bank.later(days=7.1)
    over = bank.api.v1.payment_intents.retrieve(intent)

    assert (over.status, over.cancellation_reason) == ("canceled", "expired")
    assert bank.charge_of(intent).refunded is False
    assert bank.events_of(intent)[-2:] == ["charge.expired", "payment_intent.canceled"]


def test_captured_money_cannot_be_cancelled(bank: Sandbox) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        bank.api.v1.payment_intents.cancel(bank.captured())

    assert refused.value.code == "payment_intent_unexpected_state"


def test_automatic_capture_takes_the_money_at_once(bank: Sandbox) -> None:
    session = bank.session(capture="automatic")
    bank.pay(session)

    assert bank.api.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    assert bank.api.v1.payment_intents.retrieve(bank.intent_of(session)).status == "succeeded"


def test_money_goes_back_in_parts_until_none_is_left(bank: Sandbox) -> None:
    intent = bank.captured()
    bank.api.v1.refunds.create({"payment_intent": intent, "amount": 4_000})
    rest = bank.api.v1.refunds.create({"payment_intent": intent})

    assert (rest.status, rest.amount) == ("succeeded", 6_000)
    assert len(bank.api.v1.refunds.list({"payment_intent": intent}).data) == 2
    with pytest.raises(stripe.InvalidRequestError) as refused:
        bank.api.v1.refunds.create({"payment_intent": intent})
    assert refused.value.code == "charge_already_refunded"


def test_nobody_refunds_more_than_was_taken(bank: Sandbox) -> None:
    intent = bank.captured()
    bank.api.v1.refunds.create({"payment_intent": intent, "amount": 4_000})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        bank.api.v1.refunds.create({"payment_intent": intent, "amount": 6_001})

    assert "($60.01) is greater than unrefunded amount on charge ($60.00)" in str(refused.value)


def test_what_was_not_captured_cannot_be_refunded(bank: Sandbox) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge"):
        bank.api.v1.refunds.create({"payment_intent": bank.authorised()})


def test_the_balance_shows_the_fee_and_a_refund_brings_part_of_it_back(bank: Sandbox) -> None:
    intent = bank.captured(10_000)
    refund: Any = bank.api.v1.refunds.create({"payment_intent": intent, "expand": ["balance_transaction"]})
    charge: Any = bank.api.v1.charges.list(
        {"payment_intent": intent, "expand": ["data.balance_transaction"]}
    ).data[0]

    assert (charge.balance_transaction.amount, charge.balance_transaction.fee) == (10_000, 315)
    assert (refund.balance_transaction.net, refund.balance_transaction.fee) == (-9_810, -190)


@pytest.mark.parametrize(("currency", "amount"), [("jpy", 5_000), ("kwd", 12_340)])
def test_currencies_with_other_decimals_work(bank: Sandbox, currency: str, amount: int) -> None:
    intent = bank.captured(amount, currency=currency)

    assert bank.api.v1.payment_intents.retrieve(intent).amount_received == amount


def test_the_last_of_three_decimals_must_be_zero(bank: Sandbox) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="must be divisible by 10\\."):
        bank.session(12_345, currency="kwd")


@pytest.mark.parametrize(
    ("currency", "amount", "code"),
    [
        ("usd", 49, "amount_too_small"),
        ("usd", 100_000_000, "amount_too_large"),
        ("huf", 17_400, "amount_too_small"),
        ("isk", 500_050, "parameter_invalid_integer"),
        ("lyd", 12_340, None),
    ],
)
def test_what_stripe_would_not_take_is_refused_with_its_code(
    bank: Sandbox, currency: str, amount: int, code: str | None
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        bank.session(amount, currency=currency)
    assert refused.value.code == code


def test_hundredths_that_exist_no_more_are_not_shown(bank: Sandbox) -> None:
    assert "ISK\xa05,000" in web.get(bank.session(500_000, currency="isk").url or "").text


def test_an_expired_session_takes_no_money(bank: Sandbox) -> None:
    session = bank.session()
    assert bank.api.v1.checkout.sessions.expire(session.id).status == "expired"

    page = bank.pay(session)
    assert "has expired" in page.text
    with pytest.raises(stripe.InvalidRequestError, match='status in \\["open"\\]'):
        bank.api.v1.checkout.sessions.expire(session.id)


def test_pressing_pay_many_times_at_once_charges_once(bank: Sandbox) -> None:
    session = bank.session()
    with ThreadPoolExecutor(8) as presses:
        answers = list(presses.map(lambda _: bank.pay(session).status_code, range(8)))

    assert set(answers) == {303}
    assert len(bank.api.v1.charges.list({"payment_intent": bank.intent_of(session)}).data) == 1


def test_lists_come_newest_first_and_in_pages(bank: Sandbox) -> None:
    made = [bank.session().id for _ in range(5)]
    sessions = bank.api.v1.checkout.sessions

    first = sessions.list({"limit": 2})
    second = sessions.list({"limit": 2, "starting_after": first.data[-1].id})
    back = sessions.list({"limit": 2, "ending_before": second.data[0].id})
    assert [session.id for session in [*first.data, *second.data]] == made[:0:-1]
    assert (first.has_more, [session.id for session in back.data]) == (True, made[:2:-1])


def test_lists_can_start_at_a_moment(bank: Sandbox) -> None:
    created = bank.session().created

    assert bank.api.v1.checkout.sessions.list({"created": {"gte": created}}).data
    assert not bank.api.v1.checkout.sessions.list({"created": {"gt": created + 100}}).data


def test_only_the_secret_key_opens_the_api(bank: Sandbox) -> None:
    with pytest.raises(stripe.AuthenticationError):
        bank.client("sk_test_wrong").v1.events.list()


@pytest.mark.parametrize(
    ("params", "code", "param"),
    [
        ({"mode": None}, "parameter_missing", "mode"),
        ({"colour": "red"}, "parameter_unknown", "colour"),
        ({"success_url": "nonsense"}, "url_invalid", "success_url"),
        ({"expires_at": "9" * 5000}, "parameter_invalid_integer", "expires_at"),
        ({"line_items": []}, "parameter_missing", "line_items"),
    ],
)
def test_a_bad_parameter_is_named(bank: Sandbox, params: dict[str, Any], code: str, param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        bank.session(**params)

    assert (refused.value.code, refused.value.param) == (code, param)


def test_an_unknown_id_is_not_found(bank: Sandbox) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        bank.api.v1.payment_intents.retrieve("pi_nothing")

    assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")


def test_an_unknown_address_answers_in_stripes_shape(bank: Sandbox) -> None:
    answer = web.get(f"{bank.url}/v1/invoices")

    assert answer.status_code == 404
    assert "Unrecognized request URL" in answer.json()["error"]["message"]
