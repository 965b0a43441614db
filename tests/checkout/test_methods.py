"""Choosing how to pay: what is on is offered, what is off is refused with the bill still there (R13)."""

import re
from dataclasses import asdict, replace

import pytest
from django.test import Client

from checkout.pages import PayForm, address, hidden, link_to, result_address
from factories.attempts import report_card_payment
from florin.contracts.processor import GatewayError, Outcome
from florin.domain.attempts.methods import Method
from florin.domain.attempts.models import Attempt
from florin.domain.companies.models import PaymentsAccount
from florin.domain.invoices.models import Invoice
from florin.domain.links.models import Link
from florin.edges.gateways import registry
from florin.edges.gateways.breaker import Breaker
from testing.bank import Bank

PRESS = PayForm("10000")


def methods(page: str) -> list[tuple[str, bool]]:
    """The methods to choose from, and which is chosen."""
    found = re.findall(r'type="radio" name="method" id="method-\w+" value="(\w+)"( checked)?', page)
    return [(value, bool(checked)) for value, checked in found]


def click_pay(payer: Client, link: Link, **more: str) -> tuple[int, str]:
    answer = payer.post(address(link, "/checkout"), {**asdict(PRESS), **more})
    return answer.status_code, answer.text


def test_both_methods_are_a_choice_and_the_card_is_chosen(payer: Client, link: Link) -> None:
    page = payer.get(address(link)).text

    assert methods(page) == [("card", True), ("ach", False)]
    assert page.count('class="pay"') == 1


@pytest.mark.parametrize(("off", "left"), [("card_enabled", "ach"), ("ach_enabled", "card")])
def test_a_single_method_is_no_choice(payer: Client, link: Link, off: str, left: str) -> None:
    PaymentsAccount.objects.update(**{off: False})

    page = payer.get(address(link)).text

    assert methods(page) == []
    assert hidden(page, "method") == left


@pytest.mark.parametrize("method", ["card", "ach"])
def test_the_choice_goes_with_the_press(payer: Client, link: Link, bank: Bank, method: str) -> None:
    assert click_pay(payer, link, method=method)[0] == 303

    assert Attempt.objects.get().method == method


def test_a_press_that_names_no_method_takes_the_first_on_offer(payer: Client, link: Link, bank: Bank) -> None:
    PaymentsAccount.objects.update(card_enabled=False)

    assert click_pay(payer, link)[0] == 303
    assert Attempt.objects.get().method == Method.ACH


@pytest.mark.parametrize("method", ["cash", "Card", "ach ", "0"])
def test_a_method_that_there_is_not_is_a_bad_request(payer: Client, link: Link, method: str) -> None:
    status, page = click_pay(payer, link, method=method)

    assert status == 400
    assert "press Pay again" in page


def test_a_method_switched_off_meanwhile_is_refused_with_the_other_on_offer(
    payer: Client, link: Link
) -> None:
    PaymentsAccount.objects.update(ach_enabled=False)

    status, page = click_pay(payer, link, method="ach")

    assert status == 409
    assert "Please choose another way to pay" in page
    assert hidden(page, "method") == "card"


def test_the_choice_is_kept_when_the_bill_comes_back(payer: Client, link: Link) -> None:
    answer = payer.post(address(link, "/checkout"), {**asdict(replace(PRESS, seen="9000")), "method": "ach"})

    assert methods(answer.text) == [("card", False), ("ach", True)]


def test_an_open_page_learns_that_a_method_was_switched_off(payer: Client, link: Link) -> None:
    version = re.findall(r'data-version="(\w+)"', payer.get(address(link)).text)[0]
    PaymentsAccount.objects.update(ach_enabled=False)

    answer = payer.get(address(link, f"/now?v={version}"))

    assert answer.status_code == 200
    assert methods(answer.text) == []


def test_a_debit_under_way_is_initiated_not_paid(payer: Client, attempt: Attempt) -> None:
    Attempt.objects.update(method=Method.ACH)
    report_card_payment(attempt, Outcome.PENDING)

    page = payer.get(result_address(attempt)).text

    assert "It is initiated, not yet paid." in page
    assert "you and Bloom &amp; Co Wholesale get a mail" in page
    assert "data-check" not in page


def test_a_part_under_way_is_told_with_its_day(payer: Client, attempt: Attempt, invoice: Invoice) -> None:
    other = link_to(invoice)
    report_card_payment(attempt, Outcome.PENDING)
    attempt.debts.update(reserved=4_000)

    page = payer.get(address(other)).text

    assert re.search(
        r"\$40\.00 of it is being paid from a bank account. That payment began on \w+ \d+, \d+", page
    )
    assert "Pay $60.00" in page


def test_a_debit_that_failed_says_so_and_leads_back(payer: Client, attempt: Attempt) -> None:
    report_card_payment(attempt, Outcome.FAILED)

    page = payer.get(result_address(attempt)).text

    assert "Your bank did not pay" in page
    assert f'href="{address(attempt.link)}"' in page


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Breaker:
    """The guard of a processor that has just failed five times in a row."""
    guard = Breaker()

    def fail() -> None:
        raise GatewayError

    for _ in range(5):
        with pytest.raises(GatewayError):
            guard.call(fail)
    monkeypatch.setattr(registry, "breaker", lambda _name: guard)
    return guard


def test_while_the_processor_is_away_the_bill_is_there_without_a_pay_button(
    payer: Client, link: Link, away: Breaker
) -> None:
    page = payer.get(address(link)).text

    assert "Online payment is not available at this moment" in page
    assert "$100.00" in page
    assert 'id="pay"' not in page


def test_a_press_while_the_processor_is_away_is_answered_at_once_and_starts_nothing(
    payer: Client, link: Link, away: Breaker
) -> None:
    status, page = click_pay(payer, link)

    assert status == 503
    assert "Nothing was charged" in page
    assert not Attempt.objects.exists()


def test_an_open_page_offers_to_pay_again_once_the_processor_is_back(
    payer: Client, link: Link, away: Breaker
) -> None:
    version = re.findall(r'data-version="(\w+)"', payer.get(address(link)).text)[0]
    away.answered()

    assert 'id="pay"' in payer.get(address(link, f"/now?v={version}")).text
