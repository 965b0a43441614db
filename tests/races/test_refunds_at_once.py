"""Many hands on one payment's money: never more goes back than came in (R21); and a control."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.db.models import QuerySet

from factories import make_customer, make_invoice, make_link
from factories.attempts import open_attempt, report
from factories.credits import make_credit
from factories.ledger import usd
from factories.payments import paid_by_card, stands_at
from florin.contracts.processor import DisputeOutcome, DisputeReport, Outcome
from florin.contracts.reasons import DisputeReason, RefundFailure
from florin.domain.disputes.models import Dispute
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Account, Item
from florin.domain.payments import allocating
from florin.domain.payments.models import Payment
from florin.domain.refunds import services
from florin.domain.refunds.models import Refund
from florin.domain.refunds.services import Wish
from florin.domain.staff.models import User
from florin.flows import apply_credit, follow_dispute, refund_payment, return_payment
from florin.kernel import clock
from florin.kernel.errors import Refusal
from testing.bank import Bank
from testing.races import at_once

CASHIERS = 50


def paid(owner: User, invoice: Invoice) -> Payment:
    """A payment of 100.00, without a bank."""
    attempt = open_attempt(make_link(owner, invoice))
    report(attempt, Outcome.SETTLED, usd(10_000))
    return Payment.objects.get(attempt=attempt)


def wish(item: UUID, minor: int, submission: str = "") -> Wish:
    return Wish(amounts={item: minor}, reason="Wilted", submission=submission or uuid4().hex)


def decide(payment: Payment, item: UUID, minor: int) -> Refund:
    """Decide on a refund without asking a processor."""
    with transaction.atomic():
        return services.request(allocating.lock(payment.pk), wish(item, minor), by="a cashier")


def contest(payment: Payment, code: str = "") -> bool:
    """Let the processor report a dispute, or with a code a return."""
    told = DisputeReport(
        reference="dp_1",
        outcome=DisputeOutcome.LOST if code else DisputeOutcome.NEEDS_RESPONSE,
        amount=payment.money,
        withdrawn=True,
        fee=None,
        reason=DisputeReason.FRAUDULENT,
        opened_at=clock.now(),
        return_reason=code,
    )
    take_in = return_payment.take_in if code else follow_dispute.take_in
    with transaction.atomic(durable=True):
        return take_in(allocating.lock(payment.pk), told)


def test_however_many_press_refund_no_more_goes_back_than_came_in(owner: User, bank: Bank) -> None:
    invoice = make_invoice(owner)
    payment = paid_by_card(owner, bank, invoice)

    answers = at_once(
        *[
            partial(refund_payment.refund, owner.company, payment.pk, wish(invoice.item_id, 3_000), by=owner)
            for _ in range(CASHIERS)
        ]
    )

    assert [isinstance(answer, Refund) for answer in answers].count(True) == 3
    assert [isinstance(answer, Refusal) for answer in answers].count(True) == CASHIERS - 3
    assert payment.attempt
    assert bank.refunded(payment.attempt.pk) == Item.objects.get(pk=invoice.item_id).balance == 9_000


def test_a_double_click_at_the_same_instant_is_one_refund(owner: User, bank: Bank) -> None:
    invoice = make_invoice(owner)
    payment, same = paid_by_card(owner, bank, invoice), wish(invoice.item_id, 3_000)

    answers = at_once(*[partial(refund_payment.refund, owner.company, payment.pk, same, by=owner)] * 4)

    assert set(answers) == {Refund.objects.get()}
    assert payment.attempt
    assert bank.refunded(payment.attempt.pk) == 3_000


def test_pollers_at_once_send_one_refund(owner: User, bank: Bank) -> None:
    invoice = make_invoice(owner)
    payment = paid_by_card(owner, bank, invoice)
    made = decide(payment, invoice.item_id, 3_000)

    at_once(*[partial(refund_payment.ask, made.pk)] * 4)
    refund_payment.ask(made.pk)

    assert payment.attempt
    assert (bank.refunded(payment.attempt.pk), Refund.objects.get().state) == (3_000, "succeeded")


def test_of_a_refund_and_a_dispute_at_once_the_refund_was_first_or_is_refused(owner: User) -> None:
    invoice = make_invoice(owner)
    payment = paid(owner, invoice)

    refund, _disputed = at_once(partial(refund_all, owner, payment, invoice), partial(contest, payment))

    if isinstance(refund, Exception):
        assert "disputes this payment" in str(refund)
    else:
        assert Refund.objects.get().pk < Dispute.objects.get().pk


def test_of_a_refund_and_a_return_at_once_the_books_know_who_was_first(owner: User) -> None:
    invoice = make_invoice(owner)
    payment = paid(owner, invoice)

    refund, _returned = at_once(
        partial(refund_all, owner, payment, invoice), partial(contest, payment, "R01")
    )

    twice = 0 if isinstance(refund, Exception) else 10_000  # the bank took what had gone back already
    assert (stands_at(Account.ADJUSTMENTS), stands_at(Account.PROCESSOR)) == (twice, -twice)
    assert (Item.objects.get(pk=invoice.item_id).balance, allocating.current_allocations(payment)) == (
        10_000,
        [],
    )


def test_a_credit_is_paid_out_or_applied_but_not_both(owner: User) -> None:
    customer = make_customer(owner.company)
    payment = paid(owner, make_invoice(owner, customer=customer))
    other, credit = make_invoice(owner, customer=customer), make_credit(customer, 3_000)

    answers = at_once(
        partial(decide, payment, credit.pk, 2_000),
        partial(
            apply_credit.apply, owner.company, credit.pk, {other.item_id: 2_000}, submission="p", by=owner
        ),
    )

    assert [isinstance(answer, Refusal) for answer in answers].count(True) == 1
    assert Item.objects.get(pk=credit.pk).balance == -1_000


def test_a_credit_is_paid_out_by_one_of_two_payments(owner: User) -> None:
    customer = make_customer(owner.company)
    pair = [paid(owner, make_invoice(owner, customer=customer)) for _ in range(2)]
    credit = make_credit(customer, 3_000)

    answers = at_once(*[partial(decide, payment, credit.pk, 3_000) for payment in pair])

    assert [isinstance(answer, Refusal) for answer in answers].count(True) == 1
    assert Item.objects.get(pk=credit.pk).balance == 0


def refund_all(owner: User, payment: Payment, invoice: Invoice) -> bool:
    """Press Refund for all of it, and do not wait for the processor."""
    decided = refund_payment._decide(owner.company, payment.pk, wish(invoice.item_id, 10_000), owner)
    return bool(decided)


@contextmanager
def _without_locks() -> Iterator[None]:
    """Take SELECT … FOR UPDATE out of the product."""
    patch = pytest.MonkeyPatch()
    patch.setattr(QuerySet, "select_for_update", lambda rows, **_options: rows.all())
    try:
        yield
    finally:
        patch.undo()


def test_control_without_the_locks_more_goes_back_than_came_in(owner: User) -> None:
    """If this fails, the tests above prove nothing."""
    doubled = False
    for _ in range(20):
        invoice = make_invoice(owner)
        payment = paid(owner, invoice)
        with _without_locks():
            answers = at_once(*[partial(decide, payment, invoice.item_id, 10_000)] * 4)
        made = [answer for answer in answers if isinstance(answer, Refund)]
        for extra in made[1:]:  # so that the books are right again
            with transaction.atomic():
                services.refused(extra.pk, RefundFailure.REFUSED, code="one too many")
        doubled = len(made) > 1
        if doubled:
            break
    assert doubled
