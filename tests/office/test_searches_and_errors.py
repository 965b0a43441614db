"""What is searched for, and ticked, stands in the address; and an error is said once."""

import re
from html import unescape

import pytest
from playwright.sync_api import expect

from factories import make_customer, make_invoice
from factories.credits import make_credit
from florin.domain.activity.models import Activity
from florin.domain.orders.models import Order
from florin.domain.staff.models import User
from florin.screens.office.customers.customer_form import CustomerForm
from florin.screens.office.invoices import selection
from office import signed_in
from office.conftest import Open


def test_ticks_stand_in_the_address_of_open_invoices(owner: User) -> None:
    first, second = make_invoice(owner), make_invoice(owner)
    text = signed_in(owner).get(f"/office/open-invoices/?chosen={first.pk.hex}").content.decode()
    assert re.search(rf'value="{first.pk}"[^>]* checked', text)
    assert not re.search(rf'value="{second.pk}"[^>]* checked', text)
    assert "<b>1 invoice</b>" in text


def test_without_script_a_search_leads_to_an_address_with_the_ticks_and_no_token(owner: User) -> None:
    invoice = make_invoice(owner)
    sheet = {"csrfmiddlewaretoken": "x", "q": "INV", "tick": str(invoice.pk)}
    answer = signed_in(owner).get("/office/open-invoices/", sheet)
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/office/open-invoices/?q=INV&chosen={invoice.pk.hex}"


def test_ticks_of_aging_stand_in_the_address_on_whatever_page(owner: User) -> None:
    customer, other = make_invoice(owner).customer, make_invoice(owner).customer
    here = f"/office/aging/?q={other.number}&chosen={customer.pk.hex},{other.pk.hex}"
    text = signed_in(owner).get(here).content.decode()
    assert f'name="kept" value="{customer.pk}"' in text
    assert re.search(rf'value="{other.pk}"[^>]* checked', text)


@pytest.mark.parametrize(("path", "button"), [("open-invoices", "Send Payment Links"), ("aging", "ticked")])
def test_back_brings_search_and_ticks_along(owner: User, browse: Open, path: str, button: str) -> None:
    invoice = make_invoice(owner)
    make_invoice(owner)
    page = browse(owner).new_page()
    page.goto(f"/office/{path}/")
    page.get_by_role("searchbox").fill(invoice.customer.name)
    expect(page.get_by_role("checkbox")).to_have_count(1)
    page.get_by_role("checkbox").check()
    page.wait_for_url(re.compile("chosen="))
    page.get_by_role("button", name=button).click()
    page.wait_for_url(re.compile("review|send|statements"))
    page.go_back()
    expect(page.get_by_role("searchbox")).to_have_value(invoice.customer.name)
    expect(page.get_by_role("checkbox")).to_be_checked()


@pytest.mark.parametrize("path", ["open-invoices", "aging"])
def test_back_and_a_search_bring_more_ticks_along_than_an_address_holds(
    owner: User, browse: Open, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(selection, "MOST_IN_ADDRESS", 2)
    names = [make_invoice(owner, customer=make_customer(owner.company)).customer.name for _ in range(4)]
    page = browse(owner).new_page()
    boxes = page.get_by_role("checkbox")
    page.route("**/ticks*.js", lambda route: route.fulfill(body=_with_two(route.fetch().text())))
    page.goto(f"/office/{path}/")
    for place in range(3):
        boxes.nth(place).check()
    page.wait_for_url(re.compile(r"\?ticks=\w{8}$"))
    page.get_by_role("searchbox").fill(names[0])
    expect(boxes).to_have_count(1)
    page.goto("/office/")
    page.go_back()
    expect(page.get_by_role("searchbox")).to_have_value(names[0])
    page.get_by_role("searchbox").fill("")
    expect(boxes).to_have_count(4)
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(3)
    expect(page.locator("input[name=kept]")).to_have_count(0)


def _with_two(script: str) -> str:
    assert "MOST = 200;" in script
    return script.replace("MOST = 200;", "MOST = 2;")


def count_of(text: str, sentence: str) -> int:
    return unescape(re.sub(r"<[^>]*>", "", text)).count(sentence)


def test_a_number_that_is_taken_is_said_once(owner: User) -> None:
    taken = make_customer(owner.company)
    sheet = dict.fromkeys(CustomerForm.base_fields, "")
    sheet |= {"number": taken.number, "name": "New", "currency": "USD", "language": "en", "terms_days": "30"}
    answer = signed_in(owner).post("/office/customers/new/", sheet)
    assert answer.status_code == 422
    assert count_of(answer.content.decode(), f"Another customer has the number {taken.number}.") == 1


def test_more_credit_than_there_is_is_said_once(owner: User) -> None:
    invoice = make_invoice(owner)
    credit = make_credit(invoice.customer, "5.00")
    sheet = {"act": "apply", f"amount-{invoice.item_id}": "9.00"}
    text = signed_in(owner).post(f"/office/credits/open/{credit.pk}/apply/", sheet).content.decode()
    assert count_of(text, "That is more than the $5.00 that can be applied.") == 1


def test_over_the_credit_limit_is_said_once(owner: User) -> None:
    invoice = make_invoice(owner)
    order: Order = invoice.order
    customer = order.customer
    customer.credit_limit = 0
    customer.save()
    other = Order.objects.create(
        company=owner.company,
        customer=customer,
        number="x",
        ordered_on=order.ordered_on,
        currency="USD",
        total=1,
    )
    other.lines.create(position=1, description="Rose", quantity=1, unit_price="0.01", total=1)
    text = signed_in(owner).post(f"/office/orders/{other.pk}/confirm/", {"reason": ""}).content.decode()
    assert count_of(text, "over the credit limit.") == 1
    assert count_of(text, "Say why.") == 1


def test_why_a_bank_account_was_refused_is_said_in_words(owner: User) -> None:
    invoice = make_invoice(owner)
    Activity.objects.create(
        company=owner.company,
        at=invoice.revisions.get().made_at,
        kind=Activity.Kind.CARD_DECLINED,
        actor="processor",
        about={"reason": "insufficient_funds", "method": "ach", "told": "generic_decline"},
        subjects=[invoice.order_id],
    )
    text = signed_in(owner).get(f"/office/orders/{invoice.order_id}/").content.decode()
    assert "there is not enough money in the account" in text
    assert "insufficient_funds" not in text
    assert "generic_decline" not in text
