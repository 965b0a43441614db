"""The payments account in a real browser: opened on the processor's form, and every state fit to be read."""

import pytest
from playwright.sync_api import Page
from pytest_django.fixtures import Settings

from factories import make_user
from factories.payments_accounts import FORM
from florin.domain.companies import services as companies
from florin.domain.companies.models import PaymentsAccount
from florin.domain.staff.models import User
from florin.domain.staff.rights import Role
from office.conftest import Open
from office.test_accessibility import SCREENS, check
from testing.bank import Bank

ACCOUNT = "/office/payments/account/"
State = PaymentsAccount.State


@pytest.fixture
def admin(database: None, settings: Settings, server: str) -> User:
    """Admin of a company without an account, whom the processor sends back to this server."""
    settings.STRIPE_CONNECT = True
    settings.PUBLIC_URL = server
    company = companies.open_company(slug="fern", name="Fern & Petal", email="office@fern.example")
    return make_user(company, Role.ADMIN)


def fill_in(page: Page, tax_id: str) -> None:
    """Fill the processor's form in, and send it."""
    page.wait_for_url("**/setup/**")
    for name, value in {**FORM, "tax_id": tax_id}.items():
        page.locator(f"#{name}").fill(value)
    page.locator("button[type=submit]").click()
    page.wait_for_url(f"**{ACCOUNT}")  # it has asked by itself


def test_an_account_is_opened_by_hand(admin: User, browse: Open, bank: Bank) -> None:
    page = browse(admin).new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto("/office/")
    page.get_by_role("button", name="Setup").click()
    page.locator("#menu-setup").get_by_role("link", name="Payments").click()
    page.get_by_label("Country of the business").select_option("US")
    page.get_by_role("button", name="Open a payments account").click()
    fill_in(page, "12-3450001")
    page.get_by_text("A responsible person's identity document").wait_for()

    page.get_by_role("button", name="Go on with the form").click()
    page.get_by_role("button", name="Upload a test document").click()
    page.wait_for_url(f"**{ACCOUNT}")
    page.get_by_text("Your customers can pay online.").wait_for()
    page.get_by_text("The payments account is active").wait_for()
    assert complaints == []


def test_without_script_the_form_is_asked_about_by_a_press(admin: User, browse: Open, bank: Bank) -> None:
    page = browse(admin, java_script_enabled=False).new_page()
    page.goto(ACCOUNT)
    page.get_by_label("Country of the business").select_option("US")
    page.get_by_role("button", name="Open a payments account").click()
    page.wait_for_url("**/setup/**")
    for name, value in FORM.items():
        page.locator(f"#{name}").fill(value)
    page.locator("button[type=submit]").click()
    page.get_by_role("button", name="Ask now").click()
    page.get_by_text("Your customers can pay online.").wait_for()


def test_a_verification_that_ends_shows_by_itself(admin: User, browse: Open) -> None:
    accounts = PaymentsAccount.objects.filter(company=admin.company)
    accounts.update(state=State.PENDING, reference="acct_1fern")
    page = browse(admin).new_page()
    page.goto(ACCOUNT)
    page.get_by_text("The processor is verifying").wait_for()
    accounts.update(state=State.ACTIVE)
    page.get_by_text("Your customers can pay online.").wait_for(timeout=9000)


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing_in_any_state_and_nothing_sticks_out(
    admin: User, browse: Open, screen: str
) -> None:
    scheme, width = screen.split()
    page = browse(admin, color_scheme=scheme, viewport={"width": int(width), "height": 800}).new_page()
    accounts = PaymentsAccount.objects.filter(company=admin.company)
    wanted = [
        "tax_id",
        "person_document",
        "a_name.that.nobody_has_put_into_words_yet",
    ]
    for state in State:
        known = {} if state == State.NEW else {"reference": "acct_1fern", "wanted": wanted}
        accounts.update(state=state, reason="review", **known)
        page.goto(ACCOUNT)
        check(page)
    for address in (f"{ACCOUNT}?again=1", "/office/payments/settings/"):
        page.goto(address)
        check(page)
