"""Cashiers, payers and overpayments at one instant: nothing is paid twice, and nothing is lost (R18, R20)."""

from collections.abc import Iterable
from functools import partial
from uuid import uuid4

from factories import make_customer, make_invoice, make_link
from factories.attempts import open_attempt, report
from factories.ledger import usd
from factories.payments import click_pay
from florin.contracts.processor import Outcome
from florin.domain.attempts.methods import Method
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Item
from florin.domain.payments.models import Payment
from florin.domain.payments.receiving import Receiving, Share
from florin.domain.staff.models import User
from florin.flows import receive_payment, resolve_overpayment, settle_payment
from florin.kernel import clock
from florin.kernel.errors import Refusal
from testing.bank import Bank
from testing.races import at_once, without_locks

_ROUNDS = 25


def receive(owner: User, invoice: Invoice, *, by_hand: bool = True, submission: str = "") -> Payment:
    """Take a check over 100.00 for an invoice."""
    wanted = Receiving(
        method=Method.CHECK,
        amount=usd(10_000),
        on=clock.today("UTC"),
        submission=submission or uuid4().hex,
        shares=[Share(invoice.item_id, 10_000)] if by_hand else None,
    )
    return receive_payment.receive(owner.company, invoice.customer_id, wanted, by=owner)


def open_credit() -> int:
    return -sum(Item.objects.filter(balance__lt=0).values_list("balance", flat=True))


def balance(invoice: Invoice) -> int:
    return Item.objects.get(pk=invoice.item_id).balance


def faults(answers: Iterable[object]) -> list[Exception]:
    """What people would see as our fault: anything raised that is not a sentence for them."""
    return [one for one in answers if isinstance(one, Exception) and not isinstance(one, Refusal)]


def test_a_double_click_records_one_payment(owner: User) -> None:
    invoice = make_invoice(owner)

    answers = at_once(*[partial(receive, owner, invoice, submission="a-press")] * 4)

    assert set(answers) == {Payment.objects.get()}


def test_two_cashiers_with_two_checks_for_one_invoice_pay_it_once(owner: User) -> None:
    invoice = make_invoice(owner)

    answers = at_once(*[partial(receive, owner, invoice)] * 2)

    [refusal] = [one for one in answers if isinstance(one, Exception)]
    assert "has only $0.00 open now" in str(refusal)
    assert (balance(invoice), Payment.objects.count()) == (0, 1)


def test_a_cashier_and_a_card_at_once_pay_once_and_the_rest_is_open_credit(owner: User, bank: Bank) -> None:
    invoice = make_invoice(owner)
    attempt = click_pay(make_link(owner, invoice))
    bank.pay(attempt)

    at_once(partial(settle_payment.settle, attempt.pk), partial(receive, owner, invoice, by_hand=False))
    settle_payment.settle(attempt.pk)

    assert balance(invoice) == 0
    assert open_credit() == bank.charged(attempt.pk)
    assert Payment.objects.filter(attempt=None).count() == 1


def card_and_cashier(owner: User) -> list[Exception]:
    """Book a card that was charged, and a check for the same invoice, at once."""
    invoice = make_invoice(owner)
    attempt = open_attempt(make_link(owner, invoice))

    def settle() -> None:
        report(attempt, Outcome.SETTLED, usd(10_000))

    def record() -> None:
        receive(owner, invoice)

    return faults(at_once(settle, record))


def test_a_card_that_was_charged_is_booked_whatever_a_cashier_does_at_once(owner: User) -> None:
    for _round in range(5):
        assert card_and_cashier(owner) == []
    assert Payment.objects.exclude(attempt=None).count() == 5


def test_control_without_the_locks_card_and_cashier_trip_over_each_other(owner: User) -> None:
    """If this fails, the tests above prove nothing."""
    with without_locks():
        assert any(card_and_cashier(owner) for _round in range(_ROUNDS))


def two_applying(owner: User) -> list[Exception]:
    """Let two cashiers apply one overpayment of 100.00 at once, to an invoice of 100.00 each could pay."""
    customer = make_customer(owner.company)
    wanted = Receiving(method=Method.CASH, amount=usd(10_000), on=clock.today("UTC"))
    payment = receive_payment.receive(owner.company, customer.pk, wanted, by=owner)
    item = Item.objects.get(number=payment.number)
    invoices = [make_invoice(owner, customer=customer) for _invoice in range(2)]

    def apply() -> None:
        resolve_overpayment.apply_oldest(owner.company, item.pk, submission=uuid4().hex, by=owner)

    wrong = faults(at_once(apply, apply))
    if not wrong:
        assert sum(balance(invoice) for invoice in invoices) == 10_000
    return wrong


def test_two_cashiers_who_apply_one_overpayment_apply_it_once(owner: User) -> None:
    assert two_applying(owner) == []
    assert open_credit() == 0


def test_control_without_the_locks_both_apply_it(owner: User) -> None:
    """If this fails, the test above proves nothing."""
    with without_locks():
        assert any(two_applying(owner) for _round in range(_ROUNDS))
