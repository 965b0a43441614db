"""The refund dialog in a real browser: reckoned on the way, by keyboard, without script, read by axe."""

import pytest
from playwright.sync_api import Locator, Page

from factories import make_customer, make_invoice, make_link
from factories.attempts import open_attempt, report
from factories.credits import make_credit
from factories.ledger import usd
from factories.payments import paid_by_card
from florin.contracts.processor import Outcome
from florin.domain.payments.models import Payment
from florin.domain.refunds.models import Refund
from florin.domain.staff.models import User
from office import signed_in
from office.conftest import Open
from office.test_accessibility import SCREENS, check
from office.test_refunds import paid_by_check, submit
from testing.bank import Bank


def overpaid(owner: User) -> Payment:
    """A card payment of 120.00 on an invoice over 100.00, of a customer who has a credit."""
    customer = make_customer(owner.company)
    attempt = open_attempt(make_link(owner, make_invoice(owner, customer=customer)))
    make_credit(customer, "30.00")
    report(attempt, Outcome.SETTLED, usd(12_000))
    return Payment.objects.get(attempt=attempt)


def dialog(page: Page, payment: Payment) -> Locator:
    page.goto(f"/office/payments/{payment.pk}/")
    page.get_by_role("link", name="Refund", exact=True).click()
    found = page.get_by_role("dialog")
    found.wait_for()
    return found


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing_and_nothing_sticks_out(owner: User, browse: Open, screen: str) -> None:
    scheme, width = screen.split()
    invoice = make_invoice(owner)
    submit(signed_in(owner), paid_by_check(owner, invoice), invoice.item_id, "10")
    page = browse(owner, color_scheme=scheme, viewport={"width": int(width), "height": 800}).new_page()
    payment = overpaid(owner)
    for address in ("refunds/", "refunds/?q=nothing-like-it", f"{payment.pk}/refund/"):
        page.goto(f"/office/payments/{address}")
        check(page)


def test_the_effect_is_reckoned_while_one_types_and_a_wrong_amount_keeps_the_dialog(
    owner: User, browse: Open
) -> None:
    page = browse(owner).new_page()
    shown = dialog(page, overpaid(owner))
    shown.get_by_text("$20.00 goes back").wait_for()

    shown.get_by_label("Invoice").fill("60")
    shown.get_by_text("$80.00 goes back").wait_for()
    shown.get_by_label("Open credit of this payment").fill("999")
    shown.get_by_role("button", name="Refund").click()

    shown.locator("[aria-invalid]").wait_for()
    assert shown.get_by_label("Invoice").input_value() == "60"
    check(page)
    assert not Refund.objects.exists()


def test_a_refund_is_made_by_keyboard_and_a_double_click_makes_one(
    owner: User, browse: Open, bank: Bank
) -> None:
    payment = paid_by_card(owner, bank, make_invoice(owner))
    page = browse(owner).new_page()
    shown = dialog(page, payment)
    page.keyboard.press("Tab")
    page.keyboard.type("Wilted on arrival")
    shown.get_by_role("button", name="Refund").dblclick()

    page.get_by_text("$100.00 goes back to Visa •••• 4242. The payer gets a mail.").wait_for()
    assert Refund.objects.get().amount == 10_000


def test_without_script_it_works_as_well(owner: User, browse: Open) -> None:
    payment = paid_by_check(owner, make_invoice(owner))
    page = browse(owner, java_script_enabled=False).new_page()
    page.goto(f"/office/payments/{payment.pk}/")
    page.get_by_role("link", name="Refund", exact=True).click()
    page.get_by_label("Reason").fill("Wilted")
    page.get_by_role("button", name="Refund").click()
    page.get_by_text("$100.00 paid back in the same way (Check).").wait_for()
    assert Refund.objects.get().reason == "Wilted"
