"""One press too many at the same moment: the page says so, in the payer's language, and asks nobody."""

from dataclasses import asdict
from typing import Any

import pytest
from django.test import Client

from checkout.pages import PayForm, address, everything, hidden, result_address
from factories.payments import click_pay
from florin.domain.attempts.models import Attempt
from florin.domain.customers.models import Customer
from florin.domain.links.models import Link
from florin.kernel.gate_words import CROWDED, LIMIT, REFUSED
from testing.bank import Bank

ONE_TOO_MANY: dict[str, Any] = {CROWDED: True}


def test_the_press_asks_nobody_and_the_bill_lets_one_press_again(payer: Client, link: Link) -> None:
    before = everything()
    answer = payer.post(address(link, "/checkout"), asdict(PayForm("10000")), **ONE_TOO_MANY)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "3")
    assert "Please press Pay again." in answer.text
    assert hidden(answer.text, "seen") == "10000"
    assert (Attempt.objects.count(), everything()) == (0, before)


def test_the_press_is_answered_in_the_customers_language(payer: Client, link: Link) -> None:
    Customer.objects.update(language="es")
    answer = payer.post(address(link, "/checkout"), asdict(PayForm("10000")), **ONE_TOO_MANY)

    assert 'lang="es"' in answer.text


def test_a_check_shows_what_is_known_and_asks_nobody(payer: Client, link: Link, bank: Bank) -> None:
    attempt = click_pay(link)
    bank.pay(attempt)
    answer = payer.post(result_address(attempt, "/check"), **ONE_TOO_MANY)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "3")
    assert "We are checking your payment" in answer.text
    attempt.refresh_from_db()
    assert attempt.state == Attempt.State.OPENED


@pytest.mark.parametrize(
    ("status", "sentence"),
    [(408, "did not arrive in time"), (413, "at most 16.0"), (503, "Very many people are here")],
)
def test_what_the_gate_refuses_is_a_page_without_a_look_at_anything(
    payer: Client, status: int, sentence: str
) -> None:
    refused: dict[str, Any] = {REFUSED: status, LIMIT: 16 << 20}
    answer = payer.get("/", **refused)  # without a database

    assert answer.status_code == status
    assert sentence in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
