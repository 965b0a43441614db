"""A stranger tries out cards at a link; its honest payer asks for a new one by mail, and pays."""

import re
import time

import httpx
import pytest
from playwright.sync_api import Page, expect

from chaos.records import make_bills
from journeys.steps import pay_by_card, sign_in
from siege.cards import open_and_pay, stolen_card
from testing.demo import Demo
from testing.processes import wait_until

pytestmark = pytest.mark.xdist_group("demo")


def try_cards(page: str) -> int:
    """Press Pay and try cards until the link takes no more; return how many were declined."""
    declined = 0
    with httpx.Client(timeout=30) as web:
        while session := open_and_pay(web, page):
            while web.post(session, data=stolen_card()).status_code == 402:
                declined += 1
                time.sleep(0.3)
    return declined


def test_the_honest_payer_of_a_link_at_which_cards_were_tried_out_pays_by_a_new_one(
    demo: Demo, page: Page
) -> None:
    [sent] = make_bills(demo, int(time.time()), 1, "honest")
    link = f"{demo.facts['pay_link'].rsplit('/', 1)[0]}/{sent.bill.token}"
    page.goto(link)
    expect(page.locator("#pay")).to_be_visible()

    declined = try_cards(link)

    expect(page.locator(".state")).to_have_text("This link is paused", timeout=40_000)  # by itself
    expect(page.get_by_role("link", name="Call +1 305 555 0142")).to_be_visible()
    page.get_by_role("button", name="Email a new link").click()
    expect(page.get_by_text("A new link is on its way")).to_be_visible()
    wait_until(lambda: _new_links(demo, sent.bill.email))
    page.goto(_new_links(demo, sent.bill.email)[0])
    pay_by_card(page, "4242 4242 4242 4242", email=sent.bill.email)
    expect(page.get_by_text("Your payment has arrived")).to_be_visible()

    sign_in(page, demo, "admin")
    told = re.compile(f"{declined} cards were declined at a payment link")
    expect(page.get_by_text(told).first).to_be_visible()
    assert demo.check_ledger()["clean"]


def _new_links(demo: Demo, email: str) -> list[str]:
    mails = [mail for mail in demo.mails(to=email) if "new payment link" in mail["subject"]]
    return [address for mail in mails for address in mail["links"] if "/pay/" in address]
