"""What is used of a credit limit is seen in order entry, at the customer, and where orders are on hold."""

from collections.abc import Mapping
from html import unescape

import pytest

from factories import make_customer, make_invoice, make_order, make_user
from florin.domain.customers.models import Customer
from florin.domain.orders.models import Hold, Order
from florin.domain.staff.models import User
from florin.domain.staff.rights import Role
from florin.screens.office.shared import customer_field
from office import signed_in


@pytest.fixture
def customer(owner: User) -> Customer:
    found = make_customer(owner.company)
    make_invoice(owner, customer=found)
    found.credit_limit = 150_00
    found.save()
    return found


def shown(owner: User, path: str, sheet: Mapping[str, object] | None = None) -> str:
    client = signed_in(owner)
    answer = client.get(path) if sheet is None else client.post(path, sheet)
    return " ".join(unescape(answer.content.decode()).split())


def test_order_entry_and_the_customers_page_say_what_is_used(owner: User, customer: Customer) -> None:
    told = "Credit limit $150.00: $100.00 used, $50.00 free"
    assert told in shown(owner, "/office/orders/customer/", {"customer": customer.number})
    assert told in shown(owner, f"/office/customers/{customer.pk}/")


def test_who_is_over_the_limit_already_is_said_to_be_over_and_not_to_have_less_than_nothing(
    owner: User, customer: Customer
) -> None:
    Customer.objects.filter(pk=customer.pk).update(credit_limit=60_00)
    assert "Credit limit $60.00: $100.00 used, $40.00 over" in shown(
        owner, f"/office/customers/{customer.pk}/"
    )


def test_order_entry_says_while_typing_by_how_much_it_passes(owner: User, customer: Customer) -> None:
    line = {"line-key": "00000001", "line-code": "", "line-description": "Roses", "line-quantity": "1"}
    sheet = {**line, "line-unit": "", "line-unit_price": "60", "customer": customer_field.label(customer)}
    assert "$10.00 over the customer's credit limit" in shown(owner, "/office/orders/reckon/", sheet)


@pytest.mark.parametrize("role", [Role.SALES, Role.SALES_MANAGER])
@pytest.mark.parametrize("step", ["confirm", "email"])
def test_the_dialogs_offer_the_override_only_to_who_may(
    owner: User, customer: Customer, step: str, role: Role
) -> None:
    order = make_order(owner, customer=customer)
    text = shown(make_user(owner.company, role), f"/office/orders/{order.pk}/{step}/")
    assert "$50.00 over the credit limit." in text
    assert ('name="reason"' in text) is (role == Role.SALES_MANAGER)
    assert "Put on hold" in text


@pytest.mark.parametrize("step", ["confirm", "email"])
def test_put_on_hold_is_seen_on_the_order_and_in_the_list(owner: User, customer: Customer, step: str) -> None:
    order, seller = make_order(owner, customer=customer), make_user(owner.company, Role.SALES)
    sheet = {"act": "hold", "to": "ann@shop.example", "payment_link": "on"}
    signed_in(seller).post(f"/office/orders/{order.pk}/{step}/", sheet)
    hold = Hold.objects.get()
    assert (hold.asked_by, hold.to, hold.by_hand) == (seller, ["ann@shop.example"], step == "email")
    assert f"Put on hold by {seller.name}." in shown(owner, f"/office/orders/{order.pk}/")
    text = shown(owner, "/office/orders/on-hold/")
    for part in (order.number, customer.name, "$150.00", "$100.00", "$50.00", seller.name):
        assert part in text
    assert "On hold" in shown(owner, "/office/orders/")


def test_a_reason_confirms_and_an_empty_one_is_asked_for(owner: User, customer: Customer) -> None:
    order, client = make_order(owner, customer=customer), signed_in(owner)
    path = f"/office/orders/{order.pk}/confirm/"
    assert client.post(path, {"reason": "  "}).status_code == 422
    assert client.post(path, {"reason": "Known for years"}).status_code == 302
    assert Order.objects.get(pk=order.pk).state == "confirmed"


def test_another_companys_order_cannot_be_taken_off_hold(owner: User, stranger: User) -> None:
    order = make_order(owner)
    assert signed_in(stranger).post(f"/office/orders/{order.pk}/release/").status_code == 404
