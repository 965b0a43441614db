"""The demo as somebody finds it who may want to buy: a wholesaler that is alive, whose books are right."""

import pytest
from playwright.sync_api import Page, expect

from journeys.steps import sign_in
from testing.demo import Demo

pytestmark = pytest.mark.xdist_group("demo")

WANTS_SOMEBODY = (
    "Payment is disputed",
    "Returned payment whose invoices are still owed",
    "Bank payment was not paid",
    "Overpayment waits for a decision",
    "Credit waits for approval",
    "Order is on hold for the credit limit",
)


def test_home_shows_some_of_everything_that_can_need_a_person(demo: Demo, page: Page) -> None:
    sign_in(page, demo, "admin")

    for sentence in WANTS_SOMEBODY:
        expect(page.get_by_text(sentence).first).to_be_visible()
    expect(
        page.get_by_text("orders@paper-moon").or_(page.get_by_text("stella@paper-moon-events")).first
    ).to_be_visible()


def test_the_books_of_the_demo_agree_with_the_bank(demo: Demo) -> None:
    code, words = demo.command("reconcile", "--company", "meadow")

    assert (code, "0 differences" in words) == (0, True), words
    assert demo.check_ledger()["clean"]
    intents = demo.bank.get("/control/summary").json()["payment_intents"]
    assert {"card", "us_bank_account"} <= {intent["method"] for intent in intents}
