"""A/R > Receive Payment: what is typed is kept, what is wrong is said, the server reckons (R20)."""

import re
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from factories import make_customer, make_invoice, make_link, make_user
from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Item
from florin.domain.outbox.models import Message
from florin.domain.payments.models import Payment, Reversal
from florin.domain.staff.models import User
from florin.domain.staff.rights import Role
from florin.kernel import clock
from office import signed_in

RECEIVE = "/office/payments/receive/"
HTMX = {"HX-Request": "true"}
ASKING = 3


@pytest.fixture
def customer(owner: User) -> Customer:
    return make_customer(owner.company, name="Corner Florist")


def form(customer: Customer, *, how: str = "oldest", **fields: object) -> dict[str, object]:
    """The form as a browser sends it: a check over 60.00, the customer's invoices having been seen."""
    return {
        "customer": f"{customer.number} · {customer.name}",
        "method": "check",
        "amount": "60.00",
        "on": clock.today("UTC").isoformat(),
        "reference": "4711",
        "note": "",
        "to": "",
        "how": how,
        "press": uuid4().hex,
        "shown": f"{customer.pk}:{how}",
        **fields,
    }


def shares(*given: tuple[Invoice, str, str]) -> dict[str, object]:
    return {
        "share-item": [str(invoice.item_id) for invoice, _amount, _discount in given],
        "share-amount": [amount for _invoice, amount, _discount in given],
        "share-discount": [discount for _invoice, _amount, discount in given],
    }


def record(client: Client, fields: dict[str, object]) -> tuple[int, str]:
    answer = client.post(RECEIVE, fields)
    return answer.status_code, unescape(answer.content.decode())


def balance(invoice: Invoice) -> int:
    return Item.objects.get(pk=invoice.item_id).balance


def test_a_cashier_records_a_check_and_prints_the_receipt(company: Company, owner: User) -> None:
    invoice = make_invoice(owner)
    client = signed_in(make_user(company, Role.CASHIER))

    answer = client.post(RECEIVE, form(invoice.customer), follow=True)

    text = answer.content.decode()
    payment = Payment.objects.get()
    assert (balance(invoice), payment.reference, payment.received_by) == (4_000, "4711", "Cashier Person")
    assert f"/office/payments/{payment.pk}/receipt/" in text
    assert "$40.00" in text
    assert client.get(f"/office/payments/{payment.pk}/receipt/").content.startswith(b"%PDF")


def test_by_hand_each_invoice_gets_what_was_typed(owner: User, customer: Customer) -> None:
    first, second = make_invoice(owner, customer=customer), make_invoice(owner, customer=customer)
    typed = shares((first, "", ""), (second, "1,0.00", ""))

    status, text = record(signed_in(owner), form(customer, how="hand", **typed))
    assert (status, "Give a number." in text) == (422, True)
    typed = shares((first, "9.80", "0.20"), (second, "50", ""))
    record(signed_in(owner), form(customer, how="hand", **typed))

    assert (balance(first), balance(second)) == (9_000, 5_000)


def test_pressed_twice_it_is_recorded_once(owner: User, customer: Customer) -> None:
    client, fields = signed_in(owner), form(customer)

    first, second = client.post(RECEIVE, fields), client.post(RECEIVE, fields)

    assert first["Location"] == second["Location"] == f"/office/payments/{Payment.objects.get().pk}/received/"


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("customer", "nobody at all", "No customer has this number or name."),
        ("amount", "", "Give the amount that was received."),
        ("amount", "0", "Give the amount that was received."),
        ("amount", "-5", "An amount cannot be negative."),
        ("amount", "1e999", "Give a number."),
        ("amount", "1.999", "At most 2 decimals."),
        ("amount", "9999999999999", "This number is too large."),
        ("on", "", "Give the date on which it was received."),
        ("on", "2026-13-01", "This is not a date"),
        ("on", (clock.today("UTC") + timedelta(days=2)).isoformat(), "This date lies in the future."),
        ("method", "card", "Choose how it was paid."),
        ("method", "gold", "Choose how it was paid."),
        ("reference", "4242 4242 4242 4242", "This looks like a card number."),
        ("note", "card 4000-0000-0000-9995", "This looks like a card number."),
        ("note", "x" * 401, "At most 400 characters."),
        ("note", "a\x00b", "This holds a character that cannot be kept."),
    ],
)
def test_a_wrong_field_is_refused_and_everything_typed_stays(
    owner: User, customer: Customer, *, field: str, value: str, why: str
) -> None:
    make_invoice(owner, customer=customer)

    status, text = record(signed_in(owner), form(customer) | {field: value})

    assert (status, f'id="{field}-error">{why}' in text) == (422, True)
    assert f'value="{"4711" if field != "reference" else value}"' in text
    assert not Payment.objects.exists()


@pytest.mark.parametrize(
    ("amount", "discount", "why"),
    [
        ("60.01", "", "More is applied than was received"),
        ("50", "50.01", "has only $100.00 open now"),
        ("", "1", "gets a discount without being paid"),
    ],
)
def test_what_does_not_add_up_is_refused_and_what_was_typed_stays(
    owner: User, customer: Customer, *, amount: str, discount: str, why: str
) -> None:
    invoice = make_invoice(owner, customer=customer)

    status, text = record(signed_in(owner), form(customer, how="hand", **shares((invoice, amount, discount))))

    assert (status, why in text) == (422, True)
    assert f'name="share-amount" value="{amount}"' in text
    assert not Payment.objects.exists()


def test_money_for_an_invoice_that_was_paid_meanwhile_is_not_put_elsewhere(
    owner: User, customer: Customer
) -> None:
    invoice, foreign = make_invoice(owner, customer=customer), make_invoice(owner)
    client = signed_in(owner)

    status, text = record(client, form(customer, how="hand", **shares((foreign, "10", ""))))
    assert (status, "is not open any more" in text) == (409, True)
    assert (balance(invoice), Payment.objects.exists()) == (10_000, False)


def test_a_strangers_customer_cannot_pay_here(owner: User, stranger: User, customer: Customer) -> None:
    make_invoice(owner, customer=customer)

    status, text = record(signed_in(stranger), form(customer))

    assert (status, "Open invoices of" in text) == (422, False)


def test_without_script_the_invoices_are_shown_before_anything_is_recorded(
    owner: User, customer: Customer
) -> None:
    invoice = make_invoice(owner, customer=customer)
    fields = form(customer, shown=":oldest")

    status, text = record(signed_in(owner), fields)

    assert (status, "Nothing is recorded yet." in text, invoice.number in text) == (200, True, True)
    assert not Payment.objects.exists()
    record(signed_in(owner), fields | {"shown": f"{customer.pk}:oldest"})
    assert Payment.objects.exists()


def test_choosing_by_hand_begins_with_what_oldest_first_would_give(owner: User, customer: Customer) -> None:
    make_invoice(owner, customer=customer)
    fields = form(customer, how="hand", shown=f"{customer.pk}:oldest")

    text = signed_in(owner).post(f"{RECEIVE}invoices/", fields, headers=HTMX).content.decode()

    assert 'name="share-amount" value="60.00"' in text
    assert f'name="shown" value="{customer.pk}:hand"' in text


def test_the_server_reckons_while_people_type(owner: User, customer: Customer) -> None:
    invoice = make_invoice(owner, customer=customer)
    typed = form(customer, how="hand", **shares((invoice, "70", "5")))

    text = signed_in(owner).post(f"{RECEIVE}reckon/", typed, headers=HTMX).content.decode()

    assert f'<span id="left-{invoice.item_id}" hx-swap-oob="true">$25.00</span>' in text
    assert "$10.00 more is applied than was received" in text


@pytest.mark.parametrize(
    ("ticked", "name"), [({}, "Becomes open credit"), ({"is_prepayment": "on"}, "Pre-payment")]
)
def test_what_is_left_is_called_by_what_it_is_meant_for(
    owner: User, customer: Customer, ticked: dict[str, str], name: str
) -> None:
    text = signed_in(owner).post(f"{RECEIVE}reckon/", form(customer, **ticked), headers=HTMX).text

    assert f'<span class="soft">{name}</span> <b class="figure">$60.00</b>' in text


def test_the_suggested_discount_goes_by_the_day_on_which_it_came_in(owner: User, customer: Customer) -> None:
    Company.objects.update(discount_basis_points=200, discount_days=10)
    invoice = make_invoice(owner, customer=customer)
    client = signed_in(owner)
    typed = form(customer, amount="98")

    text = client.post(f"{RECEIVE}reckon/", typed, headers=HTMX).content.decode()
    assert f'<span id="discount-{invoice.item_id}" hx-swap-oob="true">$2.00</span>' in text
    Item.objects.update(opened_on=clock.today("UTC") - timedelta(days=11))
    text = client.post(f"{RECEIVE}reckon/", typed, headers=HTMX).content.decode()
    assert f'<span id="discount-{invoice.item_id}" hx-swap-oob="true"></span>' in text


def test_other_invoices_on_the_page_are_left_alone(owner: User, customer: Customer) -> None:
    typed = form(customer, shown="somebody-else:oldest")

    assert signed_in(owner).post(f"{RECEIVE}reckon/", typed, headers=HTMX).status_code == 204


def test_the_receipt_is_mailed_to_whom_was_typed(owner: User, customer: Customer) -> None:
    client = signed_in(owner)

    status, text = record(client, form(customer, mail="on", to="ann@"))
    assert (status, "is not an e-mail address" in text, ">ann@</textarea>" in text) == (422, True, True)
    client.post(RECEIVE, form(customer, mail="on", to="ann@shop.example, bob@shop.example"))

    assert set(Message.objects.values_list("recipient", flat=True)) == {
        "ann@shop.example",
        "bob@shop.example",
    }


def test_spanish_speakers_type_decimal_commas(owner: User, customer: Customer) -> None:
    User.objects.filter(pk=owner.pk).update(language="es")

    signed_in(owner).post(RECEIVE, form(customer, amount="1.234,50"))

    assert Payment.objects.get().amount == 123_450


def test_yen_have_no_decimals(owner: User) -> None:
    customer = make_customer(owner.company, currency="JPY")

    status, text = record(signed_in(owner), form(customer, amount="1000.5"))
    assert (status, "At most 0 decimals." in text) == (422, True)
    record(signed_in(owner), form(customer, amount="1000"))

    assert Payment.objects.get().amount == 1_000


@pytest.mark.parametrize("rounds", [1, 20])
def test_the_page_costs_the_same_for_one_invoice_as_for_twenty(
    owner: User, customer: Customer, rounds: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _invoice in range(rounds):
        make_link(owner, make_invoice(owner, customer=customer))
    client = signed_in(owner)
    with django_assert_num_queries(ASKING):
        client.get(RECEIVE)
    with django_assert_num_queries(ASKING + 5):  # customer, keys, items, held, invoices
        client.get(RECEIVE, {"customer": customer.number})
    with django_assert_num_queries(ASKING + 5):
        client.post(f"{RECEIVE}reckon/", form(customer), headers=HTMX)


def test_what_was_recorded_costs_few_queries(
    owner: User, customer: Customer, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(owner)
    address = client.post(RECEIVE, form(customer))["Location"]
    with django_assert_num_queries(ASKING + 4):  # payment, receipt, mails, what is still owed
        client.get(address)


def test_a_payment_is_undone_with_a_reason(owner: User, customer: Customer) -> None:
    invoice, client = make_invoice(owner, customer=customer), signed_in(owner)
    client.post(RECEIVE, form(customer))
    address = f"/office/payments/{Payment.objects.get().pk}/undo/"

    assert invoice.number in client.get(address, headers=HTMX).content.decode()
    answer = client.post(address, {"reason": " "}, headers=HTMX)
    assert (answer.status_code, "Say why" in answer.content.decode()) == (422, True)
    answer = client.post(address, {"reason": "Typed twice"}, headers=HTMX)

    assert (answer.status_code, answer["HX-Refresh"], balance(invoice)) == (204, "true", 10_000)
    assert Reversal.objects.get().undone_by == owner.name


def test_money_is_taken_from_an_invoice_in_a_dialog_that_keeps_what_was_typed(
    owner: User, customer: Customer
) -> None:
    invoice, client = make_invoice(owner, customer=customer), signed_in(owner)
    client.post(RECEIVE, form(customer))
    address = f"/office/payments/{Payment.objects.get().pk}/unapply/"
    fields = {"item": str(invoice.item_id), "amount": "70", "reason": "Wrong one", "press": "p"}

    text = client.post(address, fields, headers=HTMX).content.decode()
    assert "$60.00 stands on" in text
    assert ('value="70"' in text, 'value="Wrong one"' in text) == (True, True)
    for _press in range(2):
        client.post(address, fields | {"amount": "20"}, headers=HTMX)

    assert balance(invoice) == 6_000


@pytest.mark.parametrize("fields", [{}, {"item": "x"}, {"item": str(uuid4()), "reason": "why"}])
def test_a_nonsensical_request_gets_a_sentence(
    owner: User, customer: Customer, fields: dict[str, str]
) -> None:
    client = signed_in(owner)
    client.post(RECEIVE, form(customer))
    answer = client.post(f"/office/payments/{Payment.objects.get().pk}/unapply/", fields)

    assert answer.status_code == 422
    assert re.search(r'role="alert"><p>[0-9A-Z][^<]+\.</p>', answer.content.decode())


def test_an_admin_sets_what_is_suggested_and_two_admins_notice_each_other(owner: User) -> None:
    client, address = signed_in(owner), f"{RECEIVE}terms/"
    seen = re.search(r'name="seen" value="(\w+)"', client.get(address).content.decode())
    assert seen
    fields = {"seen": seen[1], "percent": "2.5", "days": "10", "fee": "35"}

    assert client.post(address, fields | {"percent": "60"}).status_code == 422
    assert client.post(address, fields)["Location"] == "/office/payments/settings/"
    assert client.post(address, fields | {"percent": "3"}).status_code == 409

    company = Company.objects.get(pk=owner.company_id)
    assert (company.discount_basis_points, company.discount_days, company.nsf_fee) == (250, 10, 3_500)
    text = client.get("/office/payments/settings/").content.decode()
    assert "2.5 % within 10 days" in text
    assert "Discount for early payment: <s>0.00 %</s>" in text
