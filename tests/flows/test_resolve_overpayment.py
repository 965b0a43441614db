"""The overpayment inbox: what waits, and what becomes of it (R18, X4)."""

import pytest

from factories import make_customer, make_invoice, make_link
from factories.ledger import usd
from factories.payments import click_pay
from florin.domain.activity.models import Activity
from florin.domain.attempts.methods import Method
from florin.domain.attempts.models import Attempt
from florin.domain.customers.models import Customer
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Item
from florin.domain.payments import overpayments
from florin.domain.payments.receiving import Receiving
from florin.domain.staff.models import User
from florin.flows import receive_payment, resolve_overpayment, undo_payment
from florin.kernel import clock
from florin.kernel.errors import Conflict, NotFound, Refusal
from testing.bank import Bank


def overpay(owner: User, customer: Customer, minor: int) -> Item:
    order = Receiving(method=Method.CASH, amount=usd(minor), on=clock.today("UTC"), shares=[])
    payment = receive_payment.receive(owner.company, customer.pk, order, by=owner)
    return Item.objects.get(number=payment.number)


def apply_oldest(owner: User, item: Item, submission: str = "a-press") -> None:
    resolve_overpayment.apply_oldest(owner.company, item.pk, submission=submission, by=owner)


def balances(*invoices: Invoice) -> list[int]:
    return [Item.objects.get(pk=invoice.item_id).balance for invoice in invoices]


@pytest.fixture
def customer(owner: User) -> Customer:
    return make_customer(owner.company)


def test_it_waits_until_it_is_kept(owner: User, customer: Customer) -> None:
    item = overpay(owner, customer, 3_000)
    assert list(overpayments.waiting(owner.company)) == [item]

    for _press in range(2):
        resolve_overpayment.keep(owner.company, item.pk, by=owner)

    assert list(overpayments.waiting(owner.company)) == []
    assert list(overpayments.kept_as_credit(owner.company)) == [item]
    assert Activity.objects.get(kind="overpayment_kept").about["amount"] == 3_000


def test_it_waits_again_when_more_comes_to_be_open(owner: User, customer: Customer) -> None:
    invoice = make_invoice(owner, customer=customer)
    order = Receiving(method=Method.CASH, amount=usd(12_000), on=clock.today("UTC"))
    payment = receive_payment.receive(owner.company, customer.pk, order, by=owner)
    item = Item.objects.get(number=payment.number)
    resolve_overpayment.keep(owner.company, item.pk, by=owner)

    undo_payment.unapply(
        owner.company, payment.pk, item=invoice.item_id, reason="Wrong", submission="p", by=owner
    )

    assert list(overpayments.waiting(owner.company)) == [item]
    [told] = overpayments.describe(owner.company, list(overpayments.waiting(owner.company)))
    assert (told.open, told.owes, told.arose) == (usd(12_000), usd(10_000), ["payment", "unapply"])


def test_it_pays_the_oldest_invoices_and_leaves_the_inbox_when_used_up(
    owner: User, customer: Customer
) -> None:
    item = overpay(owner, customer, 13_000)
    first, second = make_invoice(owner, customer=customer), make_invoice(owner, customer=customer)

    apply_oldest(owner, item)

    assert balances(first, second) == [0, 7_000]
    assert list(overpayments.waiting(owner.company)) == []
    told = Activity.objects.get(kind="credit_applied", subjects__contains=[second.order_id, customer.pk])
    assert (told.about["amount"], told.about["invoice"]) == (13_000, f"{first.number}, {second.number}")


def test_applied_twice_by_one_press_it_is_applied_once(owner: User, customer: Customer) -> None:
    item = overpay(owner, customer, 13_000)
    make_invoice(owner, customer=customer)

    for _press in range(2):
        apply_oldest(owner, item)

    item.refresh_from_db()
    assert item.balance == -3_000


def test_what_an_attempt_holds_is_left_alone(owner: User, customer: Customer, bank: Bank) -> None:
    item = overpay(owner, customer, 5_000)
    held, free = make_invoice(owner, customer=customer), make_invoice(owner, customer=customer)
    attempt = click_pay(make_link(owner, held))
    debt = attempt.debts.get()
    debt.reserved = debt.amount
    debt.save()
    Attempt.objects.update(state=Attempt.State.CAPTURING, capture=debt.amount)
    attempt.credits.update(reserved=0)

    apply_oldest(owner, item)

    assert balances(held, free) == [10_000, 5_000]


def test_without_an_invoice_to_pay_a_sentence_says_so(owner: User, customer: Customer) -> None:
    make_invoice(owner)
    item = overpay(owner, customer, 5_000)

    with pytest.raises(Refusal, match="no open invoice that it could pay"):
        apply_oldest(owner, item)


def test_what_is_used_up_can_be_neither_kept_nor_applied(owner: User, customer: Customer) -> None:
    item = overpay(owner, customer, 5_000)
    make_invoice(owner, customer=customer)
    apply_oldest(owner, item)

    with pytest.raises(Conflict, match="Nothing of this overpayment is open"):
        apply_oldest(owner, item, submission="another")
    with pytest.raises(Conflict, match="Nothing of this overpayment is open"):
        resolve_overpayment.keep(owner.company, item.pk, by=owner)


def test_a_strangers_overpayment_is_not_found(owner: User, stranger: User, customer: Customer) -> None:
    item = overpay(owner, customer, 5_000)

    with pytest.raises(NotFound):
        apply_oldest(stranger, item)
    with pytest.raises(NotFound):
        resolve_overpayment.keep(stranger.company, item.pk, by=stranger)
    assert list(overpayments.waiting(stranger.company)) == []
