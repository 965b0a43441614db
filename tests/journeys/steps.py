"""What people do again and again."""

from playwright.sync_api import Page

from testing.demo import Demo


def sign_in(page: Page, demo: Demo, role: str) -> None:
    """Sign in as the demo's person with this role."""
    person = next(user for user in demo.facts["users"] if user["roles"] == [role])
    page.goto(demo.facts["office"])
    page.locator("[name=login]").fill(person["email"])
    page.get_by_label("Password", exact=True).fill(person["password"])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/office/**")


def pay_by_card(page: Page, number: str, *, email: str) -> None:
    """Press Pay on the bill, and type a card on the processor's page."""
    page.get_by_role("button", name="Pay").click()
    page.get_by_label("Email").fill(email)
    page.get_by_label("Card number").fill(number)
    page.get_by_label("Expiry date").fill("12 / 40")
    page.get_by_label("Security code").fill("123")
    page.get_by_label("Name on card").fill("Ann Payer")
    page.get_by_role("button", name="Pay").click()
