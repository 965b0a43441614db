"""Every screen in a real browser: axe finds nothing, nothing sticks out, the keyboard is enough."""

from decimal import Decimal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from factories import make_customer, make_invoice, make_link, make_order
from factories.record_files import PRODUCTS, Kind, bring, take_in
from florin.domain.catalogue.models import Product
from florin.domain.orders.holds import Wish
from florin.domain.orders.models import Order
from florin.domain.staff.models import User
from florin.flows import hold_order
from office.conftest import Open

SCREENS = ["light 1280", "dark 390", "light 360"]


def check(page: Page) -> None:
    found = Axe().run(
        page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}
    )
    assert found.violations_count == 0, found.generate_report()
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), page.url


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing_and_nothing_sticks_out(owner: User, browse: Open, screen: str) -> None:
    scheme, width = screen.split()
    invoice = make_invoice(owner, "12.3456", "99.00")
    make_link(owner, invoice)
    draft = make_order(owner)
    page = browse(owner, color_scheme=scheme, viewport={"width": int(width), "height": 800}).new_page()
    order = f"/office/orders/{invoice.order_id}/"
    addresses = [
        "/office/",
        "/office/orders/",
        "/office/orders/?q=nothing-like-it",
        "/office/orders/new/",
        order,
    ]
    addresses += [f"{order}edit/", f"{order}email/", f"{order}void/", f"/office/orders/{draft.pk}/confirm/"]
    addresses += [f"/office/orders/{draft.pk}/email/", *_held(owner)]
    addresses += ["/account/password/", "/account/sessions/", "/account/sign-out/", "/office/setup/sign-in/"]
    addresses += [*_products(owner), "/office/setup/export/"]
    addresses += ["/office/setup/company/", "/office/setup/company/numbers/"]
    addresses += ["/office/setup/company/email-texts/"]
    addresses += ["/office/nowhere", *_imports(owner)]
    for address in addresses:
        page.goto(address)
        check(page)


def _products(owner: User) -> list[str]:
    """Return where products are listed, shown, added and changed."""
    product = Product.objects.create(
        company=owner.company, code="RF-40", description="Rose Freedom 40 cm", unit_price=Decimal("0.4275")
    )
    shown = f"/office/products/{product.pk}/"
    return ["/office/products/", "/office/products/new/", "/office/products/upload/", shown, f"{shown}edit/"]


def _imports(owner: User) -> list[str]:
    """Return where files come in: all of them, one with refused rows, one that nobody knows, one done."""
    company, place = owner.company, "/office/setup/import/"
    runs = [
        bring(company, Kind.CUSTOMERS, "Number,Name,Terms\n1,Rosa,soon\n2,Lily,30\n"),
        bring(company, Kind.INVOICES, "Beleg;Kunde;Tag\n1;Rosa;02/10/2026\n"),
        take_in(company, Kind.PRODUCTS, PRODUCTS),
    ]
    return [place, *(f"{place}{run.pk}/" for run in runs)]


def _held(owner: User) -> list[str]:
    """Return where an order on hold is seen, and the dialog that lets another one pass the limit."""
    customer = make_customer(owner.company, credit_limit=100)
    held, over = make_order(owner, customer=customer), make_order(owner, customer=customer)
    hold_order.hold(owner.company, held.pk, Wish(to=["ann@shop.example"]), by=owner)
    orders = "/office/orders/"
    return [
        f"{orders}on-hold/",
        f"{orders}{held.pk}/",
        f"{orders}{over.pk}/confirm/",
        f"{orders}{over.pk}/email/",
    ]


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing_before_a_company_has_moved_in(browse: Open, screen: str) -> None:
    scheme, width = screen.split()
    page = browse(None, color_scheme=scheme, viewport={"width": int(width), "height": 800}).new_page()
    page.goto("/office/")
    page.get_by_role("heading", name="Welcome").wait_for()
    check(page)
    page.get_by_role("button", name="Open the company").click()
    check(page)


@pytest.mark.usefixtures("company")
@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing_before_one_signs_in(browse: Open, screen: str) -> None:
    scheme, width = screen.split()
    page = browse(None, color_scheme=scheme, viewport={"width": int(width), "height": 800}).new_page()
    for address in (
        "sign-in/",
        "password/reset/",
        "password/reset/sent/",
        "inactive/",
        "password/reset/1-x/",
    ):
        page.goto(f"/account/{address}")
        check(page)


def test_the_email_dialog_opens_and_sends_by_keyboard(owner: User, browse: Open) -> None:
    invoice = make_invoice(owner)
    page = browse(owner).new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(f"/office/orders/{invoice.order_id}/")
    page.get_by_role("link", name="Email", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog").wait_for()
    check(page)
    assert page.evaluate("document.activeElement.id") == "to"
    page.keyboard.press("Control+A")
    page.keyboard.type("florist@shop.example")
    page.get_by_label("Payment Link").press("Enter")
    page.get_by_text("is on its way to florist@shop.example, with a payment link.").wait_for()
    assert complaints == []  # the content security policy would complain here


def test_the_menus_open_and_hold_what_the_rights_allow(owner: User, browse: Open) -> None:
    page = browse(owner).new_page()
    page.goto("/office/")
    page.get_by_role("button", name="Order Entry").click()
    assert page.locator("#menu-orders").get_by_role("link").all_inner_texts() == [
        "Add Order",
        "Order Summary",
        "Orders on Hold",
    ]
    check(page)
    page.get_by_role("button", name="Admin Person").click()
    page.get_by_role("button", name="Español").click()
    assert page.evaluate("document.documentElement.lang") == "es"


def test_a_wrong_address_keeps_the_dialog_open_with_what_was_typed(owner: User, browse: Open) -> None:
    invoice = make_invoice(owner)
    page = browse(owner).new_page()
    page.goto("/office/orders/")
    page.get_by_role("button", name="Actions").click()
    page.get_by_role("link", name=f"Email Docs {invoice.number}").click()
    page.get_by_label("To", exact=True).fill("florist")
    page.get_by_role("button", name="Send").click()
    page.get_by_text("is not an e-mail address.").wait_for()
    assert page.get_by_label("To", exact=True).input_value() == "florist"
    check(page)
    page.keyboard.press("Escape")
    assert page.get_by_role("dialog").count() == 0


def test_the_timeline_shows_what_happens_without_a_reload(owner: User, browse: Open) -> None:
    invoice = make_invoice(owner)
    page = browse(owner).new_page()
    page.goto(f"/office/orders/{invoice.order_id}/")
    make_link(owner, invoice, to=("late@shop.example",))
    page.get_by_text("with a payment link is on its way to late@shop.example").wait_for(timeout=6000)


def test_an_order_is_written_with_totals_reckoned_on_the_way(owner: User, browse: Open) -> None:
    customer = make_customer(owner.company)
    page = browse(owner).new_page()
    page.goto("/office/orders/new/")
    page.get_by_label("Customer").fill(customer.number)
    page.get_by_label("PO number").fill("PO-1")
    page.get_by_label("Description").first.fill("Roses")
    page.get_by_label("Quantity").first.fill("12")
    page.get_by_label("Unit price").first.fill("0.8333")
    page.locator("#order-total", has_text="$10.00").wait_for()
    page.get_by_role("button", name="Add line").click()
    page.locator("[name=line-code] >> nth=3").wait_for()
    assert page.get_by_label("Description").first.input_value() == "Roses"
    page.locator(".page-head").get_by_role("button", name="Save").click()
    page.get_by_text("is saved.").wait_for()
    assert Order.objects.get().total == 1000


def test_without_script_everything_still_works(owner: User, browse: Open) -> None:
    order = make_order(owner)
    page = browse(owner, java_script_enabled=False).new_page()
    page.goto(f"/office/orders/{order.pk}/")
    page.get_by_role("link", name="Confirm").click()
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("link", name="Email", exact=True).click()
    page.get_by_label("To", exact=True).fill("florist@shop.example")
    page.get_by_role("button", name="Send").click()
    assert "is on its way to florist@shop.example" in page.inner_text("#notices")
