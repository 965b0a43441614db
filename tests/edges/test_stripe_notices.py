"""Whose notices are believed: those that one of our secrets signed, and nobody's while there is none."""

import json
import time

import pytest
import stripe

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


def signed(secret: str) -> dict[str, str]:
    stamp = int(time.time())
    signature = stripe.WebhookSignature._compute_signature(f"{stamp}.{BODY}", secret)
    return {"stripe-signature": f"t={stamp},v1={signature}"}


@pytest.mark.parametrize("secret", ["whsec_of_our_own", "whsec_of_connected_accounts"])
def test_each_endpoint_has_its_own_secret(secret: str) -> None:
    both = gateway("whsec_of_our_own, whsec_of_connected_accounts")

    [notice] = both.read_notice(signed(secret), BODY.encode())

    assert (notice.kind, notice.account, notice.attempt) == ("account.updated", "acct_1fern", "")


@pytest.mark.parametrize(("secrets", "signer"), [("whsec_a,whsec_b", "whsec_c"), ("", ""), (" , ", "")])
def test_a_notice_that_nobody_of_ours_signed_is_refused(secrets: str, signer: str) -> None:
    with pytest.raises(BadNotice):
        gateway(secrets).read_notice(signed(signer), BODY.encode())
