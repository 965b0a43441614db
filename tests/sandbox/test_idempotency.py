"""Stripe's idempotency rules: one key, one answer."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
import stripe

from sandbox.processes import API_KEY, Sandbox, web
from testing.processes import wait_until


def post(bank: Sandbox, path: str, key: str, **params: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {API_KEY}", "Idempotency-Key": key}
    return web.post(f"{bank.url}{path}", data=params, headers=headers)


def test_the_same_key_gets_the_same_answer_and_nothing_happens_again(bank: Sandbox) -> None:
    intent = bank.captured()
    first = post(bank, "/v1/refunds", f"same-{intent}", payment_intent=intent, amount="100")
    again = post(bank, "/v1/refunds", f"same-{intent}", payment_intent=intent, amount="100")

    assert first.content == again.content
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert len(bank.api.v1.refunds.list({"payment_intent": intent}).data) == 1


def test_the_same_key_for_something_else_is_refused(bank: Sandbox) -> None:
    intent = bank.captured()
    post(bank, "/v1/refunds", f"other-{intent}", payment_intent=intent, amount="100")
    answer = post(bank, "/v1/refunds", f"other-{intent}", payment_intent=intent, amount="200")

    assert (answer.status_code, answer.json()["error"]["type"]) == (400, "idempotency_error")


def test_a_refusal_during_the_work_is_kept_under_the_key(bank: Sandbox) -> None:
    intent = bank.authorised()
    refused = post(bank, "/v1/refunds", f"kept-{intent}", payment_intent=intent)
    bank.api.v1.payment_intents.capture(intent)
    again = post(bank, "/v1/refunds", f"kept-{intent}", payment_intent=intent)

    assert refused.status_code == again.status_code == 400
    assert again.headers["idempotent-replayed"] == "true"


def test_a_parameter_that_cannot_be_read_is_not_kept_under_the_key(bank: Sandbox) -> None:
    intent = bank.captured()
    bad = post(bank, "/v1/refunds", f"bad-{intent}", payment_intent=intent, amount="lots")
    good = post(bank, "/v1/refunds", f"bad-{intent}", payment_intent=intent, amount="100")

    assert (bad.status_code, good.status_code) == (400, 200)


def test_a_key_that_is_still_in_use_is_a_conflict(bank: Sandbox) -> None:
    intent = bank.authorised()
    bank.order("faults", operation="intent.capture", mode="hold")
    with ThreadPoolExecutor(1) as other:
        first = other.submit(post, bank, f"/v1/payment_intents/{intent}/capture", f"busy-{intent}")
        wait_until(lambda: bank.held("intent.capture") == 1)
        second = post(bank, f"/v1/payment_intents/{intent}/capture", f"busy-{intent}")
        bank.order("release")

    assert (first.result().status_code, second.status_code) == (200, 409)
    assert second.json()["error"]["code"] == "idempotency_key_in_use"


def test_a_500_is_kept_under_its_key_and_a_new_key_gets_through(bank: Sandbox) -> None:
    intent = bank.authorised()
    bank.order("faults", operation="intent.capture", mode="500_sticky", times=1)
    first = post(bank, f"/v1/payment_intents/{intent}/capture", f"sticky-{intent}")
    again = post(bank, f"/v1/payment_intents/{intent}/capture", f"sticky-{intent}")
    fresh = post(bank, f"/v1/payment_intents/{intent}/capture", f"fresh-{intent}")

    assert (first.status_code, again.status_code, fresh.status_code) == (500, 500, 200)
    assert again.headers["idempotent-replayed"] == "true"


def test_the_sdk_recognises_the_errors(bank: Sandbox) -> None:
    intent = bank.captured()
    options: Any = {"idempotency_key": f"sdk-{intent}"}
    bank.api.v1.refunds.create({"payment_intent": intent, "amount": 1}, options)

    with pytest.raises(stripe.IdempotencyError):
        bank.api.v1.refunds.create({"payment_intent": intent, "amount": 2}, options)


def test_a_key_is_forgotten_after_a_day(own_bank: Sandbox) -> None:
    intent = own_bank.captured()
    post(own_bank, "/v1/refunds", "daily", payment_intent=intent, amount="100")
    own_bank.order("clock", advance=24 * 3600 + 60)
    again = post(own_bank, "/v1/refunds", "daily", payment_intent=intent, amount="100")

    assert "idempotent-replayed" not in again.headers


def test_the_record_tells_replays_from_work(bank: Sandbox) -> None:
    intent = bank.captured()
    for _ in range(2):
        post(bank, "/v1/refunds", f"told-{intent}", payment_intent=intent, amount="100")

    entries = [entry for entry in bank.log("api") if entry["key"] == f"told-{intent}"]
    assert [(entry["status"], entry["replay"]) for entry in entries] == [(200, False), (200, True)]
