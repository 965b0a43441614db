"""Setup > Products: find, add, edit, deactivate; what order entry offers; two editors at once."""

from decimal import Decimal
from html import unescape

import pytest
from pytest_django import DjangoAssertNumQueries

from factories import make_customer, make_user
from florin.contracts import line_kinds
from florin.domain.activity.models import Activity
from florin.domain.catalogue import services
from florin.domain.catalogue.models import Product
from florin.domain.companies.models import Company
from florin.domain.invoices import services as invoices
from florin.domain.orders.models import Order
from florin.domain.staff.models import User
from florin.domain.staff.rights import Role
from florin.flows import confirm_order
from florin.kernel import paging
from office import order_form, signed_in

LIST = "/office/products/"
NEW = "/office/products/new/"
HTMX = {"HX-Request": "true"}
ASKING = 3


def make_product(company: Company, code: str = "RF-40", **details: str) -> Product:
    given = {"description": "Rose Freedom 40 cm", "unit": "stem", "unit_price": "0.4275", **details}
    price = Decimal(given.pop("unit_price"))
    return Product.objects.create(company=company, code=code, unit_price=price, **given)


def form(product: Product | None = None, /, **fields: str) -> dict[str, str]:
    """The product form as a browser sends it."""
    return {
        "code": product.code if product else "RF-40",
        "description": "Rose Freedom 40 cm",
        "kind": "goods",
        "unit": "stem",
        "unit_price": "0.4275",
        "seen": services.mark(product) if product else "",
        **fields,
    }


def address(product: Product, what: str = "") -> str:
    return f"{LIST}{product.pk}/{what}"


def test_a_product_is_added_with_four_decimals_and_a_unit_of_ones_own(owner: User) -> None:
    answer = signed_in(owner).post(NEW, form(unit="half box"))
    product = Product.objects.get()
    assert answer["Location"] == address(product)
    assert (product.unit, product.unit_price, product.active) == ("half box", Decimal("0.4275"), True)


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("code", "", "Give a code."),
        ("code", "x" * 41, "At most 40 characters."),
        ("code", "4242 4242 4242 4242", "card number"),
        ("unit", "", "Say what the price is for"),
        ("unit_price", "0.42751", "At most 4 decimals."),
        ("unit_price", "-1", "A price cannot be negative"),
        ("kind", "gift", "Choose a kind."),
        ("unit_price", "1e3", "Give a number."),
    ],
)
def test_what_cannot_be_meant_is_said_and_nothing_typed_is_lost(
    owner: User, field: str, text: str, sentence: str
) -> None:
    answer = signed_in(owner).post(NEW, form(description="Rare <Rose>", **{field: text}))
    assert answer.status_code == 422
    assert sentence in unescape(answer.text)
    assert 'value="Rare &lt;Rose&gt;"' in answer.text
    assert field == "kind" or f'value="{text}"' in answer.text
    assert not Product.objects.exists()


def test_a_code_is_taken_whatever_its_case(owner: User, stranger: User) -> None:
    make_product(owner.company)
    make_product(stranger.company, "RF-50")
    answer = signed_in(owner).post(NEW, form(code="rf-40"))
    assert (answer.status_code, "Another product has the code rf-40." in answer.text) == (422, True)
    assert signed_in(owner).post(NEW, form(code="RF-50")).status_code == 302


def test_a_change_is_in_the_history_field_by_field(owner: User) -> None:
    product = make_product(owner.company)
    client = signed_in(owner)
    client.post(address(product, "edit/"), form(product, unit_price="0.45"))
    entry = Activity.objects.get(subjects=[product.pk])
    assert (entry.actor, entry.about["fields"]) == (owner.name, "unit_price")
    text = client.get(address(product)).text
    assert all(said in text for said in ("Product RF-40 changed", "<s>0.4275</s>", "0.45"))


def test_saved_without_a_change_leaves_no_history(owner: User) -> None:
    product = make_product(owner.company)
    signed_in(owner).post(address(product, "edit/"), form(product))
    assert not Activity.objects.exists()


def test_two_editors_notice_each_other(owner: User) -> None:
    product = make_product(owner.company)
    mine = form(product, description="Rose Freedom red", unit_price="0.5")
    Product.objects.filter(pk=product.pk).update(unit_price="0.6")
    answer = signed_in(owner).post(address(product, "edit/"), mine)
    assert answer.status_code == 409
    assert all(
        said in answer.text for said in ("Somebody else has changed", "Saved now: 0.6", "Rose Freedom red")
    )
    again = mine | {"seen": services.mark(Product.objects.get())}
    assert signed_in(owner).post(address(product, "edit/"), again).status_code == 302


def test_an_inactive_product_is_not_offered_and_may_come_back(owner: User) -> None:
    product, client = make_product(owner.company), signed_in(owner)
    suggest = "/office/orders/suggest/products/?line-code=rf"
    assert "RF-40" in client.get(suggest).text
    client.post(address(product, "switch/"), {"active": "off"})
    assert "RF-40" not in client.get(suggest).text
    fill = order_form(**{"line-code": ["rf-40"]}) | {"act": "fill:0a0a0a0a"}
    assert "RF-40 is inactive" in client.post("/office/orders/lines/", fill, headers=HTMX).text
    client.post(address(product, "switch/"), {"active": "on"})
    assert "RF-40" in client.get(suggest).text
    assert [one.about["product_active_after"] for one in Activity.objects.order_by("at")] == ["off", "on"]


def test_a_new_order_cannot_take_an_inactive_product_and_an_old_one_keeps_it(owner: User) -> None:
    product, client = make_product(owner.company), signed_in(owner)
    customer = make_customer(owner.company)
    typed = order_form(customer=customer.number, **{"line-code": ["RF-40"]})
    client.post("/office/orders/new/", typed)
    client.post(address(product, "switch/"), {"active": "off"})
    refused = client.post("/office/orders/new/", typed | {"press": "another"})
    assert (refused.status_code, "New orders cannot take RF-40" in refused.text) == (422, True)
    order = Order.objects.get()
    changed = order_form(order, **{"line-code": ["rf-40"], "line-quantity": ["20"]})
    assert client.post(f"/office/orders/{order.pk}/edit/", changed).status_code == 302
    assert order.lines.get().product == product


def test_the_list_is_searched_narrowed_and_sorted(owner: User, stranger: User) -> None:
    make_product(owner.company, "b-2", description="Alstroemeria", unit_price="3")
    make_product(owner.company, "A-1", description="Ruscus", unit_price="20")
    make_product(stranger.company, "A-9", description="Secret")
    client = signed_in(owner)
    orders = {"": ["A-1", "b-2"], "?sort=-code": ["b-2", "A-1"], "?sort=description": ["b-2", "A-1"]}
    for query, order in orders.items():
        assert [product.code for product in client.get(LIST + query).context["products"]] == order, query
    assert ">A-1<" not in client.get(f"{LIST}?sort=price&q=alstro").text
    assert "Nothing found" in client.get(f"{LIST}?state=inactive").text


@pytest.mark.parametrize("sort", ["code", "-description", "price"])
def test_pages_hold_every_product_once(owner: User, monkeypatch: pytest.MonkeyPatch, sort: str) -> None:
    monkeypatch.setattr(paging, "ROWS", 2)
    for place in range(5):
        make_product(owner.company, f"R{place}", description="Rose", unit_price=str(place // 2))
    client, seen, after = signed_in(owner), list[str](), ""
    for _page in range(3):
        answer = client.get(LIST, {"sort": sort, "after": after})
        seen += [product.code for product in answer.context["products"]]
        after = answer.context["after"]
    assert (sorted(seen), after) == (["R0", "R1", "R2", "R3", "R4"], "")


def test_the_list_asks_the_database_as_often_for_one_as_for_many(
    owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for place in range(20):
        make_product(owner.company, f"R{place}")
    client = signed_in(owner)
    client.get(LIST)
    with django_assert_num_queries(ASKING + 1):
        client.get(LIST)


def test_another_companys_product_is_not_there(owner: User, stranger: User) -> None:
    product, client = make_product(owner.company), signed_in(stranger)
    for what in ("", "timeline/", "edit/"):
        assert client.get(address(product, what)).status_code == 404
    assert client.post(address(product, "edit/"), form(product)).status_code == 404
    assert client.post(address(product, "switch/"), {"active": "off"}).status_code == 404
    assert Product.objects.get().active


def test_who_sells_sees_products_and_cannot_change_them(company: Company, owner: User) -> None:
    product, client = make_product(company), signed_in(make_user(company, Role.SALES))
    assert "RF-40" in client.get(LIST).text
    assert "/edit/" not in client.get(address(product)).text
    assert client.post(address(product, "switch/"), {"active": "off"}).status_code == 403


def test_units_are_suggested_ones_own_first(owner: User) -> None:
    make_product(owner.company, unit="half box")
    text = signed_in(owner).get(NEW).text
    assert all(f'<option value="{unit}">' in text for unit in ("half box", "stem", "bunch", "box"))


def test_a_discount_takes_off_and_nothing_else_does(owner: User) -> None:
    client = signed_in(owner)
    above = client.post(NEW, form(kind="discount", unit_price="5"))
    assert (above.status_code, "A discount takes off" in above.text) == (422, True)
    assert client.post(NEW, form(kind="discount", unit_price="-5")).status_code == 302
    assert Product.objects.get().unit_price == -5


def test_an_order_shows_the_sum_of_each_kind_and_so_does_its_invoice(owner: User) -> None:
    make_product(owner.company, "FRT", kind="freight", description="Freight")
    make_product(owner.company, "OFF", kind="discount", description="Loyalty", unit_price="-5")
    customer, client = make_customer(owner.company), signed_in(owner)
    lines = {
        "line-key": ["0a0a0a0a", "0b0b0b0b", "0c0c0c0c"],
        "line-code": ["R1", "frt", "OFF"],
        "line-description": ["Roses", "Freight", "Loyalty"],
        "line-quantity": ["10", "1", "1"],
        "line-unit": ["stem", "each", "each"],
        "line-unit_price": ["10", "45", "-5"],
    }
    client.post("/office/orders/new/", order_form(customer=customer.number, **lines))
    order = Order.objects.get()
    assert list(order.lines.values_list("kind", flat=True)) == ["goods", "freight", "discount"]
    text = client.get(f"/office/orders/{order.pk}/").text
    assert all(said in text for said in ("Goods", "$100.00", "$45.00", "$140.00"))
    invoice = confirm_order.confirm(owner.company, order.pk, by=owner)
    document = invoices.current_revision(invoice.pk).document
    told = line_kinds.subtotals((line.kind, line.total) for line in document.lines)
    assert [(one.kind, one.amount) for one in told] == [
        ("goods", 10_000),
        ("freight", 4_500),
        ("discount", -500),
    ]


def test_a_discount_cannot_add_to_an_order(owner: User) -> None:
    make_product(owner.company, "OFF", kind="discount", unit_price="-5")
    customer = make_customer(owner.company)
    typed = order_form(customer=customer.number, **{"line-code": ["off"]})
    answer = signed_in(owner).post("/office/orders/new/", typed)
    assert (answer.status_code, "is a discount" in answer.text) == (422, True)
    assert not Order.objects.exists()


def test_an_order_keeps_the_kind_that_a_product_had(owner: User) -> None:
    product, client = make_product(owner.company, kind="freight"), signed_in(owner)
    customer = make_customer(owner.company)
    client.post("/office/orders/new/", order_form(customer=customer.number, **{"line-code": ["RF-40"]}))
    Product.objects.filter(pk=product.pk).update(kind="service")
    order = Order.objects.get()
    client.post(f"/office/orders/{order.pk}/edit/", order_form(order, **{"line-code": ["RF-40"]}))
    assert order.lines.get().kind == "freight"


def test_where_all_are_goods_the_total_is_all() -> None:
    assert line_kinds.subtotals([("goods", 5), ("goods", 7)]) == []
