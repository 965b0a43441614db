"""Whose notices are believed: those that one of our secrets signed, and nobody's while there is none."""

import hashlib
import hmac
import json
import logging
import time
from typing import Any

import pytest

from florin.contracts.processor import BadNotice
from florin.edges.gateways.stripe.gateway import StripeGateway

BODY = json.dumps(
    {
        "id": "evt_1",
        "object": "event",
        "type": "account.updated",
        "account": "acct_1fern",
        "data": {"object": {"id": "acct_1fern", "object": "account"}},
    }
)


def gateway(secrets: str) -> StripeGateway:
    return StripeGateway(
        api_key="sk_test_x", base="http://127.0.0.1:9", notice_secret=lambda: secrets, seconds=1
    )


def signed(secret: str, body: bytes = BODY.encode(), *, later: int = 0) -> dict[str, str]:
    stamp = int(time.time()) + later
    signature = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return {"stripe-signature": f"t={stamp},v1={signature}"}


def event(thing: Any = None, **changes: Any) -> bytes:
    """An event as it must be, but for what is changed."""
    told = {**json.loads(BODY), **({} if thing is None else {"data": {"object": thing}}), **changes}
    return json.dumps(told).encode()


@pytest.mark.parametrize("secret", ["whsec_of_our_own", "whsec_of_connected_accounts"])
def test_each_endpoint_has_its_own_secret(secret: str) -> None:
    both = gateway("whsec_of_our_own, whsec_of_connected_accounts")

    [notice] = both.read_notice(signed(secret), BODY.encode())

    assert (notice.kind, notice.account, notice.attempt) == ("account.updated", "acct_1fern", "")


@pytest.mark.parametrize(("secrets", "signer"), [("whsec_a,whsec_b", "whsec_c"), ("", ""), (" , ", "")])
def test_a_notice_that_nobody_of_ours_signed_is_refused(secrets: str, signer: str) -> None:
    with pytest.raises(BadNotice):
        gateway(secrets).read_notice(signed(signer), BODY.encode())


MALFORMED = {
    "a list": b"[]",
    "null": b"null",
    "a number": b"7",
    "a text": b'"evt_1"',
    "nothing": b"",
    "no JSON": b"{",
    "deep lists": b"[" * 100_000,
    "deep objects": b'{"a":' * 50_000,
    "not UTF-8": b'{"id": "\xff"}',
    "a number as its name": event(id=7),
    "no name": event(id=None),
    "a name that is too long": event(id="evt_" + "x" * 252),
    "half a character": b'{"id": "\\ud800", ' + BODY.encode()[1:].replace(b'"id": "evt_1", ', b""),
    "a NUL": event(id="evt_\x00"),
    "a number as its kind": event(type=7),
    "no kind": event(type=""),
    "a kind that is too long": event(type="x" * 81),
    "no data": event(data=None),
    "data that are a list": event(data=[]),
    "no object": event(data={}),
    "an object that is a list": event([]),
    "an object of no kind": event({"id": "acct_1"}),
    "an object with a number as its name": event({"id": 7, "object": "payout"}),
    "metadata that are a list": event({"id": "cs_1", "object": "checkout.session", "metadata": [1]}),
    "a payment that is too long": event({"id": "ch_1", "object": "charge", "payment_intent": "p" * 256}),
    "an account that is a number": event(account=7),
}


@pytest.mark.parametrize("what", MALFORMED)
def test_what_is_signed_but_malformed_is_refused_and_told(
    what: str, caplog: pytest.LogCaptureFixture
) -> None:
    body = MALFORMED[what]
    with caplog.at_level(logging.WARNING, "florin"), pytest.raises(BadNotice):
        gateway("whsec_a").read_notice(signed("whsec_a", body), body)

    assert what == "not UTF-8" or "A notice that is signed cannot be read" in caplog.text


def test_names_may_be_255_characters_long() -> None:
    body = event({"id": "p" * 255, "object": "payout"}, id="e" * 255, account="a" * 255)
    [notice] = gateway("whsec_a").read_notice(signed("whsec_a", body), body)

    assert (len(notice.event), len(notice.payout), len(notice.account)) == (255, 255, 255)


@pytest.mark.parametrize("attempt", ["", "x" * 500, "Größe", "\ud800", "a\x00b"])
def test_what_others_write_into_metadata_is_about_nothing_of_ours(attempt: str) -> None:
    body = event({"id": "cs_1", "object": "checkout.session", "metadata": {"attempt": attempt}})
    [notice] = gateway("whsec_a").read_notice(signed("whsec_a", body), body)

    assert notice.attempt == ""


@pytest.mark.parametrize(("later", "is_read"), [(240, True), (-240, True), (400, False), (-400, False)])
def test_a_notice_is_of_this_moment(later: int, *, is_read: bool) -> None:
    headers = signed("whsec_a", later=later)
    if is_read:
        assert gateway("whsec_a").read_notice(headers, BODY.encode())
    else:
        with pytest.raises(BadNotice):
            gateway("whsec_a").read_notice(headers, BODY.encode())


@pytest.mark.parametrize("signature", ["", "t=,v1=", "t=x,v1=y", "v1=a", "t=1", "t=1,v1=é", "t=1" * 9_000])
def test_a_signature_that_is_none_is_refused(signature: str) -> None:
    with pytest.raises(BadNotice):
        gateway("whsec_a").read_notice({"stripe-signature": signature}, BODY.encode())
