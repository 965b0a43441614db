"""Webhooks: signed, in order, tried again, and every way to misbehave."""

import signal
from pathlib import Path
from typing import Any

import pytest
import stripe

from florin_sandbox.settings import API_VERSION
from sandbox.processes import SECRET, Sandbox, Shop, open_shop
from testing.processes import wait_until

PAID = [
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.amount_capturable_updated",
    "checkout.session.completed",
]


def test_a_payment_is_told_in_order_and_signed(bank: Sandbox, shop: Shop, secret: str) -> None:
    intent = bank.authorised()
    wait_until(lambda: len(shop.notices) == 4)

    told = shop.verified(secret)
    assert [event.type for event in told] == PAID
    assert told[-1].data.object["payment_intent"] == intent


def test_capture_and_refund_are_told(bank: Sandbox, shop: Shop) -> None:
    intent = bank.captured()
    bank.api.v1.refunds.create({"payment_intent": intent})
    wait_until(lambda: len(shop.notices) == 8)

    assert shop.types()[4:6] == ["charge.captured", "payment_intent.succeeded"]
    assert sorted(shop.types()[6:]) == ["charge.refunded", "refund.created"]


def test_a_decline_and_a_cancel_are_told(bank: Sandbox, shop: Shop) -> None:
    session = bank.session()
    bank.pay(session, "4000000000000002")
    bank.pay(session)
    bank.api.v1.payment_intents.cancel(bank.intent_of(session))
    wait_until(lambda: "payment_intent.canceled" in shop.types())

    assert {"charge.failed", "payment_intent.payment_failed"} <= set(shop.types())


def test_what_is_refused_is_sent_again(bank: Sandbox, shop: Shop) -> None:
    shop.answers[:] = [500]
    bank.api.v1.checkout.sessions.expire(bank.session().id)
    wait_until(lambda: len(shop.notices) == 2)

    assert len(set(shop.ids())) == 1


def test_an_endpoint_hears_only_what_it_asked_for(bank: Sandbox, shop: Shop) -> None:
    picky = open_shop()
    endpoint = bank.api.v1.webhook_endpoints.create(
        {"url": picky.url, "enabled_events": ["charge.succeeded"]}
    )
    bank.authorised()
    wait_until(lambda: len(shop.notices) == 4)
    wait_until(lambda: picky.types() == ["charge.succeeded"])

    picky.verified(str(endpoint.secret))
    bank.api.v1.webhook_endpoints.delete(endpoint.id)


def test_an_endpoint_can_be_told_other_events_and_keeps_its_secret(bank: Sandbox, shop: Shop) -> None:
    picky = open_shop()
    endpoints = bank.api.v1.webhook_endpoints
    endpoint = endpoints.create({"url": picky.url, "enabled_events": ["payout.paid"]})
    changed = endpoints.update(endpoint.id, {"enabled_events": ["charge.succeeded"]})
    bank.authorised()
    wait_until(lambda: picky.types() == ["charge.succeeded"])

    picky.verified(str(endpoint.secret))
    assert (changed.enabled_events, "secret" in changed.to_dict()) == (["charge.succeeded"], False)
    endpoints.delete(endpoint.id)


def test_an_endpoint_that_is_switched_off_hears_nothing(bank: Sandbox, shop: Shop) -> None:
    silent = open_shop()
    endpoints = bank.api.v1.webhook_endpoints
    endpoint = endpoints.create({"url": silent.url, "enabled_events": ["*"]})
    assert endpoints.update(endpoint.id, {"disabled": True}).status == "disabled"
    bank.authorised()
    wait_until(lambda: len(shop.notices) == 4)

    assert silent.notices == []
    endpoints.delete(endpoint.id)


def test_an_endpoint_says_its_version_and_whom_it_is_for(bank: Sandbox) -> None:
    endpoints = bank.api.v1.webhook_endpoints
    params: Any = {"url": "https://pay.example/n", "enabled_events": ["*"], "api_version": API_VERSION}
    own = endpoints.create(params)
    connected = endpoints.create(params | {"connect": True})

    assert (own.api_version, own.application) == (API_VERSION, None)
    assert str(connected.application).startswith("ca_")
    for endpoint in (own, connected):
        endpoints.delete(endpoint.id)


def test_held_notices_go_out_when_released(bank: Sandbox, shop: Shop) -> None:
    bank.order("webhooks", mode="hold")
    bank.authorised()
    assert shop.notices == []
    bank.order("webhooks", mode="release")

    wait_until(lambda: shop.types() == PAID)


def test_shuffled_notices_come_in_an_order_that_the_seed_decides(bank: Sandbox, shop: Shop) -> None:
    bank.order("webhooks", mode="hold")
    bank.order("webhooks", mode="shuffle", seed=3, seconds=0.3)
    for _ in range(3):
        bank.authorised()
    bank.order("webhooks", mode="release")
    wait_until(lambda: len(shop.notices) == 12)

    assert sorted(shop.types()) == sorted(PAID * 3)
    assert shop.types() != PAID * 3


def test_notices_can_come_twice(bank: Sandbox, shop: Shop) -> None:
    bank.order("webhooks", mode="duplicate", n=2)
    bank.api.v1.checkout.sessions.expire(bank.session().id)
    wait_until(lambda: len(shop.notices) == 2)

    assert len(set(shop.ids())) == 1


def test_notices_can_get_lost(bank: Sandbox, shop: Shop) -> None:
    bank.order("webhooks", mode="drop", p=1.0)
    bank.api.v1.checkout.sessions.expire(bank.session().id)
    bank.order("webhooks", mode="ok")
    bank.api.v1.checkout.sessions.expire(bank.session().id)
    wait_until(lambda: shop.notices)

    assert len(shop.notices) == 1
    assert [entry for entry in bank.log("webhook") if entry.get("state") == "dropped"]


def test_notices_can_be_late(bank: Sandbox, shop: Shop) -> None:
    bank.order("webhooks", mode="delay", seconds=0.7)
    bank.api.v1.checkout.sessions.expire(bank.session().id)

    assert shop.notices == []
    wait_until(lambda: len(shop.notices) == 1)


def test_notices_can_come_before_the_answer(bank: Sandbox, shop: Shop) -> None:
    intent = bank.authorised()
    wait_until(lambda: len(shop.notices) == 4)
    bank.order("webhooks", mode="before_response")
    bank.api.v1.payment_intents.capture(intent)

    assert shop.types()[4:] == ["charge.captured", "payment_intent.succeeded"]


@pytest.mark.parametrize("mode", ["bad_signature", "old_timestamp"])
def test_a_forged_or_stale_notice_does_not_verify(bank: Sandbox, shop: Shop, secret: str, mode: str) -> None:
    bank.order("webhooks", mode=mode, times=1)
    bank.api.v1.checkout.sessions.expire(bank.session().id)
    wait_until(lambda: len(shop.notices) == 1)

    with pytest.raises(stripe.SignatureVerificationError):
        shop.verified(secret)


def test_during_a_change_of_secrets_both_verify(bank: Sandbox, shop: Shop, secret: str) -> None:
    changed = bank.order("webhooks", mode="rotate_secret", overlap=3600)
    bank.api.v1.checkout.sessions.expire(bank.session().id)
    wait_until(lambda: len(shop.notices) == 1)

    assert len(shop.verified(secret)) == len(shop.verified(changed["secret"])) == 1


def test_what_was_not_delivered_goes_out_after_a_kill_and_a_restart(tmp_path: Path) -> None:
    shop = open_shop()
    bank = Sandbox(tmp_path, ["--webhook-url", shop.url], notice_secret=SECRET)
    bank.start()
    bank.order("webhooks", mode="hold")
    intent = bank.authorised()
    bank.stop(signal.SIGKILL)
    assert shop.notices == []

    bank.start()
    wait_until(lambda: [event.type for event in shop.verified(SECRET)] == PAID)
    assert bank.api.v1.payment_intents.retrieve(intent).status == "requires_capture"
    assert bank.stop() == 0


def test_the_clock_and_the_keys_survive_a_restart(own_bank: Sandbox) -> None:
    intent = own_bank.captured()
    own_bank.api.v1.refunds.create({"payment_intent": intent, "amount": 1}, {"idempotency_key": "kept"})
    now = own_bank.order("clock", advance=1000)["now"]
    own_bank.stop(signal.SIGKILL)
    own_bank.start()

    own_bank.api.v1.refunds.create({"payment_intent": intent, "amount": 1}, {"idempotency_key": "kept"})
    assert len(own_bank.api.v1.refunds.list({"payment_intent": intent}).data) == 1
    assert own_bank.read("").json()["clock"]["now"] >= now
