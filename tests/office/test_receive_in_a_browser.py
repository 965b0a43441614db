"""The counter and the overpayments in a real browser: axe finds nothing; keyboard or no script are enough."""

import pytest
from playwright.sync_api import Page, expect

from factories import make_customer, make_invoice, make_link
from factories.attempts import open_attempt
from florin.domain.attempts.models import Attempt
from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.ledger.models import Item
from florin.domain.payments.models import Payment
from florin.domain.staff.models import User
from office.conftest import Open
from office.test_accessibility import SCREENS, check
from office.test_overpayments import overpay, overpay_by_card

RECEIVE = "/office/payments/receive/"


@pytest.fixture
def customer(owner: User) -> Customer:
    return make_customer(owner.company, name="Corner Florist")


def record(page: Page) -> None:
    page.get_by_role("button", name="Record payment").click()


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing_and_nothing_sticks_out(
    owner: User, customer: Customer, browse: Open, screen: str
) -> None:
    scheme, width = screen.split()
    Company.objects.update(discount_basis_points=200, discount_days=10)
    for price in ("1234.56", "99.00", "12500.00"):
        make_invoice(owner, price, customer=customer)
    item = overpay(owner, customer)
    overpay_by_card(owner)
    payment = Payment.objects.get(number=item.number)
    one = f"/office/payments/{payment.pk}/"
    page = browse(owner, color_scheme=scheme, viewport={"width": int(width), "height": 800}).new_page()
    addresses = [RECEIVE, f"{RECEIVE}?customer={customer.number}", f"{one}received/", f"{one}undo/"]
    addresses += [f"{one}unapply/", "/office/overpayments/", "/office/overpayments/?show=kept"]
    for address in [*addresses, f"{RECEIVE}terms/", "/office/payments/settings/", "/office/"]:
        page.goto(address)
        check(page)
    page.goto(f"{RECEIVE}?customer={customer.number}")
    page.get_by_label("by hand").check()
    page.get_by_label("Applied").first.wait_for()
    check(page)


def test_a_check_is_applied_oldest_first_with_totals_on_the_way(
    owner: User, customer: Customer, browse: Open
) -> None:
    first, _second = (make_invoice(owner, customer=customer) for _invoice in range(2))
    page = browse(owner).new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(RECEIVE)
    page.get_by_label("Customer").fill(customer.number)
    page.keyboard.press("Tab")
    page.get_by_text("Open invoices of Corner Florist").wait_for()
    page.get_by_label("Amount received").fill("250")
    expect(page.locator("#receive-totals")).to_contain_text("Becomes open credit $50.00")
    expect(page.locator(f"#applied-{first.item_id}")).to_have_text("$100.00")
    record(page)
    page.get_by_text("over $250.00 is recorded").wait_for()
    assert complaints == []
    assert Item.objects.get(kind=Item.Kind.OVERPAYMENT).balance == -5_000


def test_by_hand_begins_with_the_same_and_can_be_changed(
    owner: User, customer: Customer, browse: Open
) -> None:
    first, second = (make_invoice(owner, customer=customer) for _invoice in range(2))
    page = browse(owner).new_page()
    page.goto(f"{RECEIVE}?customer={customer.number}")
    page.get_by_label("Amount received").fill("120")
    page.get_by_label("by hand").check()
    applied = page.get_by_label(f"Applied {first.number}")
    expect(applied).to_have_value("100.00")
    applied.fill("30")
    page.get_by_label(f"Applied {second.number}").fill("100")
    expect(page.locator("#receive-totals")).to_contain_text("$10.00 more is applied than was received")
    record(page)
    page.get_by_text("More is applied than was received.").wait_for()
    expect(applied).to_have_value("30")
    page.get_by_label(f"Applied {second.number}").fill("90")
    record(page)
    page.get_by_text("is recorded").wait_for()
    assert {one.amount for one in Payment.objects.get().allocations.all()} == {3_000, 9_000}


def test_what_a_payer_is_paying_now_is_marked(owner: User, customer: Customer, browse: Open) -> None:
    invoice = make_invoice(owner, customer=customer)
    attempt = open_attempt(make_link(owner, invoice))
    attempt.debts.update(reserved=10_000)
    Attempt.objects.update(state=Attempt.State.CAPTURING, capture=10_000)
    page = browse(owner).new_page()
    page.goto(f"{RECEIVE}?customer={customer.number}")
    page.get_by_label("Amount received").fill("60")
    expect(page.get_by_text("$100.00 in progress")).to_be_visible()
    expect(page.locator("#receive-totals")).to_contain_text("Becomes open credit $60.00")


def test_without_script_everything_still_works(owner: User, customer: Customer, browse: Open) -> None:
    invoice = make_invoice(owner, customer=customer)
    page = browse(owner, java_script_enabled=False).new_page()
    page.goto(RECEIVE)
    page.get_by_label("Customer").fill("corner")
    page.get_by_label("Amount received").fill("60")
    page.get_by_label("by hand").check()
    record(page)
    assert "Nothing is recorded yet" in page.inner_text("main")
    page.get_by_label(f"Applied {invoice.number}").fill("55")
    record(page)
    assert "over $60.00 is recorded" in page.inner_text("main")
    page.get_by_role("link", name="Open the payment").click()
    page.get_by_role("link", name="Undo").click()
    page.get_by_label("Reason").fill("Typed twice")
    page.get_by_role("button", name="Undo the payment").click()
    assert "is undone" in page.inner_text("#notices")
    assert Item.objects.get(pk=invoice.item_id).balance == 10_000


def test_a_dialog_that_was_opened_as_a_page_stays_one_when_something_is_wrong(
    owner: User, browse: Open
) -> None:
    page = browse(owner).new_page()
    page.goto(f"{RECEIVE}terms/")

    page.get_by_label("Discount for early payment").fill("99")
    page.get_by_role("button", name="Save").click()

    page.get_by_text("Give a percentage from 0 to 50.").wait_for()
    assert page.get_by_role("dialog").count() == 0
    assert page.locator("form[action$='/terms/']").count() == 1


def test_an_overpayment_is_decided_by_keyboard(owner: User, customer: Customer, browse: Open) -> None:
    overpay(owner, customer)
    page = browse(owner).new_page()
    page.goto("/office/")
    page.get_by_role("link", name="Overpayment waits for a decision").click()
    page.get_by_role("button", name="Keep as credit").press("Enter")
    page.get_by_text("It is kept as an open credit").wait_for()
    expect(page.get_by_text("Nothing to decide")).to_be_visible()
