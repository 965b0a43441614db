"""``python -m pictures``: take every picture of the documents anew, in a demo and in an empty installation.

Each picture is what a browser shows after the steps that its page of the guide describes. A step that cannot
be done ends the program, so a picture that exists is of a way that works.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from journeys.steps import pay_by_card, sign_in
from testing.demo import Demo
from testing.processes import wait_until

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
CUSTOMER = "Juniper & Co."
OFFICE = ViewportSize(width=1040, height=640)
PAYER = ViewportSize(width=720, height=680)


def picture(page: Page, name: str) -> None:
    """Take one picture of what the window shows."""
    page.evaluate("document.activeElement?.blur()")
    page.screenshot(path=PICTURES / f"{name}.png", animations="disabled", caret="hide")


def staff(page: Page, demo: Demo) -> None:
    """Take the pictures of the office, as an Admin sees it."""
    sign_in(page, demo, "admin")
    office = demo.facts["office"]
    picture(page, "home")
    write_order(page, office)
    page.get_by_role("link", name="Email", exact=True).first.click()
    page.get_by_label("To", exact=True).fill("ann@florist.example")
    page.get_by_label("Payment Link").check()
    picture(page, "send-from-order")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("is on its way to ann@florist.example").first).to_be_visible()
    for name, place in (
        ("order-summary", "orders/"),
        ("aging", "aging/"),
        ("overpayments", "overpayments/"),
        ("settings-payments", "payments/settings/"),
        ("people", "setup/people/"),
        ("products", "products/"),
        ("payment-history", "payments/"),
    ):
        assert (answer := page.goto(f"{office}{place}")) is not None
        assert answer.ok, f"{place} answers {answer.status}"
        picture(page, name)
    page.goto(f"{office}open-invoices/")
    for box in page.locator("table.rows tbody [type=checkbox]:enabled").all()[:3]:
        box.check()
    picture(page, "open-invoices")
    page.goto(f"{office}customers/?q=Juniper")
    page.locator("tbody th a").first.click()
    page.goto(f"{page.url}edit/")
    page.get_by_text("Advanced", exact=True).first.click()
    page.get_by_label("Enable payment links").scroll_into_view_if_needed()
    picture(page, "customer-advanced")


def write_order(page: Page, office: str) -> None:
    """Write and confirm an order."""
    page.goto(f"{office}orders/new/")
    page.get_by_label("Customer").fill(CUSTOMER)
    page.get_by_label("PO number").fill("PO-900")
    for label, value in (("Description", "Garden roses"), ("Quantity", "25"), ("Unit price", "1.375")):
        page.get_by_label(label, exact=True).first.fill(value)
    page.get_by_role("button", name="Save").last.click()
    page.get_by_role("link", name="Confirm").click()
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("link", name="Email", exact=True).first).to_be_visible()


def payer(page: Page, demo: Demo) -> None:
    """Take the pictures of what a customer sees, from the mail to the receipt."""
    wait_until(lambda: bool(demo.mails(to="ann@florist.example")), seconds=60)
    mail = demo.mails(to="ann@florist.example")[0]
    link = next(address for address in mail["links"] if "/pay/" in address)
    page.goto(link)
    picture(page, "bill")
    pay_by_card(page, "4242 4242 4242 4242", email="ann@florist.example")
    expect(page.get_by_text("Your payment has arrived")).to_be_visible(timeout=60_000)
    picture(page, "paid")


def paid(page: Page, demo: Demo) -> None:
    """Take the pictures of what staff see once it is paid."""
    sign_in(page, demo, "admin")
    page.goto(f"{demo.facts['office']}orders/?po=PO-900")
    page.locator("tbody th a").first.click()
    expect(page.get_by_text("received by Visa •••• 4242").first).to_be_visible(timeout=60_000)
    picture(page, "order")
    page.goto(f"{demo.facts['office']}payments/")
    page.locator("tbody th a").first.click()
    picture(page, "payment")


def first_run(browser: Browser, folder: Path) -> None:
    """Take the picture of an installation that nobody has opened yet."""
    demo = Demo(folder, STRIPE_API_KEY="")
    florin = str(Path(sys.executable).parent / "florin")
    subprocess.run([florin, "migrate"], env=demo.environment, check=True, stdout=subprocess.DEVNULL)
    with subprocess.Popen(
        [florin, "serve"], env=demo.environment, stdout=subprocess.PIPE, text=True
    ) as serving:
        assert serving.stdout
        said = ""
        while not re.search(r"listening on \S+:\d+", said) or "code" not in said.lower():
            said += serving.stdout.readline()
        page = browser.new_page(viewport=OFFICE, locale="en-US")
        page.goto(f"http://127.0.0.1:{demo.environment['FLORIN_PORT']}/")
        expect(page.get_by_label("Set-up code")).to_be_visible(timeout=60_000)
        picture(page, "first-run")
        serving.terminate()


def main() -> None:
    """Take them all."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        for name in ("demo", "empty"):
            (Path(folder) / name).mkdir()
        with Demo.running(Path(folder) / "demo") as demo:
            for step, viewport in ((staff, OFFICE), (payer, PAYER), (paid, OFFICE)):
                context = browser.new_context(viewport=viewport, locale="en-US", reduced_motion="reduce")
                page = context.new_page()
                page.set_default_timeout(60_000)
                step(page, demo)
                context.close()
        first_run(browser, Path(folder) / "empty")
        browser.close()


if __name__ == "__main__":
    main()
