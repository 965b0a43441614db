"""What nobody can mean is refused, as at Stripe: parameters, addresses, filters and versions."""

from typing import Any

import pytest
import stripe

from sandbox.processes import API_KEY, Sandbox, web
from stripe_contract import checker, watching


def send(bank: Sandbox, query: str, **headers: str) -> Any:
    """A request without the library, which would not send such a thing."""
    return web.get(f"{bank.url}/v1/{query}", headers={"Authorization": f"Bearer {API_KEY}", **headers})


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({"payment_method_types": ["card"]}, "payment_method_types"),
        ({"adaptive_pricing": {"on": True}}, "adaptive_pricing[on]"),
        ({"branding_settings": {"colour": "red"}}, "branding_settings[colour]"),
        ({"payment_method_options": {"card": {}, "ach": {"x": "y"}}}, "payment_method_options[ach]"),
        ({"payment_intent_data": {"note": "x"}}, "payment_intent_data[note]"),
        ({"customer_creation": "always"}, "customer_creation"),
    ],
)
def test_a_parameter_that_nobody_knows_is_refused_however_deep(
    bank: Sandbox, more: dict[str, Any], name: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        bank.session(**more)

    assert (refused.value.http_status, refused.value.code) == (400, "parameter_unknown")
    assert refused.value.param == name


@pytest.mark.parametrize(
    "address",
    ["nobody", "test@test", "two@at@example.com", " a@example.com", "a b@example.com", "a@example.com."],
)
def test_what_is_no_email_address_is_refused(bank: Sandbox, address: str) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="Invalid email address") as refused:
        bank.session(customer_email=address)

    assert (refused.value.code, refused.value.param) == ("email_invalid", "customer_email")


def test_every_place_for_an_email_address_is_looked_at(bank: Sandbox) -> None:
    with pytest.raises(stripe.InvalidRequestError) as receipt:
        bank.session(payment_intent_data={"receipt_email": "nobody"})
    with pytest.raises(stripe.InvalidRequestError) as account:
        bank.api.v1.accounts.create({"type": "express", "email": "nobody"})

    assert receipt.value.param == "payment_intent_data[receipt_email]"
    assert (account.value.code, account.value.param) == ("email_invalid", "email")


@pytest.mark.parametrize("address", ["pat@example.com", "pat+shop@sub.example.co", "o'hara@example.com"])
def test_an_email_address_is_taken(bank: Sandbox, address: str) -> None:
    assert bank.session(customer_email=address).customer_email == address


@pytest.mark.parametrize(
    ("query", "param", "code"),
    [
        ("payouts?limit=many", "limit", "parameter_invalid_integer"),
        ("payouts?limit=0", "limit", "parameter_invalid_integer"),
        ("payouts?limit=101", "limit", "parameter_invalid_integer"),
        ("payouts?created[foo]=1", "created[foo]", "parameter_unknown"),
        ("payouts?created[gte]=soon", "created[gte]", "parameter_invalid_integer"),
        ("payouts?created=soon", "created", "parameter_invalid_integer"),
        ("payouts?status=lost", "status", None),
        ("checkout/sessions?status=closed", "status", None),
        ("charges?arrival_date=1", "arrival_date", "parameter_unknown"),
        ("webhook_endpoints?created=1", "created", "parameter_unknown"),
        ("payouts?starting_after=po_x", "starting_after", "resource_missing"),
    ],
)
def test_a_filter_that_is_none_is_refused(bank: Sandbox, query: str, param: str, code: str | None) -> None:
    error = send(bank, query).json()["error"]

    assert (error["param"], error.get("code"), error["type"]) == (param, code, "invalid_request_error")


def test_a_version_that_is_not_spoken_is_refused(bank: Sandbox) -> None:
    answer = send(bank, "balance", **{"Stripe-Version": "2019-12-03"})

    assert answer.status_code == 400
    assert answer.json()["error"] == {
        "message": "Invalid Stripe API version: 2019-12-03",
        "request_log_url": answer.json()["error"]["request_log_url"],
        "type": "invalid_request_error",
    }
    assert send(bank, "balance").headers["Stripe-Version"] == stripe.api_version


def test_every_answer_is_held_against_stripes_library(bank: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """All tests of the sandbox rest on it; see the fixture that looks after each of them."""
    monkeypatch.setattr(checker, "of_answer", lambda _: ["something is wrong"])
    bank.api.v1.balance.retrieve()

    assert watching.taken() == ["GET /v1/balance: something is wrong"]
