"""Undoing: a payment recorded by mistake, or what a payment paid of an invoice; nothing of it is lost."""

from collections.abc import Sequence
from uuid import uuid4

import pytest
from django.db import transaction

from factories import make_customer, make_invoice
from factories.attempts import make_paid_attempt
from factories.credits import pay_by_credit
from factories.ledger import usd
from florin.domain.activity.models import Activity
from florin.domain.attempts.methods import Method
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Account, Entry, Item, Line
from florin.domain.payments import allocating
from florin.domain.payments.models import Payment, Reversal
from florin.domain.payments.receiving import Receiving, Share
from florin.domain.staff.models import User
from florin.flows import receive_payment, resolve_overpayment, undo_payment
from florin.kernel import clock
from florin.kernel.errors import NotFound, Refusal
from florin.kernel.money import Money


def receive(owner: User, invoice: Invoice, minor: int, shares: Sequence[Share] | None = None) -> Payment:
    order = Receiving(method=Method.CASH, amount=usd(minor), on=clock.today("UTC"), shares=shares)
    return receive_payment.receive(owner.company, invoice.customer_id, order, by=owner)


def undo(owner: User, payment: Payment) -> Payment:
    return undo_payment.undo(owner.company, payment.pk, reason="Typed twice", by=owner)


def unapply(
    owner: User, payment: Payment, invoice: Invoice, minor: int = 0, *, submission: str = ""
) -> Payment:
    return undo_payment.unapply(
        owner.company,
        payment.pk,
        item=invoice.item_id,
        amount=Money(minor, payment.currency) if minor else None,
        reason="Wrong invoice",
        submission=submission or uuid4().hex,
        by=owner,
    )


def balances(*items: Item) -> list[int]:
    return [Item.objects.get(pk=item.pk).balance for item in items]


def in_account(account: Account) -> int:
    return sum(Line.objects.filter(account=account).values_list("amount", flat=True))


def test_an_undone_payment_leaves_everything_as_it_was(owner: User) -> None:
    invoice = make_invoice(owner)
    payment = receive(owner, invoice, 12_000)

    undo(owner, payment)

    credit = Item.objects.get(kind=Item.Kind.OVERPAYMENT)
    assert balances(invoice.item, credit) == [10_000, 0]
    assert (in_account(Account.BANK), allocating.current_allocations(payment)) == (0, [])
    assert Reversal.objects.get().reason == "Typed twice"


def test_its_discounts_are_taken_back_with_it(owner: User) -> None:
    invoice = make_invoice(owner)
    payment = receive(owner, invoice, 9_800, [Share(invoice.item_id, 9_800, 200)])

    undo(owner, payment)

    assert (balances(invoice.item), in_account(Account.DISCOUNTS)) == ([10_000], 0)


def test_an_overpayment_that_was_applied_since_comes_back_from_there(owner: User) -> None:
    customer = make_customer(owner.company)
    first, second = (make_invoice(owner, customer=customer) for _invoice in range(2))
    payment = receive(owner, first, 15_000, [Share(first.item_id, 10_000)])
    credit = Item.objects.get(kind=Item.Kind.OVERPAYMENT)
    resolve_overpayment.apply_oldest(owner.company, credit.pk, submission="a-press", by=owner)

    undo(owner, payment)

    assert balances(first.item, second.item, credit) == [10_000, 10_000, 0]
    told = Activity.objects.get(kind="payment_undone")
    assert {payment.pk, first.order_id, second.order_id} <= set(told.subjects)
    assert (told.actor, told.about["reason"]) == (owner.name, "Typed twice")


def test_undone_twice_it_is_undone_once(owner: User) -> None:
    payment = receive(owner, make_invoice(owner), 10_000)

    assert undo(owner, payment) == undo(owner, payment) == payment

    assert Activity.objects.filter(kind="payment_undone").count() == 1


def test_what_a_processor_took_is_refunded_and_not_undone(owner: User) -> None:
    payment = Payment.objects.get(attempt=make_paid_attempt(owner))

    with pytest.raises(Refusal, match="Refund this one instead"):
        undo(owner, payment)


def test_what_was_paid_back_in_part_is_not_undone(owner: User) -> None:
    payment = receive(owner, make_invoice(owner), 10_000)
    with transaction.atomic():
        parts = allocating.choose(allocating.current_allocations(payment), 1_000)
        allocating.deallocate(payment, parts, to=Account.BANK, kind=Entry.Kind.UNDO, key="x", by="a test")

    with pytest.raises(Refusal, match="paid back already"):
        undo(owner, payment)


def test_a_strangers_payment_is_not_found(owner: User, stranger: User) -> None:
    invoice = make_invoice(owner)
    payment = receive(owner, invoice, 10_000)

    with pytest.raises(NotFound):
        undo(stranger, payment)
    with pytest.raises(NotFound):
        unapply(stranger, payment, invoice)


def test_money_is_taken_from_an_invoice_and_kept_as_open_credit(owner: User) -> None:
    invoice = make_invoice(owner)
    payment = Payment.objects.get(attempt=make_paid_attempt(owner))
    paid = Invoice.objects.exclude(pk=invoice.pk).get()

    unapply(owner, payment, paid, 4_000)

    credit = Item.objects.get(kind=Item.Kind.OVERPAYMENT)
    assert balances(paid.item, credit) == [4_000, -4_000]
    told = Activity.objects.get(kind="payment_unapplied", subjects__contains=[paid.order_id])
    assert (told.about["invoice"], told.about["amount"]) == (paid.number, 4_000)


def test_a_discount_is_lost_with_the_last_of_the_money_on_its_invoice(owner: User) -> None:
    invoice = make_invoice(owner)
    payment = receive(owner, invoice, 9_800, [Share(invoice.item_id, 9_800, 200)])

    unapply(owner, payment, invoice, 800)
    assert balances(invoice.item) == [800]
    unapply(owner, payment, invoice)

    assert (balances(invoice.item), in_account(Account.DISCOUNTS)) == ([10_000], 0)
    assert payment.allocations.latest("pk").balance_after <= 0


def test_taken_twice_by_one_press_it_is_taken_once(owner: User) -> None:
    invoice = make_invoice(owner)
    payment = receive(owner, invoice, 10_000)

    for _press in range(2):
        unapply(owner, payment, invoice, 1_000, submission="a-press")

    assert balances(invoice.item) == [1_000]


def test_no_more_is_taken_than_stands_there(owner: User) -> None:
    invoice, other = make_invoice(owner), make_invoice(owner)
    payment = receive(owner, invoice, 6_000)

    with pytest.raises(Refusal, match=r"\$60.00 stands on"):
        unapply(owner, payment, invoice, 6_001)
    with pytest.raises(Refusal, match="Nothing of this payment stands"):
        unapply(owner, payment, other)


def test_a_credit_that_was_not_of_the_payment_stays_applied(owner: User) -> None:
    invoice = make_invoice(owner)
    pay_by_credit(invoice, 3_000)

    undo(owner, receive(owner, invoice, 7_000))

    assert balances(invoice.item) == [7_000]
