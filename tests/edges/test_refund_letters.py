"""The letters about a refund: what goes back, how, when, and what is owed again (R21)."""

from datetime import date

import pytest

from factories.documents import letterhead
from florin.contracts.news import MoneyNews, NewsLine, Topic
from florin.edges.mail import news
from florin.edges.mail.writing import Letter

PAGE = "https://office.northwind.test/office/payments/1/"


def letter(
    topic: Topic, *, state: str = "card", reason: str = "Wilted", url: str = "", waits: bool = False
) -> Letter:
    told = MoneyNews(
        topic=topic,
        customer_name="Rosa's Flower Shop",
        customer_number="C-1007",
        method="Visa •••• 4242",
        currency="USD",
        amount=4_000,
        on=date(2026, 11, 24),
        language="en",
        number="RF-10001",
        reason=reason,
        state=state,
        waits=waits,
        lines=(NewsLine("INV-10023", 4_000, 6_000),) if topic == Topic.REFUND_INITIATED else (),
    )
    return news.letter(told, letterhead(), url=url)


def test_the_payers_letter_is_the_receipt_of_the_refund() -> None:
    written = letter(Topic.REFUND_INITIATED)

    assert written.subject == "Refund of $40.00 from Northwind Flowers"
    for said in ("RF-10001", "Visa •••• 4242", "Wilted", "INV-10023", "$60.00", "Nov 24, 2026", "receipt"):
        assert said in written.html
        assert said in written.text


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("card", "five to ten business days"),
        ("ach", "the bank account that paid"),
        ("check", "in the way in which you had paid"),
    ],
)
def test_it_says_how_long_it_takes_by_that_method(state: str, said: str) -> None:
    assert said in letter(Topic.REFUND_INITIATED, state=state).text


@pytest.mark.parametrize("state", ["card", "ach"])
def test_one_that_waits_for_the_balance_promises_nothing_yet(state: str) -> None:
    written = letter(Topic.REFUND_INITIATED, state=state, waits=True).text

    assert "Your refund is waiting to be sent" in written
    assert "on its way" not in written
    assert "business days" not in written
    assert "does not cover it yet" in letter(Topic.REFUND_NOTICE, state=state, waits=True).text


def test_the_company_reads_of_it_and_where_to_look() -> None:
    written = letter(Topic.REFUND_NOTICE, url=PAGE)

    assert written.subject == "$40.00 is being refunded to Rosa's Flower Shop"
    assert PAGE in written.text.splitlines()


def test_a_failed_refund_says_why_to_the_company_and_what_now_to_the_payer() -> None:
    company = letter(Topic.REFUND_FAILED_NOTICE, reason="expired_or_canceled_card", url=PAGE)
    payer = letter(Topic.REFUND_FAILED, reason="")

    assert "The card has expired or was closed" in company.text
    assert "expired_or_canceled_card" not in company.html + company.text
    assert "the money is with us again" in payer.text


def test_a_refusal_that_was_kept_in_the_processors_words_is_told_in_ours() -> None:
    written = letter(Topic.REFUND_FAILED_NOTICE, reason="It is too late.", url=PAGE).text
    assert "The processor did not accept it" in written
    assert "It is too late." not in written
