"""Customers, settings, the Order Summary's menus and links that were sent, in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from factories import make_customer, make_invoice, make_link, make_order
from factories.credits import make_credit
from florin.domain.links import services as links
from florin.domain.staff.models import User
from office.conftest import Open
from office.test_accessibility import SCREENS, check


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing_and_nothing_sticks_out(owner: User, browse: Open, screen: str) -> None:
    scheme, width = screen.split()
    customer = make_customer(owner.company, name="Corner Florist", note="Rings twice")
    invoice = make_invoice(owner, "1234.56", customer=customer)
    link = make_link(owner, invoice, to=("a-very-long-name-of-somebody@florist-with-a-long-name.example",))
    make_credit(customer, "30.00")
    page = browse(owner, color_scheme=scheme, viewport={"width": int(width), "height": 800}).new_page()
    one = f"/office/customers/{customer.pk}/"
    addresses = ["/office/customers/", "/office/customers/?q=nothing-like-it", "/office/customers/new/", one]
    addresses += [f"{one}edit/", "/office/payments/settings/", f"/office/links/{link.pk}/revoke/"]
    addresses += [f"/office/orders/{invoice.order_id}/", "/office/orders/?since=never&paid=open&sort=total"]
    addresses += [f"/office/orders/{make_order(owner, customer=customer).pk}/confirm/"]
    for address in addresses:
        page.goto(address)
        for closed in page.locator("details:not([open]) > summary").all():
            closed.click()
        check(page)


def test_a_rows_menu_opens_mails_and_gives_the_focus_back_by_keyboard(owner: User, browse: Open) -> None:
    invoice = make_invoice(owner)
    page = browse(owner).new_page()
    page.goto("/office/orders/")
    button = page.get_by_role("button", name=f"Actions {invoice.order.number}")
    button.focus()
    page.keyboard.press("Enter")
    check(page)
    page.keyboard.press("Tab")
    assert "Email Docs" in page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.evaluate("document.activeElement.textContent").strip().startswith("Actions")


def test_the_one_menu_offers_what_can_be_done_with_the_row_whose_button_is_pressed(
    owner: User, browse: Open
) -> None:
    draft, invoice = make_order(owner), make_invoice(owner)
    page = browse(owner).new_page()
    page.goto("/office/orders/")
    for number, offered in (
        (draft.number, {"email", "confirm", "edit", "void"}),
        (invoice.order.number, {"email", "edit", "pdf", "void"}),
    ):
        page.get_by_role("button", name=f"Actions {number}").click()
        links = page.locator("#row-menu a:visible")
        assert {link.get_attribute("data-act") for link in links.all()} == offered
    assert page.get_by_role("link", name=f"Edit {invoice.number}").get_attribute("href") == (
        f"/office/orders/{invoice.order_id}/edit/"
    )
    page.get_by_role("searchbox").fill(draft.number)  # the rows are new, the menu is the same
    expect(page.get_by_role("button", name="Actions")).to_have_count(1)
    page.get_by_role("button", name="Actions").click()
    page.get_by_role("link", name=f"Void {draft.number}").click()
    page.get_by_role("dialog").get_by_text(draft.number).first.wait_for()


def test_links_are_switched_off_as_the_guide_says(owner: User, browse: Open) -> None:
    customer = make_customer(owner.company, name="Corner Florist", automatic_invoices=True)
    page = browse(owner).new_page()
    page.goto("/office/")
    page.get_by_role("button", name="Setup").click()
    page.get_by_role("link", name="Customers").click()
    page.get_by_role("searchbox").fill("corner")
    page.get_by_role("link", name="Edit Corner Florist").click()
    page.get_by_text("Advanced").click()
    page.get_by_label("Enable payment links").uncheck()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Corner Florist is saved.").wait_for()
    customer.refresh_from_db()
    assert not customer.links_enabled


def test_a_link_is_copied_and_revoked(owner: User, browse: Open) -> None:
    link = make_link(owner)
    context = browse(owner, permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"/office/orders/{link.debts.get().invoice.order_id}/")
    page.get_by_role("button", name="Copy link").click()
    page.get_by_text("Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == links.address_of(link.pk)
    page.get_by_role("link", name="Revoke").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    page.get_by_text(re.compile("is revoked.")).wait_for()
    expect(page.get_by_role("button", name="Copy link")).to_have_count(0)


def test_without_script_a_rows_button_leads_to_the_page_that_has_it_all(owner: User, browse: Open) -> None:
    invoice = make_invoice(owner)
    page: Page = browse(owner, java_script_enabled=False).new_page()
    page.goto("/office/orders/")
    page.get_by_role("button", name="Actions").click()
    page.get_by_role("link", name="Email", exact=True).click()
    page.get_by_label("To", exact=True).fill("florist@shop.example")
    page.get_by_role("button", name="Send").click()
    page.get_by_role("link", name="Revoke").click()
    page.get_by_role("button", name="Revoke").click()
    assert "is revoked" in page.inner_text("#notices")
    assert invoice.number in page.inner_text("main")
