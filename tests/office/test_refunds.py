"""The refund dialog and the list of refunds: what they ask, show and refuse (R21)."""

from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from factories import make_customer, make_invoice, make_link, make_user
from factories.attempts import open_attempt, report
from factories.credits import make_credit
from factories.ledger import usd
from factories.payments import paid_by_card
from florin.contracts.processor import Outcome
from florin.domain.attempts.methods import Method
from florin.domain.disputes.lifecycle import DisputeState
from florin.domain.disputes.models import Dispute
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Item
from florin.domain.payments.models import Payment
from florin.domain.payments.receiving import Receiving
from florin.domain.refunds.models import Refund
from florin.domain.staff.models import User
from florin.domain.staff.rights import Role
from florin.flows import receive_payment
from florin.kernel import clock
from office import signed_in
from testing.bank import Bank

HTMX = {"HX-Request": "true"}
ASKING = 3  # who asks: the session, the person, the company


def paid(owner: User, invoice: Invoice, minor: int = 10_000) -> Payment:
    """A card payment, without a bank."""
    attempt = open_attempt(make_link(owner, invoice))
    report(attempt, Outcome.SETTLED, usd(minor))
    return Payment.objects.get(attempt=attempt)


def paid_by_check(owner: User, invoice: Invoice) -> Payment:
    order = Receiving(method=Method.CHECK, amount=usd(10_000), on=clock.today("UTC"), submission=uuid4().hex)
    return receive_payment.receive(owner.company, invoice.customer_id, order, by=owner)


def submit(client: Client, payment: Payment, item: object, amount: str, **more: str) -> Any:
    sheet = {f"amount-{item}": amount, "reason": "Wilted", "press": uuid4().hex, **more}
    return client.post(f"/office/payments/{payment.pk}/refund/", sheet, headers=HTMX)


def test_looking_at_the_dialog_changes_nothing_and_proposes_all_that_is_left(owner: User) -> None:
    invoice = make_invoice(owner)
    payment = paid(owner, invoice)

    text = unescape(
        signed_in(owner).get(f"/office/payments/{payment.pk}/refund/", headers=HTMX).content.decode()
    )

    assert f'name="amount-{invoice.item_id}" value="100.00"' in text
    assert "<b>$100.00</b> goes back to" in text
    assert f"Invoice {invoice.number} will be open with <b>$100.00</b>" in text
    assert "90 days left" in text
    assert not Refund.objects.exists()


def test_refund_sends_the_money_back_and_says_so(owner: User, bank: Bank) -> None:
    invoice, client = make_invoice(owner), signed_in(owner)
    payment = paid_by_card(owner, bank, invoice)

    answer = submit(client, payment, invoice.item_id, "40.00")

    assert (answer.status_code, answer["HX-Refresh"]) == (204, "true")
    assert Item.objects.get(pk=invoice.item_id).balance == 4_000
    assert "goes back to Visa •••• 4242" in client.get("/office/payments/refunds/").content.decode()


def test_the_same_press_is_one_refund(owner: User) -> None:
    invoice, client = make_invoice(owner), signed_in(owner)
    payment = paid_by_check(owner, invoice)

    answers = [submit(client, payment, invoice.item_id, "100", press="p") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [204, 204]
    assert Refund.objects.get().amount == 10_000


def test_what_was_paid_at_the_counter_is_recorded_as_paid_back(owner: User) -> None:
    invoice, client = make_invoice(owner), signed_in(owner)

    submit(client, paid_by_check(owner, invoice), invoice.item_id, "25.00")

    page = client.get("/office/payments/refunds/").content.decode()
    assert "$25.00 paid back in the same way (Check)." in page


def test_the_dialog_says_that_money_of_the_counter_is_paid_back_by_hand(owner: User) -> None:
    payment = paid_by_check(owner, make_invoice(owner))
    text = signed_in(owner).get(f"/office/payments/{payment.pk}/refund/", headers=HTMX).content.decode()
    assert "<b>$100.00</b> is paid back in the same way (Check)." in text


def test_a_processor_that_does_not_answer_is_told_of_in_a_sentence(owner: User, bank: Bank) -> None:
    invoice, client = make_invoice(owner), signed_in(owner)
    payment = paid_by_card(owner, bank, invoice)
    bank.break_down("refund.create", "500_before")

    submit(client, payment, invoice.item_id, "40.00")

    page = client.get("/office/payments/refunds/").content.decode()
    assert "is booked, but the processor has not confirmed it yet" in page
    assert "Requested" in page


def test_what_the_processor_refuses_is_said_with_its_reason(owner: User, bank: Bank) -> None:
    invoice, client = make_invoice(owner), signed_in(owner)
    payment = paid_by_card(owner, bank, invoice)
    bank.break_down("refund.create", "decline")

    submit(client, payment, invoice.item_id, "40.00")

    page = client.get("/office/payments/refunds/").content.decode()
    assert "was not made, and its money is booked back" in page
    assert "Refund came back" in client.get("/office/").content.decode()


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("forty", "Give a number."),
        ("-1", "Give an amount above zero."),
        ("0.001", "At most 2 decimals."),
        ("100.01", "Only $100.00 can be taken from here."),
        ("1e999", "Give a number."),
        ("99999999999999", "This number is too large."),
        ("", "Give the amount that is to be sent back."),
        ("0", "Give the amount that is to be sent back."),
    ],
)
def test_a_wrong_amount_is_a_sentence_and_stays_typed(owner: User, amount: str, said: str) -> None:
    invoice = make_invoice(owner)
    payment = paid(owner, invoice)

    answer = submit(signed_in(owner), payment, invoice.item_id, amount)

    text = unescape(answer.content.decode())
    assert (answer.status_code, said in text) == (422, True)
    assert f'value="{amount}"' in text
    assert 'value="Wilted"' in text


@pytest.mark.parametrize(
    ("reason", "said"), [("", "Say why"), ("4242 4242 4242 4242", "card number"), ("x" * 201, "At most 200")]
)
def test_a_wrong_reason_is_a_sentence_and_stays_typed(owner: User, reason: str, said: str) -> None:
    invoice = make_invoice(owner)

    answer = submit(signed_in(owner), paid(owner, invoice), invoice.item_id, "40", reason=reason)

    text = unescape(answer.content.decode())
    assert (answer.status_code, said in text) == (422, True)
    assert f'value="{reason}"' in text


def test_money_that_moved_meanwhile_is_told_of(owner: User) -> None:
    payment = paid(owner, make_invoice(owner))

    answer = submit(signed_in(owner), payment, uuid4(), "40.00")

    assert answer.status_code == 422
    assert "has moved since you opened the form" in answer.content.decode()


def test_the_preview_says_what_will_be_open_and_changes_nothing(owner: User) -> None:
    customer = make_customer(owner.company)
    payment, credit = (
        paid(owner, make_invoice(owner, customer=customer)),
        make_credit(customer, "30.00"),
    )

    text = submit(signed_in(owner), payment, credit.pk, "12.50", act="reckon").content.decode()

    assert f"Of open credit {credit.number}, <b>$17.50</b> will be left." in text
    assert "<form" not in text
    assert not Refund.objects.exists()


def test_a_preview_that_comes_after_the_press_does_not_load_the_page_again(owner: User) -> None:
    invoice, name = make_invoice(owner), uuid4().hex
    payment, client = paid_by_check(owner, invoice), signed_in(owner)
    submit(client, payment, invoice.item_id, "40.00", press=name)

    late = submit(client, payment, invoice.item_id, "40.00", press=name, act="reckon")

    assert (late.status_code, late.headers.get("HX-Refresh")) == (204, None)


def test_a_disputed_payment_says_why_it_is_not_refunded_and_loses_no_reason(owner: User) -> None:
    invoice = make_invoice(owner)
    payment = paid(owner, invoice)
    Dispute.objects.create(
        company=owner.company,
        payment=payment,
        reference="dp_1",
        currency="USD",
        amount=10_000,
        state=DisputeState.UNDER_REVIEW,
        opened_at=clock.now(),
    )

    answer = submit(signed_in(owner), payment, invoice.item_id, "40")

    text = unescape(answer.content.decode())
    assert (answer.status_code, "The payer disputes this payment" in text) == (409, True)
    assert 'value="Wilted"' in text


def test_only_who_may_refund_gets_in_and_a_stranger_finds_nothing(owner: User, stranger: User) -> None:
    invoice = make_invoice(owner)
    payment = paid(owner, invoice)

    sales = signed_in(make_user(owner.company, Role.SALES))
    assert submit(sales, payment, invoice.item_id, "1").status_code == 403
    assert submit(signed_in(stranger), payment, invoice.item_id, "1").status_code == 404
    assert not Refund.objects.exists()


def test_the_list_is_searched_and_narrowed(owner: User) -> None:
    invoices, client = [make_invoice(owner) for _ in range(2)], signed_in(owner)
    for invoice in invoices:
        submit(client, paid_by_check(owner, invoice), invoice.item_id, "10")
    first, second = Refund.objects.order_by("number")

    for query in (first.number, first.payment.number, first.customer.name):
        text = client.get("/office/payments/refunds/", {"q": query}, headers=HTMX).content.decode()
        assert first.number in text
        assert second.number not in text
    empty = client.get("/office/payments/refunds/", {"state": "failed", "after": "x\x00_"}, headers=HTMX)
    assert "Nothing found" in empty.content.decode()


def test_dialog_and_list_cost_the_same_however_much_there_is(
    owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    customer, client = make_customer(owner.company), signed_in(owner)
    for _round in range(3):
        invoice = make_invoice(owner, customer=customer)
        payment = paid_by_check(owner, invoice)
        make_credit(customer, "5.00")
        submit(client, payment, invoice.item_id, "10")
        client.get("/office/payments/refunds/")  # takes the notice away
        with django_assert_num_queries(ASKING + 1):
            client.get("/office/payments/refunds/")
        # payment; disputes twice; return, undoing, refunds; standing, its items, credits, reserved
        with django_assert_num_queries(ASKING + 10):
            client.get(f"/office/payments/{payment.pk}/refund/", headers=HTMX)
