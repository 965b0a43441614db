"""Writing orders: what is typed is kept, what is wrong is said, the server reckons."""

import re
from html import unescape

import pytest
from django.test import Client

from factories import make_customer, make_invoice, make_order
from florin.domain.catalogue.models import Product
from florin.domain.companies.models import Company
from florin.domain.invoices.models import Invoice
from florin.domain.orders.models import Order
from florin.domain.staff.models import User
from florin.flows import write_order
from office import order_form, signed_in

NEW = "/office/orders/new/"
HTMX = {"HX-Request": "true"}


def test_an_order_is_saved_with_its_line_reckoned_once(owner: User) -> None:
    customer = make_customer(owner.company)
    answer = signed_in(owner).post(
        NEW, order_form(customer=customer.number, po_number="PO-7", ship_on="2026-12-01")
    )
    order = Order.objects.get()
    assert answer["Location"] == f"/office/orders/{order.pk}/"
    assert (order.total, order.po_number, order.customer_id) == (1234, "PO-7", customer.pk)


def test_the_same_press_of_save_writes_one_order(owner: User) -> None:
    client, sheet = signed_in(owner), order_form(customer=make_customer(owner.company).number)
    first, second = client.post(NEW, sheet), client.post(NEW, sheet)
    assert first["Location"] == second["Location"]
    assert Order.objects.count() == 1


@pytest.mark.parametrize(
    "quantity",
    [
        "",
        "1e999",
        "NaN",
        "Infinity",
        "\uff19",
        "1.2345",
        "9999999999",
        "--1",
        "-1",
        "\N{MINUS SIGN}1",
        "0x1",
        "1\x00",
        "9" * 300,
    ],
)
def test_a_quantity_that_cannot_be_is_a_sentence_beside_its_field(owner: User, quantity: str) -> None:
    sheet = order_form(customer=make_customer(owner.company).number, **{"line-quantity": [quantity]})
    answer = signed_in(owner).post(NEW, sheet)
    text = unescape(answer.content.decode())
    if quantity in {"-1", "\N{MINUS SIGN}1"}:
        assert (answer.status_code, "cannot be negative" in text) == (422, True)
    else:
        assert answer.status_code == 422
        assert re.search(r'id="quantity-0a0a0a0a-error">[A-Z][^<]+\.<', text)
    assert 'value="Roses"' in text
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("customer", ""),
        ("customer", "nobody\x00"),
        ("ship_on", "tomorrow"),
        ("ship_on", "9999-01-01"),
        ("po_number", "x" * 41),
        ("po_number", "4242 4242 4242 4242"),
        ("note", "card 4000-0000-0000-9995 exp 12/30"),
        ("note", "y" * 1001),
        ("note", "a\x00b"),
        ("ship_to", "z" * 401),
    ],
)
def test_a_wrong_field_is_refused_and_everything_typed_stays(owner: User, field: str, value: str) -> None:
    sheet = order_form(customer=make_customer(owner.company).number) | {field: value}
    answer = signed_in(owner).post(NEW, sheet)
    text = unescape(answer.content.decode())
    assert answer.status_code == 422
    assert f'id="{field}-error"' in text
    assert value in text
    assert 'value="1.2345"' in text
    assert not Order.objects.exists()


def test_a_total_too_large_for_money_is_a_sentence(owner: User) -> None:
    line = {"line-quantity": ["999999999.999"], "line-unit_price": ["9999999999.9999"]}
    answer = signed_in(owner).post(NEW, order_form(customer=make_customer(owner.company).number, **line))
    assert answer.status_code == 422
    assert "too large to be right" in answer.content.decode()


def test_what_somebody_else_saved_meanwhile_is_not_overwritten(owner: User, colleague: User) -> None:
    order = make_order(owner)
    sheet = order_form(order, note="Mine")
    signed_in(colleague).post(f"/office/orders/{order.pk}/edit/", order_form(order, note="Theirs"))
    client = signed_in(owner)
    answer = client.post(f"/office/orders/{order.pk}/edit/", sheet)
    assert answer.status_code == 409
    assert "Somebody else has changed this order" in answer.content.decode()
    assert ">Mine</textarea>" in answer.content.decode()
    order.refresh_from_db()
    assert order.note == "Theirs"
    again = sheet | {"version": "2"}
    assert client.post(f"/office/orders/{order.pk}/edit/", again).status_code == 302


def test_changing_a_confirmed_order_makes_a_revision(owner: User) -> None:
    invoice = make_invoice(owner)
    order = Order.objects.get(pk=invoice.order_id)
    signed_in(owner).post(f"/office/orders/{order.pk}/edit/", order_form(order))
    assert Invoice.objects.get().revision == 2
    assert Invoice.objects.get().total == 1234


def test_a_void_order_is_not_opened_for_editing(owner: User) -> None:
    order = make_order(owner)
    write_order.void(owner.company, order.pk, by=owner)
    assert (
        signed_in(owner).get(f"/office/orders/{order.pk}/edit/")["Location"] == f"/office/orders/{order.pk}/"
    )


def test_the_server_reckons_while_people_type(owner: User) -> None:
    lines = {
        "line-key": ["0a0a0a0a", "0b0b0b0b"],
        "line-code": ["", ""],
        "line-description": ["", ""],
        "line-quantity": ["3", "x"],
        "line-unit": ["", ""],
        "line-unit_price": ["1,000.50", "2"],
    }
    answer = signed_in(owner).post("/office/orders/reckon/", order_form(**lines), headers=HTMX)
    text = answer.content.decode()
    assert '<output id="total-0a0a0a0a" hx-swap-oob="true">$3,001.50</output>' in text
    assert '<output id="total-0b0b0b0b" hx-swap-oob="true"></output>' in text
    assert ">$3,001.50</output>" in text.split("order-total")[1]


@pytest.mark.parametrize(
    ("act", "left"), [("add", 3), ("remove:0a0a0a0a", 1), ("up:0b0b0b0b", 2), ("down:zz", 2), ("nonsense", 2)]
)
def test_lines_are_added_removed_and_moved_without_losing_any(owner: User, act: str, left: int) -> None:
    two = {f"line-{part}": ["a", "b"] for part in ("code", "description", "quantity", "unit", "unit_price")}
    sheet = order_form(**two | {"line-key": ["0a0a0a0a", "0b0b0b0b"]}) | {"act": act}
    text = signed_in(owner).post("/office/orders/lines/", sheet, headers=HTMX).content.decode()
    keys = re.findall(r'name="line-key" value="(\w+)"', text)
    assert len(keys) == left
    if act.startswith("up"):
        assert keys == ["0b0b0b0b", "0a0a0a0a"]


@pytest.mark.parametrize("act", ["add", "remove:0a0a0a0a", "fill:0a0a0a0a"])
def test_whatever_changes_the_lines_has_the_order_reckoned_again(owner: User, act: str) -> None:
    answer = signed_in(owner).post("/office/orders/lines/", order_form(act=act), headers=HTMX)
    assert answer["HX-Trigger-After-Settle"] == "reckon"


def test_without_script_the_line_buttons_work_and_save_nothing(owner: User) -> None:
    answer = signed_in(owner).post(NEW, order_form() | {"act": "add"})
    assert answer.content.decode().count('name="line-key"') == 2
    assert not Order.objects.exists()


def test_a_chosen_product_fills_its_line(owner: User) -> None:
    Product.objects.create(
        company=owner.company, code="RUS", description="Ruscus", unit="bunch", unit_price="4.5"
    )
    sheet = order_form(**{"line-code": ["rus"], "line-quantity": [""]}) | {"act": "fill:0a0a0a0a"}
    text = signed_in(owner).post("/office/orders/lines/", sheet, headers=HTMX).content.decode()
    assert all(f'value="{value}"' in text for value in ("RUS", "Ruscus", "bunch", "4.5", "1"))


def test_another_companys_product_fills_nothing(owner: User, stranger: User) -> None:
    Product.objects.create(company=stranger.company, code="X", description="Secret", unit_price="1")
    sheet = order_form(**{"line-code": ["X"]}) | {"act": "fill:0a0a0a0a"}
    assert "Secret" not in signed_in(owner).post("/office/orders/lines/", sheet).content.decode()
    assert (
        "Secret" not in signed_in(owner).get("/office/orders/suggest/products/?line-code=X").content.decode()
    )


def test_several_customers_that_fit_are_named(owner: User) -> None:
    make_customer(owner.company, number="A1", name="Rose North")
    make_customer(owner.company, number="A2", name="Rose South")
    answer = signed_in(owner).post(NEW, order_form(customer="rose"))
    assert "A1 · Rose North, A2 · Rose South" in answer.content.decode()


def test_of_two_customers_with_one_name_the_number_is_asked(owner: User) -> None:
    for number in ("A1", "A2"):
        make_customer(owner.company, number=number, name="Same Name Ltd")
    answer = signed_in(owner).post(NEW, order_form(customer="Same Name Ltd"))
    assert (answer.status_code, "Type the number" in answer.text) == (422, True)
    assert "A1 · Same Name Ltd, A2 · Same Name Ltd" in answer.text
    assert not Order.objects.exists()


def test_spanish_speakers_type_decimal_commas(owner: User) -> None:
    User.objects.filter(pk=owner.pk).update(language="es")
    customer = make_customer(owner.company)
    line = {"line-quantity": ["1.000"], "line-unit_price": ["0,25"]}
    signed_in(owner).post(NEW, order_form(customer=customer.number, **line))
    assert Order.objects.get().total == 25000


def test_what_one_types_is_never_taken_for_markup(owner: User) -> None:
    text = signed_in(owner).post(NEW, order_form(customer="<script>x</script>")).content.decode()
    assert "<script>x" not in text


def test_a_form_from_elsewhere_is_refused_calmly(owner: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    answer = client.post(NEW, order_form())
    assert answer.status_code == 403
    assert "This page was open too long" in answer.content.decode()


def test_suggestions_are_of_this_company(company: Company, owner: User) -> None:
    make_customer(company, number="77", name="Rose & Co")
    text = signed_in(owner).get("/office/orders/suggest/customers/?customer=ros%00").content.decode()
    assert 'value="77 · Rose &amp; Co"' in text
