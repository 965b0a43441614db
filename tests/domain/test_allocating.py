"""A payment's money: put on items, taken back, given again, and never more of it than stands (R18, R21)."""

from uuid import uuid4

import pytest
from django.db import transaction

from factories import make_customer, make_invoice, make_link
from factories.attempts import make_paid_attempt, open_attempt, report
from factories.credits import apply_credit, make_credit
from factories.ledger import usd
from florin.contracts.processor import Outcome
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Account, Entry, Item, Line
from florin.domain.payments import allocating
from florin.domain.payments.allocating import AllocatedAmount, Taken
from florin.domain.payments.models import Payment, Return
from florin.domain.staff.models import User
from florin.kernel import clock
from florin.kernel.errors import NotFound


def take_all(payment: Payment, minor: int) -> Taken:
    key, by = uuid4().hex, "a test"
    with transaction.atomic():
        locked = allocating.lock(payment.pk)
        taken = allocating.take_all(
            locked, minor, to=Account.PROCESSOR, kind=Entry.Kind.RETURN, key=key, by=by
        )
        allocating.restore_credits(locked, key=key, by=by)
        Return.objects.create(payment=payment, entry=taken.entry, code="R01", returned_at=clock.now())
        return taken


def paid(owner: User, invoice: Invoice, minor: int) -> Payment:
    attempt = open_attempt(make_link(owner, invoice))
    report(attempt, Outcome.SETTLED, usd(minor))
    return Payment.objects.get(attempt=attempt)


def balance(item: Item) -> int:
    return Item.objects.get(pk=item.pk).balance


def held_at_processor() -> int:
    return sum(Line.objects.filter(account=Account.PROCESSOR).values_list("amount", flat=True))


def test_a_return_reopens_the_invoices_and_restores_the_credits(owner: User) -> None:
    customer = make_customer(owner.company)
    credit = make_credit(customer, 3_000)
    invoice = make_invoice(owner, customer=customer)
    payment = paid(owner, invoice, 7_000)
    assert (balance(invoice.item), balance(credit)) == (0, 0)

    take_all(payment, 7_000)

    assert (balance(invoice.item), balance(credit)) == (10_000, -3_000)
    assert held_at_processor() == 0
    assert allocating.current_allocations(payment) == []


def test_an_overpayment_that_was_applied_elsewhere_is_taken_back_from_there(owner: User) -> None:
    customer = make_customer(owner.company)
    first, second = (make_invoice(owner, customer=customer) for _ in range(2))
    payment = paid(owner, first, 15_000)
    excess = Item.objects.get(kind=Item.Kind.OVERPAYMENT)
    apply_credit(excess.pk, second, 5_000)
    assert (balance(first.item), balance(second.item)) == (0, 5_000)

    take_all(payment, 15_000)

    assert (balance(first.item), balance(second.item), balance(excess)) == (10_000, 10_000, 0)


def test_a_return_of_more_than_stands_is_an_adjustment(owner: User) -> None:
    payment = Payment.objects.get(attempt=make_paid_attempt(owner))
    with transaction.atomic():
        parts = allocating.choose(allocating.current_allocations(payment), 3_000)
        allocating.deallocate(
            payment, parts, to=Account.PROCESSOR, kind=Entry.Kind.ADJUSTMENT, key="x", by="a test"
        )

    taken = take_all(payment, 10_000)

    assert (taken.missing, held_at_processor()) == (3_000, 10_000 - 3_000 - 10_000 - 315)


def test_nothing_is_taken_that_does_not_stand(owner: User) -> None:
    payment = Payment.objects.get(attempt=make_paid_attempt(owner))
    [part] = allocating.current_allocations(payment)

    with transaction.atomic(), pytest.raises(NotFound):
        allocating.unapply(allocating.lock(payment.pk), part.item.pk, part.amount + 1, key="x", by="a test")

    assert allocating.current_allocations(payment) == [part]


def test_what_is_unapplied_is_an_open_credit_and_the_invoice_is_open_again(owner: User) -> None:
    invoice = make_invoice(owner)
    payment = paid(owner, invoice, 10_000)

    with transaction.atomic():
        allocating.unapply(allocating.lock(payment.pk), invoice.item_id, 4_000, key="x", by="a test")

    assert balance(invoice.item) == 4_000
    assert [(part.item.balance, part.amount) for part in allocating.current_allocations(payment)] == [
        (-4_000, 4_000),
        (4_000, 6_000),
    ]


def test_money_that_comes_back_pays_what_is_still_owed_and_the_rest_is_open_credit(owner: User) -> None:
    invoice = make_invoice(owner)
    payment = paid(owner, invoice, 10_000)
    parts = take_all(payment, 10_000).parts
    paid(owner, invoice, 4_000)

    with transaction.atomic():
        allocating.give_back(
            allocating.lock(payment.pk),
            parts,
            out_of=Account.PROCESSOR,
            kind=Entry.Kind.REFUND_FAILED,
            key="back",
            by="a test",
        )

    assert balance(invoice.item) == 0
    assert Item.objects.get(kind=Item.Kind.OVERPAYMENT, number=payment.number).balance == -4_000


def test_an_amount_is_taken_from_parts_in_their_order(owner: User) -> None:
    parts = [AllocatedAmount(Item(number="a"), None, 300), AllocatedAmount(Item(number="b"), uuid4(), 500)]

    assert [part.amount for part in allocating.choose(parts, 700)] == [300, 400]
    assert [part.amount for part in allocating.choose(parts, 900)] == [300, 500]
