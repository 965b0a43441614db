"""The processor's door takes in what is signed, and says why it refuses the rest."""

import hashlib
import hmac
import json
import time

import pytest
from django.test import Client

from florin.domain.notices.models import ProcessorNotice
from testing.settings import NOTICE_SECRET


def _signed(body: str, secret: str = NOTICE_SECRET) -> dict[str, str]:
    now = int(time.time())
    signature = hmac.new(secret.encode(), f"{now}.{body}".encode(), hashlib.sha256).hexdigest()
    return {"Stripe-Signature": f"t={now},v1={signature}"}


_BODY = json.dumps(
    {
        "id": "evt_1",
        "object": "event",
        "type": "checkout.session.completed",
        "data": {"object": {"id": "cs_1", "object": "checkout.session", "client_reference_id": "nobody"}},
    }
)


@pytest.mark.usefixtures("database")
def test_a_signed_notice_is_kept_once(payer: Client) -> None:
    for _ in range(2):
        answer = payer.post("/notices/stripe", _BODY, content_type="application/json", headers=_signed(_BODY))
        assert answer.status_code == 200

    assert ProcessorNotice.objects.count() == 1


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    "headers", [{}, {"Stripe-Signature": "rubbish"}, _signed(_BODY, "whsec_of-somebody-else-who-is-not-ours")]
)
def test_a_forged_notice_is_refused_with_a_sentence(payer: Client, headers: dict[str, str]) -> None:
    answer = payer.post("/notices/stripe", _BODY, content_type="application/json", headers=headers)

    assert answer.status_code == 400
    assert "not accepted" in answer.text
    assert ProcessorNotice.objects.count() == 0


@pytest.mark.usefixtures("database")
def test_an_unknown_gateway_is_not_found(payer: Client) -> None:
    assert payer.post("/notices/nobody", "{}", content_type="application/json").status_code == 404


def test_a_notice_larger_than_any_is_not_read(payer: Client) -> None:
    assert payer.post("/notices/stripe", b"x" * 600_000, content_type="application/json").status_code == 413


def test_looking_at_the_door_does_nothing(payer: Client) -> None:
    assert payer.get("/notices/stripe").status_code == 405


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("body", ["[]", "null", "7", "{}", "[" * 100_000, '{"id": 7}'])
def test_a_signed_notice_that_is_malformed_is_a_400(payer: Client, body: str) -> None:
    answer = payer.post("/notices/stripe", body, content_type="application/json", headers=_signed(body))

    assert (answer.status_code, ProcessorNotice.objects.count()) == (400, 0)


@pytest.mark.usefixtures("database")
def test_a_notice_whose_names_are_as_long_as_may_be_is_kept(payer: Client) -> None:
    told = {"id": "e" * 255, "object": "event", "type": "t" * 80, "account": "a" * 255}
    thing = {"id": "p" * 255, "object": "payout", "payment_intent": "i" * 255}
    body = json.dumps({**told, "data": {"object": thing}})
    answer = payer.post("/notices/stripe", body, content_type="application/json", headers=_signed(body))

    assert (answer.status_code, ProcessorNotice.objects.count()) == (200, 1)
