"""Where a number only looks like a card's, somebody who is sure says so, and that is remembered (R23)."""

import re
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from factories import make_customer
from florin.domain.activity.models import Activity
from florin.domain.credits.models import Credit
from florin.domain.customers.models import Customer
from florin.domain.orders.models import Order
from florin.domain.payments.models import Payment
from florin.domain.staff.models import User
from florin.flows import open_company
from florin.flows.open_company import NewCompany
from florin.kernel.errors import Refusal
from office import order_form, signed_in
from office.test_credits_upload import HEAD, confirm
from office.test_customers import form as customers_sheet
from office.test_receive_payment import form as payments_sheet

NEW = "/office/orders/new/"
NUMBER, OTHER = "4242424242424242", "4000056655665556"
SURE = {"not_a_card": NUMBER}


def test_the_sentence_comes_with_a_box_for_those_who_are_sure(owner: User) -> None:
    sheet = order_form(customer=make_customer(owner.company).number, po_number=NUMBER)

    answer = signed_in(owner).post(NEW, sheet)

    text = unescape(answer.content.decode())
    assert (answer.status_code, Order.objects.count()) == (422, 0)
    assert "This looks like a card number." in text
    box = f'<input type="checkbox" name="not_a_card" value="{NUMBER}"> This is not a card number</label>'
    assert text.count(box) == 1


@pytest.mark.parametrize("field", ["po_number", "note", "ship_to", "line-code", "line-description"])
def test_what_somebody_is_sure_of_is_kept_with_who_said_so(owner: User, field: str) -> None:
    sheet = order_form(customer=make_customer(owner.company).number, **SURE)
    sheet[field] = [NUMBER] if field.startswith("line-") else NUMBER
    client = signed_in(owner)

    saved = client.post(NEW, sheet)

    assert saved.status_code == 302
    told = Activity.objects.get(kind="order_created")
    assert (told.actor, told.about["vouched"]) == (owner.name, "…4242")
    assert "Said to be no card number: …4242" in client.get(saved["Location"]).text


def test_the_box_is_for_one_number_only(owner: User) -> None:
    sheet = order_form(customer=make_customer(owner.company).number, po_number=NUMBER, note=OTHER, **SURE)

    answer = signed_in(owner).post(NEW, sheet)

    assert answer.status_code == 422
    assert re.findall(r'type="checkbox" name="not_a_card" value="(\d+)"', answer.text) == [OTHER]
    assert f'type="hidden" name="not_a_card" value="{NUMBER}"' in answer.text


def test_a_saved_order_is_changed_without_being_asked_again(owner: User) -> None:
    client, customer = signed_in(owner), make_customer(owner.company)
    client.post(NEW, order_form(customer=customer.number, po_number=NUMBER, **SURE))
    order = Order.objects.get()

    form = client.get(f"/office/orders/{order.pk}/edit/").text

    carried = re.findall(r'name="not_a_card" value="(\d+)"', form)
    sheet = order_form(order, po_number=NUMBER, note="On ice", not_a_card=carried)
    assert client.post(f"/office/orders/{order.pk}/edit/", sheet).status_code == 302
    assert Order.objects.get().note == "On ice"


def test_customers_and_payments_have_the_same_box(owner: User) -> None:
    client = signed_in(owner)
    form = client.post("/office/customers/new/", customers_sheet(tax_id=NUMBER)).text
    assert f'name="not_a_card" value="{NUMBER}"' in form
    client.post("/office/customers/new/", customers_sheet(tax_id=NUMBER, **SURE))
    customer = Customer.objects.get()
    assert customer.tax_id == NUMBER

    sheet = payments_sheet(customer, reference=NUMBER, **SURE)
    assert client.post("/office/payments/receive/", sheet).status_code == 302
    assert Payment.objects.get().reference == NUMBER
    told = Activity.objects.get(kind="payment_received")
    assert told.about["vouched"] == "…4242"


@pytest.mark.parametrize("sure", [True, False])
def test_a_file_of_credits_is_vouched_for_as_a_whole(owner: User, *, sure: bool) -> None:
    make_customer(owner.company, number="1001")
    client = signed_in(owner)
    rows = f"{HEAD}\n1001,30,,,Serial {NUMBER},\n1001,40,,,Serial {OTHER},\n"
    file = SimpleUploadedFile("credits.csv", rows.encode())
    preview = client.post(
        "/office/credits/upload/", {"file": file} | ({"no_cards": "1"} if sure else {})
    ).text
    if not sure:
        assert preview.count("This looks like a card number.") == 2
        assert "not_a_card" not in preview
        return
    confirm(client, preview)

    assert Credit.objects.count() == 2
    assert {each.about["vouched"] for each in Activity.objects.filter(kind="credit_created")} == {
        "…4242, …5556"
    }


def test_an_address_is_no_place_for_a_card_number_either(owner: User) -> None:
    form = signed_in(owner).post(
        "/office/customers/new/", customers_sheet(invoice_emails=f"{NUMBER}@x.example")
    )

    assert (form.status_code, "This looks like a card number." in form.text) == (422, True)


@pytest.mark.parametrize("wrong", [{"name": NUMBER}, {"name": "x" * 121}])
def test_a_command_says_what_is_wrong_too(database: None, wrong: dict[str, str]) -> None:
    given = {"slug": "petal", "name": "Petal", "email": "office@petal.example", "currency": "EUR"}
    given |= {"time_zone": "UTC", "admin": "ana@petal.example", "password": "a-long-enough-password"}

    with pytest.raises(Refusal, match=r"looks like a card number|At most 120 characters"):
        open_company.move_in(NewCompany(**(given | wrong)), takes_payments=False)
