"""A customer's name that reads from right to left turns no number beside it, wherever staff sees it."""

import re

import pytest

from factories import make_customer, make_invoice, make_order
from florin.domain.customers.models import Customer
from florin.domain.staff.models import User
from office import signed_in

NAME = "פרחים"


@pytest.fixture
def customer(owner: User) -> Customer:
    return make_customer(owner.company, name=NAME, number="1007")


def test_the_name_is_isolated_where_something_follows_it_on_its_line(owner: User, customer: Customer) -> None:
    client, invoice = signed_in(owner), make_invoice(owner, customer=customer)
    draft = make_order(owner, customer=customer)
    pages = [client.get(f"/office/orders/{draft.pk}/{step}/") for step in ("confirm", "email")]
    pages += [client.get(f"/office/orders/{invoice.order_id}/{step}") for step in ("", "email/")]
    pages += [client.get(f"/office/customers/{customer.pk}/statements/")]
    pages += [client.post("/office/open-invoices/review/", {"tick": str(invoice.pk)})]
    for page in pages:
        assert page.status_code == 200, page.request["PATH_INFO"]
        assert f"\u2068{NAME}\u2069" in page.text
        assert not re.search(rf"{NAME}(</a>)?( ·| <span| will owe)", page.text)


def test_what_is_typed_into_a_form_is_the_name_alone(owner: User, customer: Customer) -> None:
    client = signed_in(owner)
    for path in ("orders/suggest/customers/?customer=1007", f"customers/{customer.pk}/edit/"):
        text = client.get(f"/office/{path}").text
        assert re.search(rf'value="[^"\u2068]*{NAME}"', text), path
