"""Payments that come back: invoices open again, credits restored, both sides told, a fee if there is one."""

from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client

from factories import make_customer, make_invoice
from factories.credits import make_credit
from factories.emails import BUTTON_URL, rendered
from factories.payments import balance, paid_by_bank, recipients, stands_at
from florin.domain.activity.models import Activity
from florin.domain.attempts import bill
from florin.domain.attempts.bill import BillState
from florin.domain.attempts.methods import Method
from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.invoices.models import Invoice
from florin.domain.ledger import applying
from florin.domain.ledger.applying import AppliedAmount
from florin.domain.ledger.models import Account, Entry, Item
from florin.domain.links.models import Link
from florin.domain.outbox.models import Message
from florin.domain.payments import allocating
from florin.domain.payments.models import Payment, Return
from florin.domain.payments.receiving import Receiving
from florin.domain.staff.models import User
from florin.edges.mail.rendering import RenderedEmail
from florin.flows import deliver_outbox, follow_payment, receive_payment, return_payment, undo_payment
from florin.flows.return_payment import Marking
from florin.kernel import clock
from florin.kernel.errors import Conflict, NotFound, Refusal
from florin.kernel.money import Money
from testing.bank import Bank


def send_back(bank: Bank, payment: Payment, code: str = "R01") -> None:
    bank.order(f"payment_intents/{payment.reference}/return", code=code)
    follow_payment.follow(payment.pk)


def email(kind: Message.Kind) -> RenderedEmail:
    return rendered(Message.objects.get(kind=kind))


@pytest.mark.parametrize("code", ["R01", "R02", "R03", "R10", "R29"])
def test_a_debit_that_comes_back_after_it_cleared_opens_its_invoice_again(
    owner: User, bank: Bank, code: str
) -> None:
    invoice = make_invoice(owner)
    payment = paid_by_bank(owner, bank, invoice)
    assert balance(invoice.item) == 0

    send_back(bank, payment, code)

    assert balance(invoice.item) == 10_000
    assert Return.objects.get().code == code
    assert stands_at(Account.PROCESSOR) == -100  # the fee of the payment stays with the processor
    assert bill.draw_up(payment.attempt.link).state == BillState.PAYABLE  # type: ignore[union-attr]


def test_payer_and_company_are_told_with_the_reason_and_the_link(owner: User, bank: Bank) -> None:
    payment = paid_by_bank(owner, bank, make_invoice(owner))

    send_back(bank, payment)

    assert recipients(Message.Kind.PAYMENT_RETURNED) == ["payer@shop.example"]
    assert recipients(Message.Kind.RETURNED_NOTICE) == ["office@bloom.example"]
    payers = email(Message.Kind.PAYMENT_RETURNED)
    assert "Not enough money in the account (R01)" in payers.text
    assert BUTTON_URL in payers.text
    assert "Not enough money in the account (R01)" in email(Message.Kind.RETURNED_NOTICE).text
    assert Activity.objects.get(kind="payment_returned").about["code"] == "R01"


def test_a_return_is_booked_once_however_often_we_ask(owner: User, bank: Bank) -> None:
    invoice = make_invoice(owner)
    payment = paid_by_bank(owner, bank, invoice)

    for _ in range(3):
        follow_payment.follow(payment.pk)
    send_back(bank, payment)
    for _ in range(3):
        follow_payment.follow(payment.pk)

    assert (Return.objects.count(), balance(invoice.item)) == (1, 10_000)
    assert len(recipients(Message.Kind.PAYMENT_RETURNED)) == 1


def test_credits_that_were_applied_with_the_payment_are_restored(owner: User, bank: Bank) -> None:
    customer = make_customer(owner.company)
    credit, invoice = make_credit(customer, "30"), make_invoice(owner, customer=customer)
    payment = paid_by_bank(owner, bank, invoice)
    assert (payment.amount, balance(credit)) == (7_000, 0)

    send_back(bank, payment)

    assert (balance(invoice.item), balance(credit)) == (10_000, -3_000)
    lines = Message.objects.get(kind=Message.Kind.PAYMENT_RETURNED).snapshot["lines"]
    assert lines == [{"number": invoice.number, "amount": 10_000, "balance": 10_000}]


def test_an_overpayment_that_paid_another_invoice_opens_that_one_too(owner: User, bank: Bank) -> None:
    customer = make_customer(owner.company)
    first, second = (make_invoice(owner, customer=customer) for _ in range(2))
    payment = paid_by_bank(owner, bank, first)
    with transaction.atomic():
        allocating.unapply(allocating.lock(payment.pk), first.item_id, 10_000, key="x", by="a test")
        excess = Item.objects.get(kind=Item.Kind.OVERPAYMENT)
        applying.apply(
            owner.company, [AppliedAmount(excess, second.item, 10_000)], key="y", by="a test", source="a test"
        )
    assert (balance(first.item), balance(second.item)) == (10_000, 0)

    send_back(bank, payment)

    assert (balance(first.item), balance(second.item)) == (10_000, 10_000)
    assert second.pk in Activity.objects.get(kind="payment_returned").subjects


def test_a_return_charges_the_companys_fee_once_as_an_invoice(owner: User, bank: Bank) -> None:
    Company.objects.update(nsf_fee=2_500)
    payment = paid_by_bank(owner, bank, make_invoice(owner))

    send_back(bank, payment)
    follow_payment.follow(payment.pk)

    fee = Invoice.objects.get(total=2_500)
    assert balance(fee.item) == 2_500
    assert fee.customer == payment.customer
    issued = Activity.objects.get(kind="invoice_issued", subjects__contains=[fee.pk])
    assert payment.pk in issued.subjects


def test_the_letters_about_a_return_name_the_fee(owner: User, bank: Bank) -> None:
    Company.objects.update(nsf_fee=2_500)
    send_back(bank, paid_by_bank(owner, bank, make_invoice(owner)))

    fee = Invoice.objects.get(total=2_500)
    sentence = f"A fee of $25.00 is charged for it, with invoice {fee.number}."
    assert sentence in email(Message.Kind.PAYMENT_RETURNED).text
    assert sentence in email(Message.Kind.RETURNED_NOTICE).text
    assert Activity.objects.get(kind="payment_returned").about["fee"] == fee.number


@pytest.mark.parametrize("code", ["R05", "R07", "R10", "R11", "R29"])
def test_no_fee_is_charged_by_itself_for_a_debit_that_was_not_allowed(
    owner: User, bank: Bank, code: str
) -> None:
    Company.objects.update(nsf_fee=2_500)

    send_back(bank, paid_by_bank(owner, bank, make_invoice(owner)), code)

    assert Return.objects.get().code == code
    assert Invoice.objects.count() == 1


@pytest.mark.parametrize(
    ("reason", "fees", "says"),
    [
        ("insufficient_funds", 1, "Not enough money in the account"),
        ("incorrect_account_details", 1, "The bank finds no such account"),
        ("debit_not_authorized", 0, "says that this debit was not allowed"),
        ("customer_initiated", 0, "says that this debit was not allowed"),
        ("bank_cannot_process", 0, "The bank could not carry out the debit"),
        ("general", 0, "The bank sent the payment back"),
    ],
)
def test_a_return_without_the_banks_code_is_known_by_the_method_and_has_its_words_and_fee(
    owner: User, bank: Bank, *, reason: str, fees: int, says: str
) -> None:
    Company.objects.update(nsf_fee=2_500)
    invoice = make_invoice(owner)
    payment = paid_by_bank(owner, bank, invoice)

    bank.order(f"payment_intents/{payment.reference}/return", code="R01", reason=reason)
    follow_payment.follow(payment.pk)

    assert (balance(invoice.item), Return.objects.get().reason) == (10_000, f"stripe:{reason}")
    assert Invoice.objects.filter(total=2_500).count() == fees
    assert says in email(Message.Kind.PAYMENT_RETURNED).text


def test_without_a_fee_none_is_charged(owner: User, bank: Bank) -> None:
    send_back(bank, paid_by_bank(owner, bank, make_invoice(owner)))

    assert Invoice.objects.count() == 1


def test_what_was_refunded_before_is_an_adjustment(owner: User, bank: Bank) -> None:
    invoice = make_invoice(owner)
    payment = paid_by_bank(owner, bank, invoice)
    with transaction.atomic():
        allocating.deallocate(
            allocating.lock(payment.pk),
            [allocating.AllocatedAmount(invoice.item, invoice.pk, 4_000)],
            to=Account.PROCESSOR,
            kind=Entry.Kind.REFUND,
            key="x",
            by="a test",
        )

    send_back(bank, payment)

    assert balance(invoice.item) == 10_000
    assert stands_at(Account.ADJUSTMENTS) == 4_000


def receive_check(
    owner: User, invoice: Invoice, method: Method = Method.CHECK, amount: Money | None = None
) -> Payment:
    wanted = Receiving(
        amount=amount or invoice.money,
        method=method,
        on=clock.today("UTC"),
        submission=uuid4().hex,
        shares=None,
    )
    return receive_payment.receive(owner.company, invoice.customer_id, wanted, by=owner)


def test_a_bad_check_is_marked_by_hand_and_leaves_the_bank(owner: User) -> None:
    invoice = make_invoice(owner)
    payment = receive_check(owner, invoice)

    return_payment.mark(owner.company, payment.pk, Marking(code="NSF", note="came back on Monday"), by=owner)

    assert (balance(invoice.item), stands_at(Account.BANK)) == (10_000, 0)
    assert recipients(Message.Kind.PAYMENT_RETURNED) == invoice.customer.invoice_emails
    assert "Not enough money in the account" in email(Message.Kind.PAYMENT_RETURNED).text


def test_each_reads_in_their_own_language_how_it_was_paid(owner: User) -> None:
    payment = receive_check(owner, make_invoice(owner, customer=make_customer(owner.company, language="es")))

    return_payment.mark(owner.company, payment.pk, Marking(code="NSF", note=""), by=owner)

    assert "Cheque" in email(Message.Kind.PAYMENT_RETURNED).text
    assert "Check" in email(Message.Kind.RETURNED_NOTICE).text


def pay_link_in_the_mail(bank: Bank) -> str:
    """The address that the payer's mail about what came back leads to, or nothing."""
    bank.forget_mails()
    deliver_outbox.deliver()
    mail = next(mail for mail in bank.mails() if mail["subject"].startswith("Your payment of"))
    return next((link for link in mail["links"] if "/pay/" in link), "")


@pytest.mark.parametrize(("method", "code"), [(Method.CHECK, "NSF"), (Method.TERMINAL, "CHARGEBACK")])
def test_the_mail_about_money_from_the_counter_that_came_back_leads_to_paying_it_online(
    owner: User, bank: Bank, method: Method, code: str
) -> None:
    customer = make_customer(owner.company)
    first, second = (make_invoice(owner, customer=customer) for _ in range(2))
    payment = receive_check(owner, first, method, Money(15_000, "USD"))

    return_payment.mark(owner.company, payment.pk, Marking(code=code, note=""), by=owner)

    page = Client(headers={"host": "127.0.0.1"}).get(urlsplit(pay_link_in_the_mail(bank)).path).text
    assert all(part in page for part in (first.number, second.number, "Pay $200.00"))


def test_the_mail_about_a_bad_check_has_no_link_for_who_cannot_pay_online(owner: User, bank: Bank) -> None:
    payment = receive_check(owner, make_invoice(owner))
    Customer.objects.update(links_enabled=False)

    return_payment.mark(owner.company, payment.pk, Marking(code="NSF", note=""), by=owner)

    assert pay_link_in_the_mail(bank) == ""
    assert not Link.objects.exists()


def test_the_mail_about_a_bad_check_for_nothing_owed_speaks_of_no_invoices(owner: User, bank: Bank) -> None:
    customer = make_customer(owner.company)
    wanted = Receiving(
        amount=Money(5_000, "USD"), method=Method.CHECK, on=clock.today("UTC"), submission=uuid4().hex
    )
    payment = receive_payment.receive(owner.company, customer.pk, wanted, by=owner)

    return_payment.mark(owner.company, payment.pk, Marking(code="NSF", note=""), by=owner)

    assert pay_link_in_the_mail(bank) == ""
    assert "invoices" not in email(Message.Kind.PAYMENT_RETURNED).text


def test_a_bad_check_marked_twice_charges_its_fee_once(owner: User) -> None:
    payment = receive_check(owner, make_invoice(owner))
    marking = Marking(code="NSF", note="", fee=Money(3_500, "USD"))

    return_payment.mark(owner.company, payment.pk, marking, by=owner)
    with pytest.raises(Conflict):
        return_payment.mark(owner.company, payment.pk, marking, by=owner)

    assert Invoice.objects.filter(total=3_500).count() == Return.objects.count() == 1


def test_what_the_processor_took_is_not_marked_by_hand(owner: User, bank: Bank) -> None:
    payment = paid_by_bank(owner, bank, make_invoice(owner))

    with pytest.raises(Refusal, match="tells by itself"):
        return_payment.mark(owner.company, payment.pk, Marking(code="NSF", note=""), by=owner)

    assert not Return.objects.exists()


def test_an_undone_payment_cannot_come_back(owner: User) -> None:
    payment = receive_check(owner, make_invoice(owner))
    undo_payment.undo(owner.company, payment.pk, reason="typed twice", by=owner)

    with pytest.raises(Conflict, match="undone"):
        return_payment.mark(owner.company, payment.pk, Marking(code="NSF", note=""), by=owner)


def test_a_stranger_cannot_mark_our_payment(owner: User, stranger: User) -> None:
    payment = receive_check(owner, make_invoice(owner))

    with pytest.raises(NotFound):
        return_payment.mark(stranger.company, payment.pk, Marking(code="NSF", note=""), by=stranger)
