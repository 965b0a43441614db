"""Refunds in the books: how long, how much, from where, and how the books prove them (R21)."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from factories import make_customer, make_invoice, make_link
from factories.attempts import make_paid_attempt, open_attempt, report
from factories.credits import apply_credit, make_credit, pay_by_credit
from factories.database import sql, tampered
from factories.ledger import usd
from florin.contracts.processor import DisputeOutcome, DisputeReport, Outcome, RefundOutcome, RefundReport
from florin.contracts.reasons import DisputeReason, RefundFailure
from florin.domain.attempts.methods import Method
from florin.domain.attempts.models import AttemptCredit
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Account, Item, Line
from florin.domain.payments import allocating, receiving, returns
from florin.domain.payments.models import Payment
from florin.domain.payments.receiving import Receiving
from florin.domain.refunds import checking, queries, services
from florin.domain.refunds.lifecycle import RefundState
from florin.domain.refunds.models import Refund
from florin.domain.refunds.services import Wish
from florin.domain.staff.models import User
from florin.kernel import clock
from florin.kernel.errors import Refusal


def paid(owner: User, invoice: Invoice, minor: int = 10_000) -> Payment:
    attempt = open_attempt(make_link(owner, invoice))
    report(attempt, Outcome.SETTLED, usd(minor))
    return Payment.objects.get(attempt=attempt)


def request(payment: Payment, amounts: dict[UUID, int], reason: str = "Wilted") -> Refund:
    with transaction.atomic():
        wish = Wish(amounts=amounts, reason=reason, submission=uuid4().hex)
        return services.request(allocating.lock(payment.pk), wish, by="a cashier")


def record(payment: Payment, outcome: RefundOutcome, minor: int, **more: Any) -> services.Change | None:
    told = RefundReport(**{"reference": "re_1", "outcome": outcome, "amount": usd(minor), **more})
    with transaction.atomic():
        return services.record(allocating.lock(payment.pk), told)


def age(payment: Payment, days: int) -> None:
    """Let a payment be so many days old, past the trigger that keeps payments as they are."""
    received = clock.now() - timedelta(days=days)
    sql(
        "SET LOCAL session_replication_role = replica",
        f"UPDATE payments_payment SET received_at = '{received.isoformat()}' WHERE id = '{payment.pk}'",  # noqa: S608
    )


def balance(item: UUID) -> int:
    return Item.objects.get(pk=item).balance


def stands_at(account: Account) -> int:
    return sum(Line.objects.filter(account=account).values_list("amount", flat=True))


@pytest.mark.parametrize(("method", "days"), [(Method.CARD, 90), (Method.ACH, 180)])
def test_a_payment_can_be_refunded_until_its_last_day(owner: User, method: Method, days: int) -> None:
    invoice = make_invoice(owner)
    payment = paid(owner, invoice)
    sql(
        "SET LOCAL session_replication_role = replica",
        f"UPDATE payments_payment SET method = '{method}'",  # noqa: S608
    )
    age(payment, days)
    assert request(payment, {invoice.item_id: 1_000}).amount == 1_000

    age(payment, days + 1)
    with pytest.raises(Refusal, match="could be refunded until"):
        request(payment, {invoice.item_id: 1_000})


def test_a_check_is_paid_back_from_the_bank_at_once_and_however_old_it_is(owner: User) -> None:
    invoice = make_invoice(owner)
    order = Receiving(method=Method.CHECK, amount=usd(10_000), on=clock.today("UTC"))
    with transaction.atomic():
        payment = receiving.receive(invoice.customer, order, by="a cashier")
    age(payment, 400)

    made = request(payment, {invoice.item_id: 10_000})

    assert (made.state, queries.last_day(payment)) == (RefundState.SUCCEEDED, None)
    assert (stands_at(Account.BANK), balance(invoice.item_id)) == (0, 10_000)


@pytest.mark.parametrize("amount", [0, -5, 10_001, 2**60])
def test_an_amount_that_cannot_be_meant_is_refused(owner: User, amount: int) -> None:
    invoice = make_invoice(owner)
    payment = paid(owner, invoice)

    with pytest.raises(Refusal):
        request(payment, {invoice.item_id: amount})
    assert not Refund.objects.exists()


def test_a_reason_is_asked(owner: User) -> None:
    invoice = make_invoice(owner)

    with pytest.raises(Refusal, match="Say why"):
        request(paid(owner, invoice), {invoice.item_id: 100}, reason="  ")


def test_a_credit_and_the_payments_own_money_are_two_refunds(owner: User) -> None:
    invoice = make_invoice(owner)
    payment, credit = paid(owner, invoice), make_credit(invoice.customer, 500)

    with pytest.raises(Refusal, match="a refund of its own"):
        request(payment, {invoice.item_id: 100, credit.pk: 100})


def test_only_what_is_open_of_an_overpayment_goes_back(owner: User) -> None:
    customer = make_customer(owner.company)
    first, second = (make_invoice(owner, customer=customer) for _ in range(2))
    payment = paid(owner, first, 15_000)
    excess = Item.objects.get(kind=Item.Kind.OVERPAYMENT)
    apply_credit(excess.pk, second, 3_000)

    with pytest.raises(Refusal, match=r"Only \$20\.00"):
        request(payment, {excess.pk: 2_001})
    request(payment, {excess.pk: 2_000})
    assert (balance(second.item_id), balance(excess.pk)) == (7_000, 0)


def test_what_an_attempt_holds_of_a_credit_is_not_paid_out(owner: User) -> None:
    customer = make_customer(owner.company)
    payment = paid(owner, make_invoice(owner, customer=customer))
    credit = make_credit(customer, 3_000)
    open_attempt(make_link(owner, make_invoice(owner, customer=customer)))
    AttemptCredit.objects.filter(item=credit).update(reserved=2_500)
    sql("UPDATE attempts_attempt SET state = 'pending' WHERE state = 'opened'")

    with pytest.raises(Refusal, match=r"Only \$5\.00"):
        request(payment, {credit.pk: 501})
    request(payment, {credit.pk: 500})


@pytest.mark.parametrize("kind", ["credit of another customer", "overpayment of another payment"])
def test_what_is_not_this_payments_business_is_not_paid_out_by_it(owner: User, kind: str) -> None:
    customer = make_customer(owner.company)
    payment = paid(owner, make_invoice(owner, customer=customer))
    if kind == "credit of another customer":
        other = make_credit(make_customer(owner.company), 500)
    else:
        paid(owner, make_invoice(owner, customer=customer), 10_500)
        other = Item.objects.get(kind=Item.Kind.OVERPAYMENT)

    with pytest.raises(Refusal):
        request(payment, {other.pk: 500})


def test_a_part_that_was_paid_by_a_credit_cannot_be_sent_back_as_money(owner: User) -> None:
    invoice = make_invoice(owner)
    pay_by_credit(invoice, 4_000)
    payment = paid(owner, invoice, 6_000)

    with pytest.raises(Refusal, match=r"Only \$60\.00"):
        request(payment, {invoice.item_id: 6_001})


def test_the_proposal_is_all_that_is_left(owner: User) -> None:
    invoice = make_invoice(owner)
    payment = paid(owner, invoice)
    request(payment, {invoice.item_id: 3_000})

    room = queries.room(payment)

    assert (room.left, room.proposal) == (7_000, {invoice.item_id: 7_000})


def test_of_an_overpayment_only_the_excess_is_proposed_so_that_nothing_is_owed_again(owner: User) -> None:
    payment = paid(owner, make_invoice(owner), 12_000)

    room = queries.room(payment)

    excess = Item.objects.get(kind=Item.Kind.OVERPAYMENT)
    assert (room.left, room.proposal) == (12_000, {excess.pk: 2_000})


def test_reports_may_come_in_any_order_and_again(owner: User) -> None:
    invoice = make_invoice(owner)
    payment = paid(owner, invoice)
    made = request(payment, {invoice.item_id: 1_000})
    mine = {"refund": str(made.pk)}

    changes = [
        record(payment, outcome, 1_000, **mine)
        for outcome in (
            RefundOutcome.SUCCEEDED,
            RefundOutcome.PENDING,
            RefundOutcome.SUCCEEDED,
            RefundOutcome.FAILED,
            RefundOutcome.PENDING,
            RefundOutcome.FAILED,
        )
    ]

    made.refresh_from_db()
    assert [bool(change) for change in changes] == [True, False, False, True, False, False]
    assert (made.state, balance(invoice.item_id)) == (RefundState.FAILED, 0)


def test_a_refund_that_we_gave_up_and_the_processor_made_is_booked_after_all(owner: User) -> None:
    invoice = make_invoice(owner)
    payment = paid(owner, invoice)
    made = request(payment, {invoice.item_id: 1_000})
    with transaction.atomic():
        allocating.lock(payment.pk)
        services.refused(made.pk, RefundFailure.REFUSED, code="No")

    for _ in range(2):
        record(payment, RefundOutcome.SUCCEEDED, 1_000, refund=str(made.pk))

    latest_first = Refund.objects.filter(payment=payment).order_by("-pk")
    assert [refund.is_outside for refund in latest_first] == [True, False]
    assert (balance(invoice.item_id), stands_at(Account.PROCESSOR)) == (1_000, 9_000)


def test_a_refund_of_more_than_stands_is_an_adjustment_until_it_fails(owner: User) -> None:
    invoice = make_invoice(owner)
    payment = paid(owner, invoice)
    mine = str(request(payment, {invoice.item_id: 9_500}).pk)
    record(payment, RefundOutcome.SUCCEEDED, 9_500, refund=mine)
    record(payment, RefundOutcome.SUCCEEDED, 10_000, reference="re_2")  # ours had failed
    assert (stands_at(Account.ADJUSTMENTS), balance(invoice.item_id)) == (9_500, 10_000)

    record(payment, RefundOutcome.FAILED, 9_500, refund=mine)
    assert (stands_at(Account.ADJUSTMENTS), balance(invoice.item_id)) == (0, 10_000)
    record(payment, RefundOutcome.FAILED, 10_000, reference="re_2")

    assert (stands_at(Account.ADJUSTMENTS), stands_at(Account.PROCESSOR)) == (0, 10_000)
    assert balance(invoice.item_id) == 0


def test_a_refund_that_fails_after_its_payment_was_returned_pays_nothing(owner: User) -> None:
    invoice = make_invoice(owner)
    payment = paid(owner, invoice)
    made = request(payment, {invoice.item_id: 4_000})
    told = DisputeReport(
        reference="dp_1",
        outcome=DisputeOutcome.LOST,
        amount=usd(10_000),
        withdrawn=True,
        fee=None,
        reason=DisputeReason.UNKNOWN,
        opened_at=clock.now(),
        return_reason="R01",
    )
    with transaction.atomic():
        returns.take_in(allocating.lock(payment.pk), told)
    assert stands_at(Account.ADJUSTMENTS) == 4_000

    record(payment, RefundOutcome.FAILED, 4_000, refund=str(made.pk))

    assert (stands_at(Account.ADJUSTMENTS), stands_at(Account.PROCESSOR)) == (0, 0)
    assert balance(invoice.item_id) == 10_000


def test_failed_refunds_wait_for_a_person_until_one_is_made_again(owner: User) -> None:
    invoice = make_invoice(owner)
    payment = paid(owner, invoice)
    made = request(payment, {invoice.item_id: 1_000})
    record(payment, RefundOutcome.FAILED, 1_000, refund=str(made.pk))
    assert list(queries.waiting(owner.company)) == [made]

    request(payment, {invoice.item_id: 1_000})

    assert not queries.waiting(owner.company).exists()


BREACHES = [
    (
        "a refund is what its ledger entries sent back, and a failed one nothing",
        "UPDATE refunds_refund SET amount = amount - 1",
    ),
    (
        "a refund is what its ledger entries sent back, and a failed one nothing",
        "UPDATE refunds_refund SET state = 'failed'",
    ),
    (
        "what of a fee came back with a refund is what was booked for it",
        "UPDATE refunds_refund SET fee_returned = 1",
    ),
    (
        "no more of a payment was decided to be sent back than came in",
        "UPDATE payments_payment SET amount = 999",
    ),
    (
        "a refund is of its payment's company, customer and currency",
        "UPDATE refunds_refund SET currency = 'EUR'",
    ),
]


@pytest.mark.parametrize(("check", "breach"), BREACHES)
def test_a_breach_is_found(owner: User, check: str, breach: str) -> None:
    payment = Payment.objects.get(attempt=make_paid_attempt(owner))
    request(payment, {payment.allocations.get().item_id: 1_000})
    assert checking.findings() == []

    with tampered(breach):
        assert check in {finding.check for finding in checking.findings()}
