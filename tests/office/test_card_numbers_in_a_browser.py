"""The box beside a number that looks like a card's, in a browser: seen, reached by keyboard, remembered."""

import pytest

from factories import make_customer
from florin.domain.orders.models import Order
from florin.domain.staff.models import User
from office.conftest import Open
from office.test_accessibility import SCREENS, check

NUMBER = "4242 4242 4242 4242"


@pytest.mark.parametrize("screen", SCREENS)
def test_who_is_sure_ticks_the_box_and_saves(owner: User, browse: Open, screen: str) -> None:
    scheme, width = screen.split()
    customer = make_customer(owner.company)
    page = browse(owner, color_scheme=scheme, viewport={"width": int(width), "height": 900}).new_page()
    page.goto("/office/orders/new/")
    page.get_by_label("Customer", exact=True).fill(customer.number)
    page.get_by_label("PO number").fill(NUMBER)
    page.get_by_label("Description").first.fill(f"Serial {NUMBER}")
    page.get_by_label("Quantity").first.fill("1")
    page.get_by_label("Unit price").first.fill("5")
    page.get_by_role("button", name="Save").last.click()
    boxes = page.get_by_label("This is not a card number")
    boxes.first.wait_for()
    assert [(box.bounding_box() or {"width": 0})["width"] > 10 for box in boxes.all()] == [True, True]
    check(page)

    for box in boxes.all():
        box.press("Space")
    page.get_by_role("button", name="Save").last.click()

    page.get_by_text("Said to be no card number: …4242").wait_for()
    check(page)
    assert Order.objects.get().po_number == NUMBER


@pytest.mark.parametrize("screen", SCREENS)
def test_a_file_is_vouched_for_on_the_form_that_sends_it(owner: User, browse: Open, screen: str) -> None:
    scheme, width = screen.split()
    page = browse(owner, color_scheme=scheme, viewport={"width": int(width), "height": 900}).new_page()
    page.goto("/office/credits/upload/")
    page.get_by_label("Long numbers in this file are not card numbers").wait_for()
    check(page)
