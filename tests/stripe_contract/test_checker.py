"""The checker itself: it finds what it is there to find, and takes what Stripe's library would take."""

from typing import Any, Literal, NotRequired

import pytest
from stripe.params.checkout import SessionCreateParams
from typing_extensions import TypedDict

from stripe_contract import checker

SESSION: dict[str, Any] = {"mode": "payment", "allowed_payment_method_types": {"0": "card"}}
LINK: dict[str, Any] = {
    "object": "account_link",
    "created": 1,
    "expires_at": 2,
    "url": "https://setup.example/alnk_1",
}


class Raised(TypedDict):
    """Parameters of a later version: one that we send is gone, and one is new and needed."""

    mode: Literal["payment", "setup"]
    reason: str
    note: NotRequired[str]


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"payment_method_types": {"0": "card"}}, "payment_method_types is unknown to Stripe"),
        ({"adaptive_pricing": {"on": "true"}}, "adaptive_pricing.on is unknown to Stripe"),
        ({"mode": "payments"}, "mode: 'payments' is none of payment, setup, subscription"),
        ({"expires_at": "soon"}, "expires_at: 'soon' is no int"),
        ({"adaptive_pricing": {"enabled": "no"}}, "adaptive_pricing.enabled: 'no' is no bool"),
        ({"line_items": {"0": {"price_data": {}}}}, "line_items.0.price_data.currency is missing"),
        ({"metadata": "x"}, "metadata: 'x' is no object"),
        ({"idempotency_key": "x"}, "idempotency_key is unknown to Stripe"),
    ],
)
def test_a_request_that_stripe_would_not_take_is_found(more: dict[str, Any], problem: str) -> None:
    assert checker.of_request(SESSION, SessionCreateParams) == []
    assert checker.of_request({**SESSION, **more}, SessionCreateParams) == [problem]


def test_a_library_that_removes_or_demands_a_parameter_is_found() -> None:
    found = checker.of_request(SESSION, Raised)

    assert found == ["reason is missing", "allowed_payment_method_types is unknown to Stripe"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"url": None}, "account_link.url: None is no str"),
        ({"created": "1"}, "account_link.created: '1' is no int"),
        ({"created": True}, "account_link.created: True is no int"),
        ({"uses": 1}, "account_link.uses is unknown to Stripe"),
    ],
)
def test_an_object_that_stripe_would_not_give_is_found(change: dict[str, Any], problem: str) -> None:
    assert checker.of_answer(LINK) == []
    assert checker.of_answer({**LINK, **change}) == [problem]


@pytest.mark.parametrize("name", sorted(LINK.keys() - {"object"}))
def test_a_field_that_is_taken_out_is_found(name: str) -> None:
    less = {field: value for field, value in LINK.items() if field != name}

    assert checker.of_answer(less) == [f"account_link.{name} is missing"]


def test_lists_events_and_errors_are_looked_into() -> None:
    bad = {**LINK, "created": None}
    page = {"object": "list", "data": [bad], "has_more": False, "url": "/v1/x"}

    assert checker.of_answer(page) == ["account_link[0].created: None is no int"]
    assert checker.of_answer({"error": {"message": "No"}}) == ["error.type is missing"]
    assert checker.of_answer({"object": "unicorn"}) == ["unicorn: Stripe has no object 'unicorn'"]
