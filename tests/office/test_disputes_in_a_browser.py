"""Disputes and the NSF dialog in a real browser: axe finds nothing, and nothing sticks out."""

import pytest

from florin.domain.attempts.methods import Method
from florin.domain.payments.models import Return
from florin.domain.staff.models import User
from office.conftest import Open
from office.test_accessibility import SCREENS, check
from office.test_disputes import contest, nsf, receive
from testing.bank import Bank


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing_and_nothing_sticks_out(owner: User, browse: Open, screen: str) -> None:
    scheme, width = screen.split()
    lost = {"state": "lost", "reason": "fraudulent"}
    for details in ({}, {"state": "inquiry", "amount": 4_000}, {"state": "appealable"}, lost):
        contest(owner, **details)
    check_, terminal = receive(owner), receive(owner, method=Method.TERMINAL)
    page = browse(owner, color_scheme=scheme, viewport={"width": int(width), "height": 800}).new_page()
    addresses = ["/office/payments/disputes/", "/office/payments/disputes/?q=nobody", nsf(check_)]
    for address in [*addresses, nsf(terminal, "chargeback"), "/office/"]:
        page.goto(address)
        check(page)


@pytest.mark.parametrize("width", [390, 1280])
def test_a_dispute_is_answered_by_a_button_that_opens_the_processors_page_beside(
    owner: User, bank: Bank, browse: Open, width: int
) -> None:
    dispute = contest(owner)
    page = browse(owner, viewport={"width": width, "height": 800}).new_page()
    page.goto("/office/payments/disputes/")
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Answer PAY-").click()
    assert opened.value.url.endswith(f"/test/disputes/{dispute.reference}")


def test_a_check_is_marked_in_the_dialog_and_its_page_says_so(owner: User, browse: Open) -> None:
    payment = receive(owner)
    page = browse(owner).new_page()
    page.goto(f"/office/payments/{payment.pk}/")
    page.get_by_role("link", name="NSF").click()
    page.get_by_label("Fee to charge (USD)").fill("lots")
    page.get_by_role("button", name="It came back").click()
    page.get_by_text("Give a number.").wait_for()
    check(page)
    page.get_by_label("Fee to charge (USD)").fill("35")
    page.get_by_role("button", name="It came back").click()
    page.get_by_text("and the fee is invoiced").wait_for()
    assert Return.objects.get().payment == payment


def test_without_script_a_check_is_marked_all_the_same(owner: User, browse: Open) -> None:
    payment = receive(owner)
    page = browse(owner, java_script_enabled=False).new_page()
    page.goto(nsf(payment))
    page.get_by_role("button", name="It came back").click()
    assert "Its invoices are open again" in page.inner_text("#notices")


def test_a_fee_for_what_was_lost_is_charged_in_the_dialog(owner: User, browse: Open) -> None:
    payment = contest(owner, state="lost").payment
    page = browse(owner).new_page()
    page.goto(f"/office/payments/{payment.pk}/")
    check(page)
    page.get_by_role("link", name="Charge a fee").click()
    page.get_by_label("Fee to charge (USD)").fill("lots")
    page.get_by_role("button", name="Charge a fee").click()
    page.get_by_text("Give a number.").wait_for()
    check(page)
    page.get_by_label("Fee to charge (USD)").fill("20")
    page.get_by_role("button", name="Charge a fee").click()
    page.get_by_text("The fee is charged with invoice").wait_for()
    assert page.get_by_role("link", name="Charge a fee").count() == 0
