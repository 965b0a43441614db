"""Confirm, void, e-mail: shown first, done on POST, once however often it is pressed."""

from html import unescape

import pytest

from factories import make_customer, make_invoice, make_order
from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.invoices.models import Invoice
from florin.domain.links.models import Link
from florin.domain.orders.models import Order
from florin.domain.outbox.models import Message
from florin.domain.staff.models import User
from florin.flows import deliver_outbox, write_order
from office import order_form, signed_in
from testing.bank import Bank

HTMX = {"HX-Request": "true"}


def email(invoice: Invoice) -> str:
    return f"/office/orders/{invoice.order_id}/email/"


@pytest.mark.parametrize("step", ["confirm", "void", "email"])
def test_looking_at_a_step_changes_nothing(owner: User, step: str) -> None:
    order = make_order(owner) if step != "email" else make_invoice(owner).order
    state = order.state
    assert signed_in(owner).get(f"/office/orders/{order.pk}/{step}/").status_code == 200
    order.refresh_from_db()
    assert (order.state, Message.objects.count()) == (state, 0)


def test_confirm_pressed_twice_issues_one_invoice(owner: User) -> None:
    order, client = make_order(owner), signed_in(owner)
    for _press in range(2):
        assert client.post(f"/office/orders/{order.pk}/confirm/").status_code == 302
    assert Invoice.objects.count() == 1


def test_void_pressed_twice_is_harmless(owner: User) -> None:
    invoice, client = make_invoice(owner), signed_in(owner)
    for _press in range(2):
        assert client.post(f"/office/orders/{invoice.order_id}/void/").status_code == 302
    assert Order.objects.get().state == Order.State.VOID


def test_an_order_without_lines_is_not_confirmed_and_says_why(owner: User) -> None:
    order = make_order(owner)
    order.lines.all().delete()
    answer = signed_in(owner).post(f"/office/orders/{order.pk}/confirm/", headers=HTMX)
    assert answer.status_code == 422
    assert "Add at least one line" in answer.content.decode()


def test_the_dialog_knows_the_customers_addresses_and_ticks_the_link(owner: User) -> None:
    customer = make_customer(owner.company, invoice_emails=["a@x.example", "b@x.example"])
    text = signed_in(owner).get(email(make_invoice(owner, customer=customer)), headers=HTMX).content.decode()
    assert ">a@x.example\nb@x.example</textarea>" in text
    assert 'name="payment_link" value="on" checked' in text
    assert "<html" not in text


def test_where_no_link_is_offered_the_tick_is_off_and_the_reason_is_there(owner: User) -> None:
    customer = make_customer(owner.company, links_enabled=False)
    text = signed_in(owner).get(email(make_invoice(owner, customer=customer))).content.decode()
    assert 'name="payment_link" value="on" disabled' in text
    assert "Payment links are switched off for" in text


@pytest.mark.parametrize(
    ("price", "reason"),
    [
        ("KWD 12.345", "The next amount below is KWD\xa012.340."),
        ("KWD 12.340", ""),
        ("USD 0.30", "The processor takes at least $0.50, so $0.30 cannot be paid by link."),
        (
            "USD 1000000.00",
            "The processor takes at most $999,999.99, so $1,000,000.00 cannot be paid by link.",
        ),
    ],
)
def test_the_dialog_says_which_amount_cannot_be_paid_by_link(owner: User, price: str, reason: str) -> None:
    currency, figures = price.split()
    customer = make_customer(owner.company, currency=currency)
    text = unescape(signed_in(owner).get(email(make_invoice(owner, figures, customer=customer))).text)
    assert reason in text
    assert ('name="payment_link" value="on" disabled' in text) == bool(reason)


def test_sending_queues_a_mail_to_each_and_says_so(owner: User) -> None:
    client, invoice = signed_in(owner), make_invoice(owner)
    sheet = {"to": "a@shop.example, b@shop.example\nc@shop.example", "payment_link": "on", "press": "p1"}
    answer = client.post(email(invoice), sheet, follow=True)
    to = "a@shop.example, b@shop.example, c@shop.example"
    assert f"{invoice.number} is on its way to {to}, with a payment link." in answer.content.decode()
    assert (Message.objects.count(), Link.objects.count()) == (3, 1)


def test_send_pressed_twice_sends_once(owner: User) -> None:
    client, invoice = signed_in(owner), make_invoice(owner)
    sheet = {"to": "a@shop.example", "payment_link": "on", "press": "p1"}
    answers = [client.post(email(invoice), sheet, headers=HTMX) for _press in range(2)]
    assert [(answer.status_code, answer["HX-Refresh"]) for answer in answers] == [(204, "true")] * 2
    assert (Message.objects.count(), Link.objects.count()) == (1, 1)


def test_without_the_tick_no_link_is_made(owner: User) -> None:
    invoice = make_invoice(owner)
    signed_in(owner).post(email(invoice), {"to": "a@shop.example", "press": "p1"})
    assert (Message.objects.count(), Link.objects.count()) == (1, 0)


@pytest.mark.parametrize(
    "to",
    [
        *(
            "",
            "nobody",
            "a@x.example, b@",
            "a\x00@x.example",
            "é" * 5000,
            "jörg@x.example",
            "用户@例子.example",
        ),
        " ".join(f"a{number}@x.example" for number in range(21)),
    ],
)
def test_wrong_addresses_are_named_and_stay_typed(owner: User, to: str) -> None:
    answer = signed_in(owner).post(email(make_invoice(owner)), {"to": to, "press": "p1"}, headers=HTMX)
    assert answer.status_code == 422
    assert to in unescape(answer.content.decode())
    assert not Message.objects.exists()


def test_a_void_order_has_nothing_to_send(owner: User) -> None:
    order = make_order(owner)
    write_order.void(owner.company, order.pk, by=owner)
    answer = signed_in(owner).get(f"/office/orders/{order.pk}/email/", headers=HTMX)
    assert (answer.status_code, answer["HX-Retarget"]) == (422, "#notices")
    assert "A void order has no invoice to send." in answer.content.decode()


def test_a_step_that_was_overtaken_is_a_sentence(owner: User, company: Company) -> None:
    invoice = make_invoice(owner)
    write_order.void(company, invoice.order_id, by=owner)
    answer = signed_in(owner).post(email(invoice), {"to": "a@x.example", "press": "p"})
    assert answer.status_code == 422


@pytest.mark.parametrize("step", ["confirm", "email"])
def test_what_the_pdf_cannot_show_is_said_before_it_leaves(owner: User, step: str) -> None:
    customer = make_customer(owner.company, name="Rosa \U00013000")
    order = (
        make_order(owner, customer=customer)
        if step == "confirm"
        else make_invoice(owner, customer=customer).order
    )
    text = signed_in(owner).get(f"/office/orders/{order.pk}/{step}/", headers=HTMX).content.decode()
    assert "The PDF has no typeface for \U00013000" in text
    Customer.objects.update(name="Rosa 花 ירוק")
    text = signed_in(owner).get(f"/office/orders/{order.pk}/{step}/", headers=HTMX).content.decode()
    assert "no typeface" not in text


@pytest.mark.parametrize(
    ("to", "wanted"),
    [
        ("a@x.example;b@x.example", ["a@x.example", "b@x.example"]),
        ("a@x.example,b@x.example,", ["a@x.example", "b@x.example"]),
        ("a@x.example;", ["a@x.example"]),
        ("a@x.example,\xa0b@x.example\xa0", ["a@x.example", "b@x.example"]),
        ("a@x.example\r\nb@x.example\na@x.example", ["a@x.example", "b@x.example"]),
        ("a+sales@x.example o'hara@x.example", ["a+sales@x.example", "o'hara@x.example"]),
    ],
)
def test_each_address_gets_its_mail_once_however_the_list_is_typed(
    owner: User, bank: Bank, to: str, wanted: list[str]
) -> None:
    bank.forget_mails()
    signed_in(owner).post(email(make_invoice(owner)), {"to": to, "payment_link": "on", "press": "p1"})
    deliver_outbox.deliver()
    assert sorted(mail["to"] for mail in bank.mails()) == wanted


def lines(*prices: str) -> dict[str, list[str]]:
    """One of each on the order form."""
    count = len(prices)
    return {
        "line-key": [f"{place}a0a0a0a" for place in range(count)],
        "line-code": [""] * count,
        "line-description": [f"Line {place}" for place in range(count)],
        "line-quantity": ["1"] * count,
        "line-unit": [""] * count,
        "line-unit_price": list(prices),
    }


@pytest.mark.parametrize("prices", [("0.00",), ("10.00", "-10.00")])
def test_a_sample_and_a_discount_of_everything_are_invoices_of_nothing_mailed_without_a_link(
    owner: User, bank: Bank, prices: tuple[str, ...]
) -> None:
    bank.forget_mails()
    client, customer = signed_in(owner), make_customer(owner.company)
    client.post("/office/orders/new/", order_form(customer=customer.number, **lines(*prices)))
    order = Order.objects.get()
    client.post(
        f"/office/orders/{order.pk}/email/", {"to": "a@x.example", "payment_link": "on", "press": "p"}
    )
    deliver_outbox.deliver()
    [mail] = bank.mails()
    assert (Invoice.objects.get().total, Link.objects.count()) == (0, 0)
    assert not any("/pay/" in link for link in mail["links"])
    assert "Nothing is owed." in mail["text"]


def test_an_order_of_less_than_nothing_is_refused(owner: User) -> None:
    sheet = order_form(customer=make_customer(owner.company).number, **lines("-10.00"))
    answer = signed_in(owner).post("/office/orders/new/", sheet)
    assert (answer.status_code, "cannot be negative" in answer.text) == (422, True)
    assert not Order.objects.exists()
