"""A/R > Overpayments: what waits, for how long it can be refunded, and the buttons that decide (X4)."""

import re

import pytest
from pytest_django import DjangoAssertNumQueries

from factories import make_customer, make_invoice, make_link
from factories.attempts import make_paid_attempt, open_attempt, report
from factories.ledger import usd
from florin.contracts.processor import Outcome
from florin.domain.attempts.methods import Method
from florin.domain.customers.models import Customer
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Item
from florin.domain.payments.models import Payment
from florin.domain.payments.receiving import Receiving
from florin.domain.staff.models import User
from florin.flows import receive_payment
from florin.kernel import clock
from office import signed_in

INBOX = "/office/overpayments/"
ASKING = 3


def overpay(owner: User, customer: Customer, minor: int = 3_000) -> Item:
    order = Receiving(method=Method.CASH, amount=usd(minor), on=clock.today("UTC"), shares=[])
    payment = receive_payment.receive(owner.company, customer.pk, order, by=owner)
    return Item.objects.get(number=payment.number)


def overpay_by_card(owner: User) -> Item:
    report(open_attempt(make_link(owner)), Outcome.SETTLED, usd(15_000))
    return Item.objects.get(number=Payment.objects.latest("pk").number)


@pytest.fixture
def customer(owner: User) -> Customer:
    return make_customer(owner.company, name="Corner Florist")


def read(user: User, address: str = INBOX) -> str:
    return re.sub(r"\s+", " ", signed_in(user).get(address).content.decode())


def test_it_tells_whose_it_is_how_it_arose_and_how_long_it_can_be_refunded(
    owner: User, customer: Customer
) -> None:
    overpay(owner, customer)
    overpay_by_card(owner)

    text = read(owner)

    assert all(said in text for said in ("Corner Florist", "$30.00", "received beyond what was applied"))
    assert all(said in text for said in ("$50.00", "paid online beyond what was owed", "any time"))
    dialog = read(owner, f"/office/payments/{Payment.objects.latest('pk').pk}/refund/")
    days = re.compile(r"\d+ days left")
    assert days.findall(text) == days.findall(dialog) != []


def test_home_counts_those_that_wait(owner: User, colleague: User, customer: Customer) -> None:
    assert "wait" not in read(owner, "/office/")
    overpay(owner, customer)

    assert "Overpayment waits for a decision" in read(owner, "/office/")
    assert "Overpayment waits" not in read(colleague, "/office/")


def test_what_is_kept_leaves_the_inbox_for_the_list_of_those_kept(owner: User, customer: Customer) -> None:
    item = overpay(owner, customer)

    text = signed_in(owner).post(f"{INBOX}{item.pk}/keep/", follow=True).content.decode()

    assert "It is kept as an open credit" in text
    assert "Nothing to decide" in text
    assert item.number in read(owner, f"{INBOX}?show=kept")


def test_applied_by_a_button_it_pays_the_oldest_invoice(owner: User, customer: Customer) -> None:
    item, invoice = overpay(owner, customer), make_invoice(owner, customer=customer)
    client = signed_in(owner)

    for _press in range(2):
        client.post(f"{INBOX}{item.pk}/apply/", {"press": "a-press"})

    assert Item.objects.get(pk=invoice.item_id).balance == 7_000
    assert "Nothing to decide" in read(owner)


def test_without_an_invoice_there_is_no_button_and_a_late_press_gets_a_sentence(
    owner: User, customer: Customer
) -> None:
    item = overpay(owner, customer)

    assert "Apply oldest" not in read(owner)
    text = signed_in(owner).post(f"{INBOX}{item.pk}/apply/", follow=True).content.decode()
    assert "no open invoice that it could pay" in text


def test_strangers_find_nothing(owner: User, stranger: User, customer: Customer) -> None:
    item = overpay(owner, customer)
    client = signed_in(stranger)

    assert item.number not in read(stranger)
    assert client.post(f"{INBOX}{item.pk}/keep/").status_code == 404
    assert client.post(f"{INBOX}{item.pk}/apply/").status_code == 404


@pytest.mark.parametrize("rounds", [1, 20])
def test_the_inbox_costs_the_same_for_one_as_for_twenty(
    owner: User, customer: Customer, rounds: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _overpayment in range(rounds):
        overpay(owner, customer)
    client = signed_in(owner)
    with django_assert_num_queries(ASKING + 4):  # items, payments, how they arose, what is owed
        client.get(INBOX)


@pytest.mark.parametrize("query", ["after=%00", "after=x_y", "show=%ED%A0%80"])
def test_absurd_questions_get_a_calm_page(owner: User, query: str) -> None:
    assert signed_in(owner).get(f"{INBOX}?{query}").status_code == 200


def test_an_online_payment_is_unapplied_into_the_inbox(owner: User) -> None:
    payment = Payment.objects.get(attempt=make_paid_attempt(owner))
    item = Invoice.objects.get().item_id
    fields = {"item": str(item), "reason": "Wrong invoice"}

    signed_in(owner).post(f"/office/payments/{payment.pk}/unapply/", fields)

    assert "taken back from an invoice" in read(owner)
