"""Each no that can be ordered comes as the real service gives it, and has done nothing."""

from typing import Any

import httpx
import pytest
import stripe

from sandbox.processes import API_KEY, TOKEN, Sandbox, web

# mode: the SDK's exception, the status, the code
NOES: dict[str, tuple[type[stripe.StripeError], int, str | None]] = {
    "400_parameter": (stripe.InvalidRequestError, 400, "parameter_unknown"),
    "400_amount": (stripe.InvalidRequestError, 400, "amount_too_small"),
    "400_idempotency": (stripe.IdempotencyError, 400, None),
    "401": (stripe.AuthenticationError, 401, None),
    "decline": (stripe.CardError, 402, "card_declined"),
    "403_permission": (stripe.PermissionError, 403, "more_permissions_required"),
    "403_account": (stripe.PermissionError, 403, "account_invalid"),
    "404": (stripe.InvalidRequestError, 404, "resource_missing"),
    "409": (stripe.APIError, 409, "idempotency_key_in_use"),
    "429": (stripe.RateLimitError, 429, "rate_limit"),
}


def capture(bank: Sandbox, intent: str, key: str = "") -> stripe.PaymentIntent:
    return bank.api.v1.payment_intents.capture(intent, {}, {"idempotency_key": key} if key else {})


def refused_by(bank: Sandbox, key: str) -> dict[str, Any]:
    answer = web.get(f"{bank.url}/v1/balance", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 403
    error: dict[str, Any] = answer.json()["error"]
    return error


@pytest.mark.parametrize("mode", NOES)
def test_a_no_does_nothing_and_has_a_name_for_the_request(bank: Sandbox, mode: str) -> None:
    kind, status, code = NOES[mode]
    intent = bank.authorised()
    bank.order("faults", operation="intent.capture", mode=mode, times=1)

    with pytest.raises(kind) as no:
        capture(bank, intent)
    told: Any = no.value.json_body
    assert (no.value.http_status, told["error"].get("code")) == (status, code)
    assert str(no.value.request_id).startswith("req_")
    assert bank.api.v1.payment_intents.retrieve(intent).status == "requires_capture"


def test_a_no_before_any_work_is_not_kept_under_the_key(bank: Sandbox) -> None:
    intent = bank.authorised()
    for mode in ("401", "403_permission", "429", "409", "404"):
        bank.order("faults", operation="intent.capture", mode=mode, times=1)
        with pytest.raises(stripe.StripeError):
            capture(bank, intent, f"again-{intent}")

    assert capture(bank, intent, f"again-{intent}").status == "succeeded"


def test_not_so_fast_says_how_long_to_wait(bank: Sandbox) -> None:
    bank.order("faults", operation="balance.retrieve", mode="429", times=1, retry_after=7)
    with pytest.raises(stripe.RateLimitError) as no:
        bank.api.v1.balance.retrieve()
    assert no.value.headers is not None
    assert no.value.headers["Retry-After"] == "7"


@pytest.mark.parametrize("effect", [False, True])
@pytest.mark.parametrize("mode", ["502", "503", "504"])
def test_a_proxy_answers_with_a_page_and_hides_what_was_done(
    bank: Sandbox, *, mode: str, effect: bool
) -> None:
    intent = bank.authorised()
    bank.order("faults", operation="intent.capture", mode=mode, times=1, effect=effect)

    with pytest.raises(stripe.APIError) as silence:
        capture(bank, intent)
    assert (silence.value.http_status, silence.value.error) == (int(mode), None)
    state = bank.api.v1.payment_intents.retrieve(intent).status
    assert state == ("succeeded" if effect else "requires_capture")


def test_a_page_gives_none_of_the_apis_answers(bank: Sandbox) -> None:
    order = {"operation": "intent.confirm", "mode": "429"}
    headers = {"Authorization": f"Bearer {TOKEN}"}
    assert web.post(f"{bank.url}/control/faults", json=order, headers=headers).status_code == 400


def test_a_restricted_key_may_do_what_its_permissions_say(bank: Sandbox) -> None:
    key = bank.order("keys", permissions=["rak_payment_intent_write"])["key"]
    intent = bank.authorised()
    limited = bank.client(key)

    assert limited.v1.payment_intents.retrieve(intent).id == intent  # to write is to read
    assert limited.v1.payment_intents.capture(intent).status == "succeeded"
    with pytest.raises(stripe.PermissionError) as no:
        limited.v1.refunds.create({"payment_intent": intent})
    assert "'rak_charge_write'" in str(no.value)
    assert key not in str(no.value)


def test_a_restricted_keys_permissions_can_be_changed_and_outlive_a_restart(own_bank: Sandbox) -> None:
    bank = own_bank
    key = bank.order("keys", permissions=[])["key"]
    error = refused_by(bank, key)
    assert (error["type"], error["code"]) == ("invalid_request_error", "more_permissions_required")

    bank.order("keys", key=key, permissions=["rak_balance_read"])
    bank.stop()
    bank.start()
    assert bank.client(key).v1.balance.retrieve().object == "balance"


@pytest.mark.parametrize(
    "order",
    [{}, {"permissions": ["rak_everything"]}, {"permissions": [[]]}, {"permissions": [], "key": "rk"}],
)
def test_an_order_for_a_key_that_cannot_be_is_refused(bank: Sandbox, order: dict[str, Any]) -> None:
    answer = httpx.post(f"{bank.url}/control/keys", json=order, headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 400


def test_another_key_is_refused(bank: Sandbox) -> None:
    for key in ("sk_test_of_somebody_else", "rk_test_unknown", f"{API_KEY}x"):
        with pytest.raises(stripe.AuthenticationError):
            bank.client(key).v1.balance.retrieve()
