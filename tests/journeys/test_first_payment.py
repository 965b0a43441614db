"""The main job as a newcomer does it: order, mail, button, card, two confirmations, a timeline."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from journeys.steps import pay_by_card, sign_in
from testing.demo import Demo
from testing.processes import wait_until

pytestmark = pytest.mark.xdist_group("demo")


def test_an_order_becomes_money(demo: Demo, page: Page) -> None:
    sign_in(page, demo, "admin")
    page.goto(f"{demo.facts['office']}orders/new/")
    page.get_by_label("Customer").fill("Juniper & Co.")
    page.get_by_label("PO number").fill("PO-900")
    for label, value in (("Description", "Garden roses"), ("Quantity", "25"), ("Unit price", "1.375")):
        page.get_by_label(label, exact=True).first.fill(value)
    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_text("$34.38").first).to_be_visible()  # 34.375, rounded half-even once

    page.get_by_role("link", name="Confirm").click()
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("link", name="Email").click()
    page.get_by_label("To", exact=True).fill("ann@florist.example")
    page.get_by_label("Payment Link").check()
    page.get_by_role("button", name="Send", exact=True).click()

    mail = _mail(demo, "ann@florist.example", "Invoice")
    assert mail["attachments"][0]["content_type"] == "application/pdf"
    link = next(address for address in mail["links"] if "/pay/" in address)

    payer = page.context.new_page()
    payer.goto(link)
    payer.wait_for_timeout(1200)  # somebody who looks before they move
    payer.mouse.move(200, 200, steps=4)
    expect(page.get_by_text(re.compile("opened the")).first).to_be_visible()  # the office page, by itself
    pay_by_card(payer, "4242 4242 4242 4242", email="ann@florist.example")
    expect(payer.get_by_text("Your payment has arrived")).to_be_visible()

    expect(page.get_by_text("received by Visa •••• 4242").first).to_be_visible()
    expect(page.get_by_text("Paid", exact=True).first).to_be_visible()
    receipt = _mail(demo, "ann@florist.example", "Payment received")
    assert receipt["attachments"][0]["name"].startswith("RCP-")
    assert "34.38" in _mail(demo, "accounts@meadow-vine.example", "Juniper & Co. paid $34.38")["subject"]
    assert demo.check_ledger()["clean"]


def test_the_printed_link_can_be_paid(demo: Demo, page: Page) -> None:
    page.goto(demo.facts["pay_link"])
    pay_by_card(page, "4242 4242 4242 4242", email="bob@florist.example")

    expect(page.get_by_text("Your payment has arrived")).to_be_visible()
    _mail(demo, "bob@florist.example", "Payment received")
    page.goto(demo.facts["pay_link"])
    expect(page.get_by_role("button", name="Pay")).to_have_count(0)


def _mail(demo: Demo, to: str, subject: str) -> dict[str, Any]:
    wait_until(lambda: [mail for mail in demo.mails(to=to) if subject in mail["subject"]])
    return next(mail for mail in demo.mails(to=to) if subject in mail["subject"])
