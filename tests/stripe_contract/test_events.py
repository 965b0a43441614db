"""Each event that we have Stripe send us is one that its library knows, and leads us to something."""

import json
import time
from typing import Any

import pytest
import stripe
import stripe.params

from florin.edges.gateways.stripe import events
from florin.edges.gateways.stripe.gateway import StripeGateway
from stripe_contract import checker, recorder

SECRET = "whsec_for_the_tests"
ABOUT = {"attempt": "0192f7c1-0000-7000-8000-000000000001"}
KINDS = {
    "checkout.session": "sessions",
    "payment_intent": "payment_intents",
    "charge.dispute": "disputes",
    "charge.refund.": "refunds",
    "charge": "charges",
    "refund": "refunds",
    "payout": "payouts",
    "account": "accounts",
    "capability": "capabilities",
}
"""The kind of object that an event carries, by how its name begins: the first that fits."""


def event(kind: str) -> bytes:
    """An event with an object of its kind, from a connected account as every such event has it."""
    name = next(name for begins, name in KINDS.items() if kind.startswith(begins))
    thing: dict[str, Any] = {**recorder.objects()[name]}
    if name in {"sessions", "payment_intents", "charges"}:
        thing["metadata"] = ABOUT
    told = {"id": "evt_1", "object": "event", "type": kind, "account": "acct_1", "data": {"object": thing}}
    return json.dumps(told).encode()


def signed(body: bytes) -> dict[str, str]:
    now = int(time.time())
    mark = stripe.WebhookSignature._compute_signature(f"{now}.{body.decode()}", SECRET)
    return {"stripe-signature": f"t={now},v1={mark}"}


@pytest.mark.parametrize("kind", events.READ)
def test_an_event_that_we_read_says_what_to_look_at(kind: str) -> None:
    gateway = StripeGateway(
        api_key="sk_test_x", base="http://127.0.0.1:9", notice_secret=lambda: SECRET, seconds=1
    )
    body = event(kind)
    (notice,) = gateway.read_notice(signed(body), body)

    assert notice.account == "acct_1"
    assert (notice.attempt == ABOUT["attempt"]) == (kind in events.PAYMENTS)
    assert (bool(notice.payment) and not notice.attempt) == (kind in events.AFTERWARDS)
    assert (notice.payout == "po_1") == (kind in events.PAYOUTS)


def test_the_events_that_we_read_are_events_at_stripe() -> None:
    names = {str(place): name for place, name in enumerate(events.READ)}
    wanted = {"enabled_events": names, "url": "https://shop.example/notices/stripe"}

    assert checker.of_request(wanted, stripe.params.WebhookEndpointCreateParams) == []
    assert len(set(events.READ)) == len(events.READ)
