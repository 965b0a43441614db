"""Killed in the middle of a payment, started again: the money is booked once, or was not taken."""

import pytest
from playwright.sync_api import Page

from journeys.steps import pay_by_card
from testing.demo import Demo
from testing.processes import wait_until

pytestmark = pytest.mark.xdist_group("demo")


def _new_link(demo: Demo) -> str:
    """Start the demo anew: it prints a link that is still to be paid."""
    demo.stop()
    demo.start()
    return str(demo.facts["pay_link"])


def _was_mailed(demo: Demo, email: str) -> bool:
    return any("Payment received" in mail["subject"] for mail in demo.mails(to=email))


@pytest.mark.parametrize("victim", ["web", "worker", "sandbox", "database"])
def test_a_part_killed_at_the_capture_costs_no_money(demo: Demo, page: Page, victim: str) -> None:
    link = _new_link(demo)
    before = len(demo.taken())
    email = f"{victim}@florist.example"
    _slow_capture(demo)
    page.goto(link)
    pay_by_card(page, "4242 4242 4242 4242", email=email)

    demo.kill(victim)

    wait_until(lambda: _was_mailed(demo, email), seconds=90)
    assert len(demo.taken()) == before + 1
    assert demo.check_ledger()["clean"]


def test_everything_killed_at_once_costs_no_money(demo: Demo, page: Page) -> None:
    link = _new_link(demo)
    before = len(demo.taken())
    _slow_capture(demo)
    page.goto(link)
    pay_by_card(page, "4242 4242 4242 4242", email="all@florist.example")

    demo.kill_everything()
    demo.start()

    wait_until(lambda: _was_mailed(demo, "all@florist.example"), seconds=90)
    assert len(demo.taken()) == before + 1
    assert demo.check_ledger()["clean"]


def _slow_capture(demo: Demo) -> None:
    """Give the killer time: the bank takes its while over the capture."""
    order = {"operation": "intent.capture", "mode": "slow", "seconds": 1.5, "times": 1}
    demo.bank.post("/control/faults", json=order).raise_for_status()
