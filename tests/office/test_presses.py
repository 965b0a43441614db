"""A press that comes again for something else: never our fault, and never a yes to what was not done."""

from functools import partial
from uuid import uuid4

import pytest
from django.test import Client

from factories import make_customer, make_invoice
from factories.credits import make_credit
from factories.ledger import usd
from florin.domain.attempts.methods import Method
from florin.domain.credits.models import Credit
from florin.domain.customers.models import Customer
from florin.domain.ledger.models import Item
from florin.domain.orders.models import Order
from florin.domain.payments.models import Payment
from florin.domain.payments.receiving import Receiving
from florin.domain.refunds.models import Refund
from florin.domain.staff.models import User
from florin.flows import receive_payment
from florin.kernel import clock
from office import order_form, signed_in
from testing.races import at_once

Model = type[Payment] | type[Credit] | type[Order]
_ADDRESSES: dict[Model, str] = {
    Payment: "/office/payments/receive/",
    Credit: "/office/credits/new/",
    Order: "/office/orders/new/",
}


def form(model: Model, customer: Customer) -> dict[str, object]:
    """What a browser sends to make one for a customer, always with the same press."""
    today = clock.today("UTC").isoformat()
    if model is Order:
        return order_form(customer=customer.number)
    if model is Credit:
        return {
            "customer": customer.number,
            "amount": "30.00",
            "given_on": today,
            "reason": "Wilted",
            "press": "a-press",
        }
    return {
        "customer": customer.number,
        "method": "check",
        "amount": "60.00",
        "on": today,
        "how": "oldest",
        "press": "a-press",
        "shown": f"{customer.pk}:oldest",
    }


def checks(owner: User, count: int) -> list[Payment]:
    """Checks over 100.00, each from a customer of its own."""
    wanted = partial(Receiving, method=Method.CHECK, amount=usd(10_000), on=clock.today("UTC"))
    customers = [make_invoice(owner).customer_id for _check in range(count)]
    return [
        receive_payment.receive(owner.company, key, wanted(submission=uuid4().hex), by=owner)
        for key in customers
    ]


def post(client: Client, address: str, fields: dict[str, object]) -> int:
    return client.post(address, fields).status_code


def refund(client: Client, payment: Payment) -> int:
    item = payment.allocations.get().item_id
    fields = {f"amount-{item}": "10", "reason": "Wilted", "press": "a-press"}
    return client.post(f"/office/payments/{payment.pk}/refund/", fields).status_code


@pytest.mark.parametrize("model", [Payment, Credit, Order])
def test_a_form_that_comes_again_for_another_customer_is_refused_once_and_loses_nothing(
    owner: User, model: Model
) -> None:
    client, address = signed_in(owner), _ADDRESSES[model]
    first, second = make_customer(owner.company), make_customer(owner.company)

    done, again = (client.post(address, form(model, whose)) for whose in (first, second))

    assert (done.status_code, again.status_code) == (302, 409)
    assert "already. " in again.text
    assert second.number in again.text
    assert 'value="a-press"' not in again.text  # so that whoever means it presses once more
    assert [one.customer for one in model.objects.all()] == [first]


@pytest.mark.parametrize("model", [Payment, Credit, Order])
def test_the_same_press_for_two_customers_at_once_is_done_for_one(owner: User, model: Model) -> None:
    sheets = [form(model, make_customer(owner.company)) for _customer in range(2)]
    clients = [signed_in(owner) for _client in sheets]

    calls = [
        partial(post, client, _ADDRESSES[model], sent) for client, sent in zip(clients, sheets, strict=True)
    ]

    assert sorted(at_once(*calls), key=str) == [302, 409]


def test_the_same_press_of_refund_on_two_payments_refunds_one(owner: User) -> None:
    first, second = checks(owner, 2)

    assert [refund(signed_in(owner), payment) for payment in (first, second)] == [302, 409]
    assert Refund.objects.get().payment == first


def test_the_same_press_of_refund_on_two_payments_at_once_refunds_one(owner: User) -> None:
    calls = [partial(refund, signed_in(owner), payment) for payment in checks(owner, 2)]
    assert sorted(at_once(*calls), key=str) == [302, 409]


def test_the_same_press_with_another_invoice_on_the_form_is_another_wish(owner: User) -> None:
    customer, client = make_customer(owner.company), signed_in(owner)
    credit = make_credit(customer, "50.00")
    items = [make_invoice(owner, customer=customer).item_id for _invoice in range(2)]
    for item in items:
        fields = {f"amount-{item}": "10", "act": "apply", "press": "a-press"}
        client.post(f"/office/credits/open/{credit.pk}/apply/", fields)
    credit.refresh_from_db()
    assert credit.balance == -3_000

    for item in items:
        fields = {"invoice": str(item), "reason": "Wrong", "press": "a-press"}
        client.post(f"/office/credits/open/{credit.pk}/unapply/", fields)

    credit.refresh_from_db()
    assert credit.balance == -5_000


def test_the_same_press_takes_a_payment_from_each_invoice_it_names(owner: User) -> None:
    [payment] = checks(owner, 1)
    make_invoice(owner, customer=payment.customer)
    credit = Item.objects.filter(number=payment.number)
    address, item = f"/office/payments/{payment.pk}/unapply/", payment.allocations.get().item_id

    for amount in ("10", "20", "20"):
        fields = {"item": str(item), "amount": amount, "reason": "Wrong", "press": "a-press"}
        signed_in(owner).post(address, fields)

    assert credit.get().balance == -3_000


def test_a_double_click_on_money_applied_by_hand_leads_to_the_payment(owner: User) -> None:
    invoice, client = make_invoice(owner), signed_in(owner)
    fields = form(Payment, invoice.customer) | {
        "amount": "100",
        "how": "hand",
        "shown": f"{invoice.customer_id}:hand",
        "share-item": [str(invoice.item_id)],
        "share-amount": ["100"],
        "share-discount": [""],
    }

    answers = [client.post(_ADDRESSES[Payment], fields) for _press in range(2)]

    assert {answer["Location"] for answer in answers} == {
        f"/office/payments/{Payment.objects.get().pk}/received/"
    }
