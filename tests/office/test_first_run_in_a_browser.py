"""From an empty database to the first mail, in a real browser: code, company, Home, test invoice."""

import io
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader
from pytest_django.fixtures import Settings

from florin.domain.companies.models import Company
from florin.flows import deliver_outbox, set_up
from office.conftest import Open
from office.test_accessibility import SCREENS, check
from testing.bank import Bank


@pytest.fixture
def open_company(database: None, settings: Settings, server: str) -> Callable[[Page], None]:
    settings.PUBLIC_URL = server

    def do(page: Page) -> None:
        page.goto("/")
        page.get_by_label("Set-up code").fill(set_up.show_code())
        page.get_by_label("Company name").fill("Petal Wholesale")
        page.get_by_label("Your name").fill("Ana Ruiz")
        page.get_by_label("Your e-mail").fill("ana@petal.example")
        page.get_by_label("Password", exact=True).fill("four otters cross the road")
        page.get_by_label("Password (again)").fill("four otters cross the road")
        page.get_by_role("button", name="Open the company").dblclick()
        page.get_by_role("heading", name="First steps").wait_for()

    return do


def test_an_empty_installation_becomes_a_company_that_has_mailed_a_test_invoice(
    open_company: Callable[[Page], None], browse: Open, bank: Bank
) -> None:
    bank.forget_mails()
    page = browse(None, timezone_id="America/Chicago").new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    open_company(page)
    assert Company.objects.get().time_zone == "America/Chicago"  # the browser's, proposed
    expect(page.get_by_text("0 of 6 done")).to_be_visible()

    page.get_by_role("button", name="Send yourself a test invoice").click()
    expect(page.get_by_text("On its way to ana@petal.example.", exact=True)).to_be_visible()
    deliver_outbox.deliver()
    expect(page.get_by_text("1 of 6 done")).to_be_visible(timeout=10_000)  # by itself

    mail = bank.mails(to="ana@petal.example")[0]
    assert mail["subject"].startswith("Test, nothing to pay: Invoice TEST from Petal Wholesale")
    pdf = httpx.get(mail["attachments"][0]["url"]).content
    assert "TEST" in PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
    assert complaints == []


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing_in_the_first_steps(
    open_company: Callable[[Page], None], browse: Open, screen: str
) -> None:
    scheme, width = screen.split()
    size = {"width": int(width), "height": 800}
    page = browse(None, color_scheme=scheme, viewport=size, timezone_id="America/Chicago").new_page()
    open_company(page)
    check(page)
    page.get_by_role("button", name="Send yourself a test invoice").click()
    check(page)
