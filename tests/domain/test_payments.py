"""What is owed, what is held, and what becomes of the processor's word, to the last cent."""

from itertools import product
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from factories import make_customer, make_draft, make_invoice, make_link
from factories.attempts import make_paid_attempt, open_attempt, report
from factories.credits import pay_by_credit
from factories.ledger import usd
from florin.contracts.processor import Outcome
from florin.domain.attempts import bill, sharing
from florin.domain.attempts import services as attempts
from florin.domain.attempts.bill import BillState
from florin.domain.attempts.lifecycle import FINAL, HOLDING, AttemptState
from florin.domain.attempts.models import Attempt
from florin.domain.attempts.services import TooManyAttempts
from florin.domain.customers.models import Customer
from florin.domain.invoices import services as invoices
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Entry, Item
from florin.domain.links import services as links
from florin.domain.links.models import Link
from florin.domain.orders.models import Order
from florin.domain.payments.models import Allocation, Payment
from florin.domain.payments.settling import Booked, Capture, Ended, Void
from florin.domain.staff.models import User
from florin.flows import write_order
from florin.kernel import clock
from florin.kernel.money import Money

LIMITS = st.lists(st.integers(-1_000, 100_000), max_size=30)


@given(st.integers(0, 10**7), LIMITS)
def test_shares_and_excess_are_the_amount_and_no_debt_gets_more_than_its_limit(
    amount: int, limits: list[int]
) -> None:
    shares, excess = sharing.share(amount, limits)

    assert sum(shares) + excess == amount
    assert all(0 <= part <= max(limit, 0) for part, limit in zip(shares, limits, strict=True))


@given(st.integers(0, 10**6), LIMITS)
def test_a_debt_gets_something_only_when_those_before_it_are_full(amount: int, limits: list[int]) -> None:
    shares, excess = sharing.share(amount, limits)

    taken = [part for part, limit in zip(shares, limits, strict=True) if limit > 0]
    full = [part == limit for part, limit in zip(shares, limits, strict=True) if limit > 0]
    assert all(full[place - 1] for place in range(1, len(taken)) if taken[place])
    assert not excess or all(full)


def make_wide_link(owner: User, *invoices_: Invoice) -> Link:
    """One link to several invoices of one customer."""
    revisions = [invoices.current_revision(invoice.pk) for invoice in invoices_]
    with transaction.atomic():
        link = links.mint(revisions, recipients=["payer@shop.example"], by=owner.name)
    return Link.objects.select_related("company", "customer").get(pk=link.pk)


def state(link: Link) -> BillState:
    return bill.draw_up(links.find(links.token_of(link.pk))).state


def test_an_open_invoice_can_be_paid(owner: User) -> None:
    now = bill.draw_up(make_link(owner))

    assert (now.state, now.payable, now.balance) == (BillState.PAYABLE, usd(10_000), usd(10_000))
    assert now.due_on == now.lines[0].due_on


def test_a_credit_applied_after_the_mail_is_deducted_already(owner: User) -> None:
    invoice = make_invoice(owner)
    link = make_link(owner, invoice)
    pay_by_credit(invoice, 2_500)

    assert bill.draw_up(link).payable == usd(7_500)


def test_a_paid_bill_says_so_even_when_links_are_switched_off(owner: User) -> None:
    invoice = make_invoice(owner)
    link = make_link(owner, invoice)
    pay_by_credit(invoice, 10_000)
    Customer.objects.update(links_enabled=False)

    assert state(link) == BillState.PAID
    assert bill.draw_up(link).due_on is None


def test_a_bill_is_off_when_the_customers_links_are(owner: User) -> None:
    link = make_link(owner)
    Customer.objects.update(links_enabled=False)

    assert state(link) == BillState.OFF


def test_links_out_already_do_not_mind_the_switch_for_manual_sends(owner: User) -> None:
    link = make_link(owner)
    owner.company.manual_links_enabled = False
    owner.company.save()

    assert state(link) == BillState.PAYABLE


def test_a_bill_of_nothing_but_void_invoices_is_void(owner: User) -> None:
    invoice = make_invoice(owner)
    link = make_link(owner, invoice)
    write_order.void(owner.company, invoice.order_id, by=owner)

    assert state(link) == BillState.VOID


def test_a_void_invoice_beside_a_paid_one_is_a_paid_bill(owner: User) -> None:
    first = make_invoice(owner)
    second = make_invoice(owner, customer=first.customer)
    link = make_wide_link(owner, first, second)
    write_order.void(owner.company, first.order_id, by=owner)
    pay_by_credit(second, 10_000)

    assert state(link) == BillState.PAID


def test_a_revised_invoice_shows_what_the_mail_said(owner: User) -> None:
    invoice = make_invoice(owner)
    link = make_link(owner, invoice)
    change(owner, invoice, "120.00")

    [line] = bill.draw_up(link).lines
    assert line.changed
    assert (line.mailed_total, line.total, line.payable) == (usd(10_000), usd(12_000), usd(12_000))


def change(owner: User, invoice: Invoice, price: str) -> None:
    order = Order.objects.get(pk=invoice.order_id)
    draft = make_draft(order.customer, price)
    write_order.change(owner.company, order.pk, draft, version=order.version, by=owner)


def test_what_somebody_is_paying_can_be_paid_by_nobody_else(owner: User) -> None:
    invoice = make_invoice(owner)
    attempt = open_attempt(make_link(owner, invoice))
    other = make_link(owner, invoice)

    assert report(attempt, Outcome.AUTHORISED, usd(10_000)) == Capture(usd(10_000))

    now = bill.draw_up(other)
    assert (now.state, now.payable, now.balance) == (BillState.IN_PROGRESS, usd(0), usd(10_000))
    report(attempt, Outcome.CANCELLED)
    assert state(other) == BillState.PAYABLE


def test_only_what_is_held_is_missing_from_a_wider_bill(owner: User) -> None:
    first = make_invoice(owner, "60.00")
    second = make_invoice(owner, "40.00", customer=first.customer)
    report(open_attempt(make_link(owner, first)), Outcome.AUTHORISED, usd(6_000))

    now = bill.draw_up(make_wide_link(owner, first, second))

    assert (now.state, now.payable, now.balance) == (BillState.PAYABLE, usd(4_000), usd(10_000))


def test_a_bill_of_two_hundred_invoices_asks_no_more_than_a_bill_of_one(
    owner: User, django_assert_max_num_queries: object
) -> None:
    first = make_invoice(owner)
    others = [make_invoice(owner, customer=first.customer) for _ in range(4)]
    link = make_wide_link(owner, first, *others)

    with django_assert_max_num_queries(6):  # type: ignore[operator]
        bill.draw_up(link)


@transaction.atomic
def _open(now: bill.Bill, nonce: str) -> Attempt:
    return attempts.open_for(now, nonce=nonce)


def test_a_link_on_which_cards_are_tried_out_closes_for_a_while_and_others_do_not(owner: User) -> None:
    now, other = bill.draw_up(make_link(owner)), bill.draw_up(make_link(owner))
    for _ in range(60):
        _open(now, uuid4().hex)

    with pytest.raises(TooManyAttempts) as refusal:
        _open(now, uuid4().hex)
    assert refusal.value.status == 429
    _open(other, uuid4().hex)
    Attempt.objects.filter(link=now.link).update(state=AttemptState.EXPIRED)
    _open(now, uuid4().hex)


def test_an_attempt_freezes_what_the_payer_agreed_to(owner: User) -> None:
    invoice = make_invoice(owner)
    attempt = open_attempt(make_link(owner, invoice))
    change(owner, invoice, "300.00")

    attempt.refresh_from_db()
    assert (attempt.total, attempt.debts.get().amount) == (10_000, 10_000)
    assert report(attempt, Outcome.AUTHORISED, usd(10_000)) == Capture(usd(10_000))


def test_only_what_is_still_owed_is_captured(owner: User) -> None:
    invoice = make_invoice(owner)
    attempt = open_attempt(make_link(owner, invoice))
    pay_by_credit(invoice, 3_000)

    assert report(attempt, Outcome.AUTHORISED, usd(10_000)) == Capture(usd(7_000))


@pytest.mark.parametrize("held", [None, Money(10_000, "EUR"), usd(0)])
def test_a_hold_that_cannot_pay_is_released(owner: User, held: Money | None) -> None:
    attempt = open_attempt(make_link(owner))

    assert report(attempt, Outcome.AUTHORISED, held) == Void()
    assert isinstance(report(attempt, Outcome.CANCELLED), Ended)


def in_state(owner: User, wanted: AttemptState) -> Attempt:
    """An attempt that has come just so far."""
    attempt = open_attempt(make_link(owner))
    match wanted:
        case AttemptState.CAPTURING:
            report(attempt, Outcome.AUTHORISED, usd(10_000))
        case AttemptState.SETTLED:
            report(attempt, Outcome.SETTLED, usd(10_000))
        case AttemptState.PENDING:
            report(attempt, Outcome.PENDING, usd(10_000))
        case _:
            Attempt.objects.filter(pk=attempt.pk).update(state=wanted)
    return attempt


def test_whatever_is_reported_whenever_money_is_booked_once_and_nothing_breaks(owner: User) -> None:
    """Every outcome in every state, twice: notices come late, doubled and out of order."""
    for before, outcome in product(AttemptState, Outcome):
        attempt = in_state(owner, before)
        for _ in range(2):
            report(attempt, outcome, usd(10_000))
        attempt.refresh_from_db()
        took_money = outcome == Outcome.SETTLED or before == AttemptState.SETTLED
        assert (attempt.state == AttemptState.SETTLED) == took_money, (before, outcome)
        assert Payment.objects.filter(attempt=attempt).count() == took_money, (before, outcome)
        held = sum(attempt.debts.values_list("reserved", flat=True))
        assert held == (10_000 if attempt.state in HOLDING else 0), (before, outcome)


def test_a_released_hold_is_told_and_a_session_that_just_ended_is_not(owner: User) -> None:
    held, unused = open_attempt(make_link(owner)), open_attempt(make_link(owner))
    report(held, Outcome.AUTHORISED, usd(10_000))

    assert report(held, Outcome.CANCELLED) == Ended(released=True)
    assert report(unused, Outcome.EXPIRED) == Ended(released=False)


def test_a_payment_pays_each_invoice_what_the_payer_agreed_to(owner: User) -> None:
    """Also when one of them was raised between the hold and the booking."""
    first = make_invoice(owner, "60.00")
    second = make_invoice(owner, "40.00", customer=first.customer)
    attempt = open_attempt(make_wide_link(owner, first, second))
    report(attempt, Outcome.AUTHORISED, usd(10_000))
    change(owner, first, "100.00")

    report(attempt, Outcome.SETTLED, usd(10_000))

    paid = dict(Allocation.objects.values_list("invoice__number", "amount"))
    assert paid == {first.number: 6_000, second.number: 4_000}


def test_money_beyond_what_was_agreed_pays_what_is_still_owed_and_then_stays_the_customers(
    owner: User,
) -> None:
    invoice = make_invoice(owner)
    attempt = open_attempt(make_link(owner, invoice))
    change(owner, invoice, "120.00")

    report(attempt, Outcome.SETTLED, usd(15_000))

    assert sorted(Allocation.objects.values_list("amount", flat=True)) == [3_000, 12_000]
    assert Item.objects.get(kind=Item.Kind.OVERPAYMENT).balance == -3_000


def test_money_in_another_currency_is_kept_as_the_customers_own(owner: User) -> None:
    attempt = open_attempt(make_link(owner))

    report(attempt, Outcome.SETTLED, Money(9_000, "EUR"))

    kept = Item.objects.get(kind=Item.Kind.OVERPAYMENT)
    assert (kept.balance, kept.currency) == (-9_000, "EUR")
    assert Item.objects.get(kind=Item.Kind.INVOICE).balance == 10_000


def test_money_for_a_void_invoice_is_booked_all_the_same(owner: User) -> None:
    invoice = make_invoice(owner)
    attempt = open_attempt(make_link(owner, invoice))
    write_order.void(owner.company, invoice.order_id, by=owner)

    assert isinstance(report(attempt, Outcome.SETTLED, usd(10_000)), Booked)
    assert Item.objects.get(kind=Item.Kind.OVERPAYMENT).balance == -10_000


def test_a_fee_is_booked_once(owner: User) -> None:
    attempt = make_paid_attempt(owner)
    report(attempt, Outcome.SETTLED, usd(10_000), usd(315))

    assert Payment.objects.get().fee == 315
    assert Entry.objects.filter(kind=Entry.Kind.FEE).count() == 1


def test_every_attempt_that_is_not_final_is_asked_about_when_its_turn_comes(owner: User) -> None:
    made = {wanted: in_state(owner, wanted).pk for wanted in AttemptState}
    Attempt.objects.update(check_at=clock.now())

    due = set(attempts.due(clock.now()).values_list("pk", flat=True))

    assert due == {key for wanted, key in made.items() if wanted not in FINAL}


def test_a_missing_answer_is_asked_for_again_ever_later_up_to_two_minutes(owner: User) -> None:
    attempt = open_attempt(make_link(owner))
    pauses = []
    for _ in range(12):
        attempts.mark_unknown(attempt.pk)
        attempt.refresh_from_db()
        pauses.append(round((attempt.check_at - clock.now()).total_seconds()))

    assert pauses == [2, 4, 8, 16, 32, 64, 120, 120, 120, 120, 120, 120]
    assert attempt.unknown_since is not None
    report(attempt, Outcome.OPEN)
    attempt.refresh_from_db()
    assert attempt.unknown_since is None


def test_competing_attempts_are_the_open_ones_on_the_same_debt(owner: User) -> None:
    invoice = make_invoice(owner)
    open_one, done = open_attempt(make_link(owner, invoice)), open_attempt(make_link(owner, invoice))
    open_attempt(make_link(owner, make_invoice(owner, customer=make_customer(owner.company))))
    report(done, Outcome.EXPIRED)

    assert list(attempts.competing_attempts([invoice.item_id])) == [open_one]
