"""The emails about a refund: what goes back, how, when, and what is owed again (R21)."""

from dataclasses import replace
from datetime import date

import pytest

from factories.documents import letterhead
from florin.contracts.emails import (
    About,
    AffectedInvoice,
    Notification,
    RefundFailed,
    RefundFailedNotice,
    RefundInitiated,
    RefundNotice,
)
from florin.edges.mail.notifications import notification
from florin.edges.mail.rendering import RenderedEmail

PAGE = "https://office.northwind.test/office/payments/1/"


PAID_BY_CARD = RefundInitiated(
    about=About(
        customer_name="Rosa's Flower Shop",
        customer_number="C-1007",
        currency="USD",
        amount=4_000,
        on=date(2026, 11, 24),
    ),
    method="Visa •••• 4242",
    number="RF-10001",
    reference="pi_3Nx81Zk",
    reason="Wilted",
    way="card",
    lines=(AffectedInvoice(number="INV-10023", amount=4_000, balance=6_000),),
)


def render(email: Notification, *, url: str = "") -> RenderedEmail:
    return notification(email, letterhead(), language="en", url=url)


def failed(reason: str) -> RefundFailedNotice:
    plain = PAID_BY_CARD
    return RefundFailedNotice(
        about=plain.about,
        method=plain.method,
        number=plain.number,
        reference=plain.reference,
        reason=reason,
    )


def test_the_payers_email_is_the_receipt_of_the_refund() -> None:
    written = render(PAID_BY_CARD)

    assert written.subject == "Refund of $40.00 from Northwind Flowers"
    for said in ("RF-10001", "Visa •••• 4242", "Wilted", "INV-10023", "$60.00", "Nov 24, 2026", "receipt"):
        assert said in written.html
        assert said in written.text


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ("card", "five to ten business days"),
        ("ach", "the bank account that paid"),
        ("check", "in the way in which you had paid"),
    ],
)
def test_it_says_how_long_it_takes_by_that_method(way: str, said: str) -> None:
    assert said in render(replace(PAID_BY_CARD, way=way)).text


@pytest.mark.parametrize("way", ["card", "ach"])
def test_one_that_waits_for_the_balance_promises_nothing_yet(way: str) -> None:
    written = render(replace(PAID_BY_CARD, way=way, waits=True)).text

    assert "Your refund is waiting to be sent" in written
    assert "on its way" not in written
    assert "business days" not in written
    assert (
        "does not cover it yet" in render(replace(RefundNotice.like(PAID_BY_CARD), way=way, waits=True)).text
    )


def test_the_company_reads_of_it_and_where_to_look() -> None:
    written = render(RefundNotice.like(PAID_BY_CARD), url=PAGE)

    assert written.subject == "$40.00 is being refunded to Rosa's Flower Shop"
    assert PAGE in written.text.splitlines()


def test_a_failed_refund_says_why_to_the_company_and_what_now_to_the_payer() -> None:
    company = render(failed("expired_or_canceled_card"), url=PAGE)
    payer = render(RefundFailed.like(failed("expired_or_canceled_card")))

    assert "The card has expired or was closed" in company.text
    assert "expired_or_canceled_card" not in company.html + company.text
    assert "the money is with us again" in payer.text


def test_a_refusal_that_was_kept_in_the_processors_words_is_told_in_ours() -> None:
    written = render(failed("It is too late."), url=PAGE).text
    assert "The processor did not accept it" in written
    assert "It is too late." not in written
