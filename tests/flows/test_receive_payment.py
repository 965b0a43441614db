"""Receive Payment: what comes in by an ordinary way is booked beside links, on the same balances (R20)."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction

from factories import make_customer, make_invoice, make_link
from factories.ledger import usd
from factories.payments import click_pay
from florin.domain.activity.models import Activity
from florin.domain.attempts import bill
from florin.domain.attempts.methods import Method
from florin.domain.attempts.models import Attempt
from florin.domain.customers.models import Customer
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Account, Item, Line
from florin.domain.links import services as links
from florin.domain.outbox.models import Message
from florin.domain.payments.models import Payment
from florin.domain.payments.receiving import Receiving, Share
from florin.domain.receipts.models import Receipt
from florin.domain.staff.models import User
from florin.domain.statements import services as statements
from florin.domain.statements.composing import Period
from florin.domain.statements.models import Type
from florin.flows import deliver_outbox, receive_payment, settle_payment
from florin.kernel import clock
from florin.kernel.errors import NotFound, Refusal
from testing.bank import Bank


def receiving(minor: int, shares: Sequence[Share] | None = None, **details: object) -> Receiving:
    given = {"method": Method.CHECK, "on": clock.today("UTC"), "submission": uuid4().hex, **details}
    return Receiving(amount=usd(minor), shares=shares, **given)  # type: ignore[arg-type]


def receive(owner: User, customer: Customer, minor: int, *shares: Share, **details: object) -> Payment:
    order = receiving(minor, shares or None, **details)
    return receive_payment.receive(owner.company, customer.pk, order, by=owner)


def balance(invoice: Invoice) -> int:
    return Item.objects.get(pk=invoice.item_id).balance


def open_credit(customer: Customer) -> list[tuple[str, int]]:
    return list(Item.objects.filter(customer=customer, balance__lt=0).values_list("kind", "balance"))


def in_account(account: Account) -> int:
    return sum(Line.objects.filter(account=account).values_list("amount", flat=True))


@pytest.fixture
def customer(owner: User) -> Customer:
    return make_customer(owner.company, name="Corner Florist")


def test_a_check_pays_the_oldest_invoices_first_and_the_rest_is_open_credit(
    owner: User, customer: Customer
) -> None:
    first, second = make_invoice(owner, customer=customer), make_invoice(owner, customer=customer)

    payment = receive(owner, customer, 15_000, reference="4711")

    assert (balance(first), balance(second), in_account(Account.BANK)) == (0, 5_000, 15_000)
    assert (payment.attempt, payment.received_by, payment.number) == (None, owner.name, "PAY-10001")
    receive(owner, customer, 7_000)
    assert open_credit(customer) == [("overpayment", -2_000)]


def test_by_hand_it_pays_what_was_chosen_and_the_rest_is_a_pre_payment(
    owner: User, customer: Customer
) -> None:
    first, second = make_invoice(owner, customer=customer), make_invoice(owner, customer=customer)

    receive(owner, customer, 9_000, Share(second.item_id, 6_000), is_prepayment=True)

    assert (balance(first), balance(second)) == (10_000, 4_000)
    assert open_credit(customer) == [("prepayment", -3_000)]


def test_a_discount_for_early_payment_pays_the_rest_of_the_invoice(owner: User, customer: Customer) -> None:
    invoice = make_invoice(owner, customer=customer)

    payment = receive(owner, customer, 9_800, Share(invoice.item_id, 9_800, discount=200))

    assert (balance(invoice), in_account(Account.DISCOUNTS)) == (0, 200)
    receipt = Receipt.objects.get(payment=payment).document
    assert (receipt.discount, receipt.lines[0].balance_after) == (200, 0)
    assert Activity.objects.get(kind="payment_received").about["discount"] == 200


def test_within_the_days_the_discount_is_given_where_all_is_paid(owner: User, customer: Customer) -> None:
    owner.company.discount_basis_points, owner.company.discount_days = 200, 10
    owner.company.save()
    first, second = make_invoice(owner, customer=customer), make_invoice(owner, customer=customer)

    receive(owner, customer, 10_000)

    assert (balance(first), balance(second), in_account(Account.DISCOUNTS)) == (0, 9_800, 200)


def test_after_the_days_there_is_no_discount(owner: User, customer: Customer) -> None:
    owner.company.discount_basis_points, owner.company.discount_days = 200, 10
    owner.company.save()
    invoice = make_invoice(owner, customer=customer)
    Item.objects.filter(pk=invoice.item_id).update(opened_on=clock.today("UTC") - timedelta(days=11))

    receive(owner, customer, 9_800)

    assert balance(invoice) == 200


@pytest.mark.parametrize(
    ("shares", "why"),
    [
        ([(6_000, 0), (6_000, 0)], "More is applied than was received"),
        ([(10_001, 0)], "has only $100.00 open"),
        ([(9_900, 101)], "has only $100.00 open"),
        ([(-1, 0)], "cannot be negative"),
        ([(5_000, -1)], "cannot be negative"),
        ([(0, 100)], "gets a discount without being paid"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence_and_books_nothing(
    owner: User, customer: Customer, shares: list[tuple[int, int]], why: str
) -> None:
    invoices = [make_invoice(owner, customer=customer) for _share in shares]
    given = [Share(one.item_id, *share) for one, share in zip(invoices, shares, strict=True)]

    with pytest.raises(Refusal, match=why.replace("$", r"\$")):
        receive(owner, customer, 11_000, *given)

    assert not Payment.objects.exists()


@pytest.mark.parametrize(
    ("details", "why"),
    [
        ({"method": Method.CARD}, "Choose how it was paid"),
        ({"on": clock.today("UTC") + timedelta(days=1)}, "lies in the future"),
    ],
)
def test_only_what_has_come_in_at_the_counter_is_recorded(
    owner: User, customer: Customer, details: dict[str, object], why: str
) -> None:
    with pytest.raises(Refusal, match=why):
        receive(owner, customer, 1_000, **details)


def test_another_customers_invoice_is_not_paid(owner: User, customer: Customer) -> None:
    foreign = make_invoice(owner)

    with pytest.raises(Refusal, match="not this customer's"):
        receive(owner, customer, 1_000, Share(foreign.item_id, 1_000))


def test_a_strangers_customer_is_not_found(owner: User, stranger: User, customer: Customer) -> None:
    with pytest.raises(NotFound):
        receive(stranger, customer, 1_000)


def test_pressed_twice_it_is_recorded_once(owner: User, customer: Customer) -> None:
    first, again = (receive(owner, customer, 1_000, submission="a-press") for _press in range(2))

    assert first == again == Payment.objects.get()


def test_a_payment_of_last_week_is_dated_then(owner: User, customer: Customer) -> None:
    then = clock.today("UTC") - timedelta(days=7)

    payment = receive(owner, customer, 1_000, on=then)

    assert payment.allocations.get().entry.date == clock.local(payment.received_at, "UTC") == then


def test_the_receipt_is_mailed_only_to_whom_one_ticks(owner: User, customer: Customer, bank: Bank) -> None:
    bank.forget_mails()
    receive(owner, customer, 1_000)
    order = receiving(2_000, is_prepayment=True)
    receive_payment.receive(owner.company, customer.pk, order, mail_to=["ann@shop.example"], by=owner)
    deliver_outbox.deliver()

    [mail] = bank.mails()
    assert (Message.objects.get().recipient, mail["to"]) == ("ann@shop.example", "ann@shop.example")
    assert "RCP-10002.pdf" in str(mail)


def test_a_wrong_address_records_nothing(owner: User, customer: Customer) -> None:
    with pytest.raises(Refusal, match="is not an e-mail address"):
        receive_payment.receive(owner.company, customer.pk, receiving(1_000), mail_to=["ann@"], by=owner)

    assert not Payment.objects.exists()


def test_the_timeline_tells_who_took_how_much(owner: User, customer: Customer) -> None:
    invoice = make_invoice(owner, customer=customer)

    payment = receive(owner, customer, 12_000)

    told = Activity.objects.filter(subjects__contains=[invoice.order_id, payment.pk])
    kinds = {(one.kind, one.actor, one.about["amount"]) for one in told}
    assert kinds == {("payment_received", owner.name, 12_000), ("overpaid", owner.name, 2_000)}


def test_while_a_link_is_open_its_page_shows_what_is_left_at_once(owner: User, customer: Customer) -> None:
    link = make_link(owner, make_invoice(owner, customer=customer))

    receive(owner, customer, 4_000)

    assert bill.draw_up(links.find(links.token_of(link.pk))).payable == usd(6_000)


def test_a_payer_on_the_processors_page_is_charged_only_what_the_counter_left(
    owner: User, customer: Customer, bank: Bank
) -> None:
    invoice = make_invoice(owner, customer=customer)
    attempt = click_pay(make_link(owner, invoice))

    receive(owner, customer, 4_000)
    bank.pay(attempt)
    settle_payment.settle(attempt.pk)

    assert (bank.charged(attempt.pk), balance(invoice), open_credit(customer)) == (6_000, 0, [])


def test_a_card_that_comes_after_the_whole_was_paid_at_the_counter_is_not_charged(
    owner: User, customer: Customer, bank: Bank
) -> None:
    attempt = click_pay(make_link(owner, make_invoice(owner, customer=customer)))
    bank.pay(attempt)

    receive(owner, customer, 10_000)
    settle_payment.settle(attempt.pk)

    assert (bank.charged(attempt.pk), bank.states(attempt.pk)) == (0, ["canceled"])


def test_a_check_for_all_ends_the_open_session_and_no_card_is_charged(
    owner: User, customer: Customer, bank: Bank
) -> None:
    invoice = make_invoice(owner, customer=customer)
    attempt = click_pay(make_link(owner, invoice))

    receive(owner, customer, 10_000)
    settle_payment.expire_competing([invoice.item_id])

    with pytest.raises(AssertionError, match="expired"):
        bank.pay(attempt)
    assert (bank.charged(attempt.pk), balance(invoice)) == (0, 0)


def test_a_session_that_could_not_be_ended_takes_only_what_the_check_left(
    owner: User, customer: Customer, bank: Bank
) -> None:
    invoice = make_invoice(owner, customer=customer)
    attempt = click_pay(make_link(owner, invoice))
    bank.break_down("session.expire", "500_before", times=9)

    receive(owner, customer, 6_000)
    settle_payment.expire_competing([invoice.item_id])
    bank.pay(attempt)
    settle_payment.settle(attempt.pk)

    assert (bank.charged(attempt.pk), balance(invoice), open_credit(customer)) == (4_000, 0, [])


def test_the_session_opened_for_the_old_balance_is_ended(owner: User, customer: Customer, bank: Bank) -> None:
    invoice = make_invoice(owner, customer=customer)
    attempt = click_pay(make_link(owner, invoice))

    receive(owner, customer, 4_000)
    settle_payment.expire_competing([invoice.item_id])

    assert Attempt.objects.get(pk=attempt.pk).state == Attempt.State.EXPIRED


def hold(attempt: Attempt) -> None:
    """Let an attempt hold what it wants, as while its card is being captured."""
    with transaction.atomic():
        for debt in attempt.debts.all():
            debt.reserved = debt.amount
            debt.save()
        attempt.state = Attempt.State.CAPTURING
        attempt.capture = attempt.total
        attempt.save()


def test_what_a_payer_is_paying_right_now_is_not_paid_by_itself(
    owner: User, customer: Customer, bank: Bank
) -> None:
    held, free = make_invoice(owner, customer=customer), make_invoice(owner, customer=customer)
    attempt = click_pay(make_link(owner, held))
    bank.pay(attempt)
    hold(attempt)

    receive(owner, customer, 12_000)
    assert (balance(held), balance(free), open_credit(customer)) == (10_000, 0, [("overpayment", -2_000)])
    settle_payment.settle(attempt.pk)
    assert balance(held) == 0


def test_by_hand_it_may_and_what_the_payer_pays_is_then_an_overpayment(
    owner: User, customer: Customer, bank: Bank
) -> None:
    invoice = make_invoice(owner, customer=customer)
    attempt = click_pay(make_link(owner, invoice))
    bank.pay(attempt)
    hold(attempt)

    receive(owner, customer, 10_000, Share(invoice.item_id, 10_000))
    settle_payment.settle(attempt.pk)

    assert (balance(invoice), open_credit(customer)) == (0, [("overpayment", -10_000)])
    assert (in_account(Account.BANK), bank.charged(attempt.pk)) == (10_000, 10_000)


def test_a_statement_tells_discounts_and_open_pre_payments_by_their_payment(
    owner: User, customer: Customer
) -> None:
    invoice = make_invoice(owner, customer=customer)
    receive(owner, customer, 9_800, Share(invoice.item_id, 9_800, 200), reference="4711")
    receive(owner, customer, 3_000, is_prepayment=True)
    today = clock.today("UTC")

    for kind in Type:
        [draft] = statements.draw_up(customer, Period(kind, today, today))
        told = {(line.kind, line.number, line.amount) for line in draft.document.lines}
        match kind:
            case Type.OPEN_ITEMS:
                assert told == {("prepayment", "PAY-10002", -3_000)}
            case Type.BALANCE_FORWARD | Type.ALL_TRANSACTIONS:
                assert ("discount", "PAY-10001", -200) in told
                assert ("payment", "PAY-10002", -3_000) in told


def under_way(owner: User, invoice: Invoice, bank: Bank) -> Attempt:
    """A bank debit for an invoice, which takes days."""
    attempt = click_pay(make_link(owner, invoice), Method.ACH)
    bank.debit(attempt)
    settle_payment.settle(attempt.pk)
    return attempt


def clear(attempt: Attempt, bank: Bank) -> None:
    bank.let_days_pass(5)
    settle_payment.settle(attempt.pk)


def test_a_debit_that_clears_after_the_counter_was_paid_by_hand_is_an_overpayment(
    owner: User, customer: Customer, bank: Bank
) -> None:
    invoice = make_invoice(owner, customer=customer)
    attempt = under_way(owner, invoice, bank)

    receive(owner, customer, 10_000, Share(invoice.item_id, 10_000))
    clear(attempt, bank)

    assert (balance(invoice), open_credit(customer)) == (0, [("overpayment", -10_000)])
    debit = Payment.objects.get(attempt=attempt)
    assert Receipt.objects.get(payment=debit).document.excess == 10_000


def test_what_a_debit_is_to_pay_is_left_to_it_and_the_check_becomes_open_credit(
    owner: User, customer: Customer, bank: Bank
) -> None:
    invoice = make_invoice(owner, customer=customer)
    attempt = under_way(owner, invoice, bank)

    payment = receive(owner, customer, 10_000)
    clear(attempt, bank)

    assert (balance(invoice), open_credit(customer)) == (0, [("overpayment", -10_000)])
    assert Item.objects.get(balance__lt=0).number == payment.number


def test_a_session_that_we_gave_up_pays_late_only_what_the_counter_left(
    owner: User, customer: Customer, bank: Bank
) -> None:
    invoice = make_invoice(owner, customer=customer)
    attempt = click_pay(make_link(owner, invoice))
    bank.pay(attempt)
    Attempt.objects.update(state=Attempt.State.EXPIRED)

    receive(owner, customer, 4_000)
    settle_payment.settle(attempt.pk)

    assert (bank.charged(attempt.pk), balance(invoice), open_credit(customer)) == (6_000, 0, [])
