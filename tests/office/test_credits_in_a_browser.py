"""Credits in a real browser: axe finds nothing, nothing sticks out, amounts add up while one types."""

from uuid import uuid4

import pytest
from playwright.sync_api import expect

from factories import make_customer, make_invoice, make_link
from factories.attempts import open_attempt, report_card_payment
from factories.credits import make_credit
from florin.contracts.processor import Outcome
from florin.domain.companies.models import Company
from florin.domain.credits.models import Credit
from florin.domain.ledger.models import Item
from florin.domain.staff.models import User
from florin.flows import apply_credit, give_credit
from flows.test_give_credit import approved, item_of, write
from office.conftest import Open
from office.test_accessibility import SCREENS, check

LONG = "Wilted on arrival, photographed by the driver, and agreed with the shop on the telephone the same day"


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing_and_nothing_sticks_out(owner: User, browse: Open, screen: str) -> None:
    scheme, width = screen.split()
    customer = make_customer(owner.company, name="Corner Florist and Sons of the Old Town Market Hall")
    paid = make_invoice(owner, "1234.56", customer=customer)
    for attempt in [open_attempt(make_link(owner, paid), nonce=uuid4().hex) for _ in range(2)]:
        report_card_payment(attempt, Outcome.SETTLED)
    draft, submitted = write(owner, customer), write(owner, customer, "45.00")
    Credit.objects.filter(pk=draft.pk).update(reason=LONG)
    give_credit.submit(owner.company, submitted.pk, by=owner)
    open_, invoices = (
        approved(owner, customer, "1500.00"),
        [make_invoice(owner, customer=customer) for _ in "123"],
    )
    item = item_of(open_)
    apply_credit.apply(owner.company, item.pk, {invoices[0].item_id: 4_000}, submission="p", by=owner)
    Company.objects.update(use_open_credits=False)
    report_card_payment(open_attempt(make_link(owner, invoices[1]), nonce=uuid4().hex), Outcome.PENDING)
    page = browse(owner, color_scheme=scheme, viewport={"width": int(width), "height": 800}).new_page()
    over = Item.objects.get(kind=Item.Kind.OVERPAYMENT)
    addresses = [
        "",
        "open/",
        "new/",
        "upload/",
        "?q=nothing-like-it",
        f"open/{over.pk}/",
        f"{draft.pk}/edit/",
    ]
    addresses += [f"{draft.pk}/", f"{submitted.pk}/", f"{open_.pk}/", f"open/{item.pk}/apply/"]
    addresses += [f"{draft.pk}/submit/", f"{submitted.pk}/reject/", f"{submitted.pk}/approve/"]
    addresses += [f"open/{item.pk}/unapply/?invoice={invoices[0].item_id}"]
    for address in addresses:
        page.goto(f"/office/credits/{address}")
        check(page)
    page.goto("/office/credits/upload/")
    page.get_by_label("Excel (XLSX) or CSV file").set_input_files(
        {
            "name": "credits.csv",
            "mimeType": "text/csv",
            "buffer": f'customer,amount,reason\n{customer.number},5,"{LONG}"\nnobody,x,y\n'.encode(),
        }
    )
    page.get_by_role("button", name="Show what is in it").click()
    page.get_by_role("heading", name="Is this right?").wait_for()
    check(page)
    page.get_by_role("button", name="Write and submit 1").click()
    page.goto("/office/credits/upload/")
    page.get_by_text("Undo this upload").click()
    check(page)


@pytest.mark.parametrize("screen", SCREENS)
def test_what_a_file_does_not_show_is_asked_on_the_screen(owner: User, browse: Open, screen: str) -> None:
    scheme, width = screen.split()
    make_customer(owner.company, number="C1", currency="USD")
    page = browse(owner, color_scheme=scheme, viewport={"width": int(width), "height": 800}).new_page()
    page.goto("/office/credits/upload/")
    file = b"customer;amount;date;reason\nC1;1.250;10/02/2026;Wilted\n"
    page.get_by_label("Excel (XLSX) or CSV file").set_input_files(
        {"name": "credits.csv", "mimeType": "text/csv", "buffer": file}
    )
    page.get_by_role("button", name="Show what is in it").click()
    page.get_by_label("1,250", exact=True).check()
    page.get_by_label("Feb 10, 2026").check()
    check(page)

    page.get_by_role("button", name="Show what is in it").click()

    page.get_by_role("cell", name="$1,250.00").wait_for()
    check(page)


def test_a_credit_is_written_approved_and_applied(owner: User, browse: Open) -> None:
    customer = make_customer(owner.company, name="Corner Florist")
    invoice = make_invoice(owner, customer=customer).item
    page = browse(owner).new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(f"/office/customers/{customer.pk}/")
    page.get_by_role("link", name="New credit").click()
    page.get_by_label("Amount").fill("30")
    page.get_by_label("Reason").fill("Wilted")
    page.get_by_role("button", name="Save and submit").click()
    page.get_by_role("link", name="Approve").click()
    page.get_by_role("dialog").get_by_role("button", name="Approve").click()
    page.get_by_text("is approved and open.").wait_for()
    page.get_by_role("link", name="Apply").click()
    field = page.get_by_label(f"Apply to {invoice.number}")
    assert field.input_value() == "30.00"
    field.fill("12.5")
    expect(page.locator("#applying")).to_contain_text("$17.50 stays open")
    field.press("Enter")
    page.get_by_text("is applied.").wait_for()
    page.get_by_role("link", name=f"Unapply {invoice.number}").click()
    page.get_by_role("dialog").get_by_label("Reason").fill("Wrong invoice")
    page.get_by_role("dialog").get_by_role("button", name="Unapply").click()
    page.get_by_text("is open again.").wait_for()
    assert complaints == []  # the content security policy would complain here
    assert Item.objects.get(pk=invoice.pk).balance == 10_000


def test_a_page_that_is_open_hears_what_somebody_else_decided(owner: User, browse: Open) -> None:
    credit = write(owner)
    give_credit.submit(owner.company, credit.pk, by=owner)
    page = browse(owner).new_page()
    page.goto(f"/office/credits/{credit.pk}/")
    give_credit.approve(owner.company, credit.pk, by=owner)
    page.locator("h1", has_text="Approved").wait_for(timeout=9000)
    expect(page.get_by_role("link", name="Apply")).to_be_visible()


def test_without_script_a_credit_is_approved_and_applied(owner: User, browse: Open) -> None:
    customer = make_customer(owner.company)
    credit, invoice = write(owner, customer), make_invoice(owner, customer=customer).item
    page = browse(owner, java_script_enabled=False).new_page()
    page.goto(f"/office/credits/{credit.pk}/")
    for step in ("Submit", "Approve"):
        page.get_by_role("link", name=step).click()
        page.get_by_role("button", name=step).click()
    page.get_by_role("link", name="Apply").click()
    page.get_by_role("button", name="Apply").click()
    assert "is applied." in page.inner_text("#notices")
    assert Item.objects.get(pk=invoice.pk).balance == 7_000


def test_lists_are_searched_while_one_types(owner: User, browse: Open) -> None:
    make_credit(make_customer(owner.company, name="Tulip House"), "5.00", number="CR-77")
    make_credit(make_customer(owner.company), "6.00", number="CR-88")
    page = browse(owner).new_page()
    page.goto("/office/credits/open/")
    page.get_by_role("searchbox").fill("tulip")
    expect(page.get_by_role("link", name="CR-88", exact=True)).to_have_count(0)
    expect(page.get_by_role("link", name="CR-77", exact=True)).to_be_visible()
    assert "q=tulip" in page.url
