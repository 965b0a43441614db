"""Every way the processor can be told to fail, and what is true afterwards."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

from sandbox.processes import API_KEY, Sandbox, web
from testing.processes import wait_until

QUICK = 0.3


def capture(bank: Sandbox, intent: str, key: str | None = None) -> stripe.PaymentIntent:
    """Capture with little patience and no retries."""
    client = bank.client(API_KEY, timeout=QUICK)
    return client.v1.payment_intents.capture(intent, {}, {"idempotency_key": key} if key else {})


def status(bank: Sandbox, intent: str) -> str:
    return bank.api.v1.payment_intents.retrieve(intent).status


def test_a_decline_is_a_card_error_and_takes_nothing(bank: Sandbox) -> None:
    intent = bank.authorised()
    bank.order("faults", operation="intent.capture", mode="decline", times=1)

    with pytest.raises(stripe.CardError) as refused:
        capture(bank, intent)
    assert refused.value.code == "card_declined"
    assert status(bank, intent) == "requires_capture"


def test_a_timeout_before_the_work_takes_nothing(bank: Sandbox) -> None:
    intent = bank.authorised()
    bank.order("faults", operation="intent.capture", mode="timeout_before", times=1)

    with pytest.raises(stripe.APIConnectionError):
        capture(bank, intent)
    assert status(bank, intent) == "requires_capture"


def test_a_timeout_after_the_work_has_taken_the_money(bank: Sandbox) -> None:
    intent = bank.authorised()
    bank.order("faults", operation="intent.capture", mode="timeout_after_success", times=1)

    with pytest.raises(stripe.APIConnectionError):
        capture(bank, intent, f"late-{intent}")
    assert status(bank, intent) == "succeeded"
    assert capture(bank, intent, f"late-{intent}").status == "succeeded"


def test_a_500_before_the_work_takes_nothing_and_frees_the_key(bank: Sandbox) -> None:
    intent = bank.authorised()
    bank.order("faults", operation="intent.capture", mode="500_before", times=1)

    with pytest.raises(stripe.APIError):
        capture(bank, intent, f"early-{intent}")
    assert status(bank, intent) == "requires_capture"
    assert capture(bank, intent, f"early-{intent}").status == "succeeded"


def test_a_500_after_the_work_hides_a_success_that_the_key_brings_back(bank: Sandbox) -> None:
    intent = bank.authorised()
    bank.order("faults", operation="intent.capture", mode="500_after_success", times=1)

    with pytest.raises(stripe.APIError):
        capture(bank, intent, f"hidden-{intent}")
    assert status(bank, intent) == "succeeded"
    assert capture(bank, intent, f"hidden-{intent}").status == "succeeded"


def test_a_sticky_500_can_stand_over_work_that_was_done(bank: Sandbox) -> None:
    intent = bank.authorised()
    bank.order("faults", operation="intent.capture", mode="500_sticky", times=1, effect=True)

    for _ in range(2):
        with pytest.raises(stripe.APIError):
            capture(bank, intent, f"stuck-{intent}")
    assert status(bank, intent) == "succeeded"


def test_a_slow_answer_is_right_in_the_end(bank: Sandbox) -> None:
    intent = bank.authorised()
    bank.order("faults", operation="intent.retrieve", mode="slow", seconds=0.2, times=1)

    start = time.monotonic()
    assert status(bank, intent) == "requires_capture"
    assert time.monotonic() - start >= 0.2


@pytest.mark.parametrize(("effect", "after"), [(False, "requires_capture"), (True, "succeeded")])
def test_a_dropped_connection_says_nothing_about_the_work(bank: Sandbox, *, effect: bool, after: str) -> None:
    intent = bank.authorised()
    bank.order("faults", operation="intent.capture", mode="reset", times=1, effect=effect)

    with pytest.raises(stripe.APIConnectionError):
        capture(bank, intent)
    assert status(bank, intent) == after


def test_a_wrong_amount_is_told_once_and_the_truth_stays(bank: Sandbox) -> None:
    intent = bank.authorised()
    bank.order("faults", operation="intent.retrieve", mode="wrong_amount", by=7, times=1)

    told, true = (bank.api.v1.payment_intents.retrieve(intent).amount_capturable for _ in range(2))
    assert (told, true) == (10_007, 10_000)


def test_a_wrong_currency_is_told_once_and_the_truth_stays(bank: Sandbox) -> None:
    intent = bank.authorised()
    bank.order("faults", operation="intent.retrieve", mode="wrong_currency", times=1)

    told, true = (bank.api.v1.payment_intents.retrieve(intent).currency for _ in range(2))
    assert (told, true) == ("eur", "usd")


def test_a_wrong_amount_is_told_of_each_entry_of_a_list(bank: Sandbox) -> None:
    bank.authorised()
    bank.order("faults", operation="intent.list", mode="wrong_amount", by=7, times=1)

    told, true = (bank.api.v1.payment_intents.list().data[0].amount for _ in range(2))
    assert (told, true) == (10_007, 10_000)


def test_the_page_can_really_take_a_wrong_amount(bank: Sandbox) -> None:
    bank.order("faults", operation="intent.confirm", mode="wrong_amount", by=100, times=1)
    intent = bank.authorised()

    assert bank.api.v1.payment_intents.retrieve(intent).amount_capturable == 10_100


def test_a_held_call_goes_on_when_it_is_released(bank: Sandbox) -> None:
    intent = bank.authorised()
    bank.order("faults", operation="intent.capture", mode="hold")
    with ThreadPoolExecutor(1) as other:
        held = other.submit(bank.api.v1.payment_intents.capture, intent)
        wait_until(lambda: bank.held("intent.capture") == 1)
        assert status(bank, intent) == "requires_capture"
        bank.order("release", operation="intent.capture")

    assert held.result().status == "succeeded"


def test_an_order_for_everything_lasts_until_it_is_cleared(bank: Sandbox) -> None:
    bank.order("faults", operation="*", mode="500_before")
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            bank.session()
    bank.order("faults", operation="*", mode="ok")

    assert bank.session().status == "open"


def test_an_order_nobody_understands_is_refused(bank: Sandbox) -> None:
    url, headers = f"{bank.url}/control/faults", {"Authorization": "Bearer control-token-for-the-tests"}

    assert web.post(url, json={"operation": "tea.make", "mode": "ok"}, headers=headers).status_code == 400
    assert web.post(url, json={"operation": "*", "mode": "sulk"}, headers=headers).status_code == 400
    assert (
        web.post(url, json={"operation": "*", "mode": "slow", "seconds": "x"}, headers=headers).status_code
        == 400
    )
    assert web.post(url, content=b"{", headers=headers).status_code == 400


def test_orders_need_the_control_token(bank: Sandbox) -> None:
    for path in ("control/log", "control/summary", "control"):
        assert web.get(f"{bank.url}/{path}").status_code == 401


def test_the_clock_goes_forward_and_sessions_expire_by_it(own_bank: Sandbox) -> None:
    session = own_bank.session()
    own_bank.order("clock", advance=24 * 3600 + 1)

    assert own_bank.api.v1.checkout.sessions.retrieve(session.id).status == "expired"
    assert (
        own_bank.api.v1.events.list({"type": "checkout.session.expired"}).data[0].data.object["id"]
        == session.id
    )


def test_a_caller_in_real_time_can_still_say_when_a_session_expires(own_bank: Sandbox) -> None:
    now = int(time.time())
    own_bank.order("clock", advance=30 * 24 * 3600)
    session = own_bank.session(expires_at=now + 3600)
    own_bank.order("clock", advance=3700)

    assert own_bank.api.v1.checkout.sessions.retrieve(session.id).status == "expired"


def test_a_session_lives_half_an_hour_to_a_day(bank: Sandbox) -> None:
    for seconds in (60, 2 * 24 * 3600):
        with pytest.raises(stripe.InvalidRequestError, match="between 30 minutes and 24 hours"):
            bank.session(expires_at=int(time.time()) + seconds)


def test_an_authorisation_lapses_after_seven_days(own_bank: Sandbox) -> None:
    intent = own_bank.authorised()
    own_bank.order("clock", advance=7 * 24 * 3600 + 1)

    found = own_bank.api.v1.payment_intents.retrieve(intent)
    assert (found.status, found.cancellation_reason) == ("canceled", "expired")


def test_a_session_can_be_paid_by_order(bank: Sandbox) -> None:
    paid = bank.order(f"sessions/{bank.session().id}/pay", card="4242424242424242")
    declined = bank.order(f"sessions/{bank.session().id}/pay", card="4000000000000002")
    failed = bank.order(f"sessions/{bank.session().id}/pay", card="4000002500003155", challenge="fail")

    assert (paid["outcome"], paid["session"]["status"]) == ("paid", "complete")
    assert (declined["outcome"], failed["outcome"]) == ("declined", "declined")


def test_a_refund_at_the_dashboard_is_a_refund(bank: Sandbox) -> None:
    intent = bank.captured()
    refund = bank.order(f"payment_intents/{intent}/refund", amount=2_500)

    assert bank.api.v1.refunds.retrieve(refund["id"]).amount == 2_500


def test_the_summary_counts_every_movement(bank: Sandbox) -> None:
    intent = bank.authorised()
    bank.api.v1.payment_intents.capture(intent, {"amount_to_capture": 8_000})
    bank.api.v1.refunds.create({"payment_intent": intent, "amount": 500})

    [entry] = [
        each for each in bank.read("summary").json()["payment_intents"] if each["payment_intent"] == intent
    ]
    moved = {name: entry[name] for name in ("authorised", "captured", "released", "refunded")}
    assert moved == {"authorised": 10_000, "captured": 8_000, "released": 2_000, "refunded": 500}
