"""Paying by bank account: initiated is not paid, and what is under way cannot be paid again (R13)."""

import pytest
from django.db import transaction
from django.test import Client

from factories import make_customer, make_invoice, make_link
from factories.attempts import report
from factories.credits import make_credit, pay_by_credit
from factories.ledger import usd
from factories.payments import click_pay
from florin.contracts.processor import Outcome
from florin.domain.activity.models import Activity
from florin.domain.attempts import bill
from florin.domain.attempts.bill import BillState
from florin.domain.attempts.methods import Method
from florin.domain.attempts.models import Attempt, AttemptCredit
from florin.domain.companies.models import Company, PaymentsAccount
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Item
from florin.domain.links import services as links
from florin.domain.links.models import Link
from florin.domain.outbox.models import Message
from florin.domain.payments.models import Payment
from florin.domain.receipts.models import Receipt
from florin.domain.staff.models import User
from florin.flows import charge_return_fee, deliver_outbox, settle_payment, start_checkout
from florin.flows.start_checkout import NotPayable
from testing.bank import Bank

State = Attempt.State


def debited(bank: Bank, link: Link, account: str = "000123456789") -> Attempt:
    """A debit that the payer has allowed, as far as we know by then."""
    attempt = click_pay(link, Method.ACH)
    bank.debit(attempt, account)
    return settled(attempt)


def settled(attempt: Attempt) -> Attempt:
    settle_payment.settle(attempt.pk)
    attempt.refresh_from_db()
    return attempt


def failed(bank: Bank, link: Link, account: str = "000222222227") -> Attempt:
    """A debit that the bank did not pay, for want of money unless another account is named."""
    attempt = debited(bank, link, account)
    bank.let_days_pass(5)
    return settled(attempt)


def mailed(kind: Message.Kind) -> list[str]:
    return list(Message.objects.filter(kind=kind).values_list("recipient", flat=True))


def page(link: Link) -> str:
    return Client(headers={"host": "127.0.0.1"}).get(f"/pay/{links.token_of(link.pk)}").text


def test_a_debit_is_initiated_and_nothing_is_paid_yet(owner: User, bank: Bank) -> None:
    invoice = make_invoice(owner)
    attempt = debited(bank, make_link(owner, invoice))

    assert attempt.state == State.PENDING
    assert Item.objects.get(pk=invoice.item_id).balance == 10_000
    assert not Payment.objects.exists()
    assert mailed(Message.Kind.PAYMENT_INITIATED) == ["payer@shop.example"]
    assert mailed(Message.Kind.INITIATED_NOTICE) == ["office@bloom.example"]


def test_a_debit_that_clears_days_later_is_booked_with_its_bank_and_fee(owner: User, bank: Bank) -> None:
    attempt = debited(bank, make_link(owner))
    bank.let_days_pass(5)

    assert settled(attempt).state == State.SETTLED
    payment = Payment.objects.get()
    assert (payment.method, payment.amount, payment.fee) == (Method.ACH, 10_000, 100)
    assert payment.method_text == "SANDBOX TEST BANK •••• 6789"
    assert Receipt.objects.get().document.method == payment.method_text
    assert mailed(Message.Kind.PAYMENT_RECEIVED) == ["payer@shop.example"]


@pytest.mark.parametrize(
    ("account", "why"),
    [
        ("000222222227", ("R01", "Not enough money in the account")),
        ("000111111113", ("R02", "The account is closed")),
        ("000111111116", ("R03", "The bank finds no such account")),
        ("000333333335", ("R10", "this debit was not allowed")),
    ],
)
def test_a_debit_that_the_bank_does_not_pay_leaves_the_bill_open_and_says_why(
    owner: User, bank: Bank, account: str, why: tuple[str, str]
) -> None:
    code, words = why
    link = make_link(owner)
    attempt = debited(bank, link, account)
    bank.let_days_pass(5)
    bank.forget_mails()

    assert (settled(attempt).state, attempt.failure) == (State.FAILED, code)
    assert bill.draw_up(link).state == BillState.PAYABLE
    deliver_outbox.deliver()
    told = {mail["subject"]: mail["text"] for mail in bank.mails()}
    email = told["Your bank did not pay $100.00 to Bloom & Co Wholesale"]
    assert words in email
    assert links.address_of(link.pk) in email
    notice = next(text for subject, text in told.items() if subject.endswith("failed"))
    assert "/office/" in notice
    assert "/pay/" not in notice


def test_a_debit_that_the_bank_does_not_pay_costs_the_companys_fee_once(owner: User, bank: Bank) -> None:
    Company.objects.update(nsf_fee=2_500)
    attempt = failed(bank, make_link(owner))
    settled(attempt)

    fee = Invoice.objects.get(total=2_500)
    assert (fee.customer, fee.item.balance) == (attempt.link.customer, 2_500)
    assert fee.order.submission == f"nsf:{attempt.pk.hex}"
    assert "bank payment of $100.00 from" in fee.order.lines.get().description
    assert Activity.objects.get(kind="payment_failed").about["fee"] == fee.number


def test_the_letters_about_a_debit_that_failed_name_the_fee(owner: User, bank: Bank) -> None:
    Company.objects.update(nsf_fee=2_500)
    bank.forget_mails()
    failed(bank, make_link(owner))
    deliver_outbox.deliver()

    fee = Invoice.objects.get(total=2_500)
    told = [mail["text"] for mail in bank.mails() if "$100.00" in mail["subject"]]
    naming = [
        text for text in told if f"A fee of $25.00 is charged for it, with invoice {fee.number}." in text
    ]
    assert len(naming) == 2  # the payer's and the company's


def test_the_order_whose_debit_failed_tells_of_the_fee(owner: User, bank: Bank) -> None:
    Company.objects.update(nsf_fee=2_500)
    invoice = make_invoice(owner)
    failed(bank, make_link(owner, invoice))
    client = Client()
    client.force_login(owner)

    fee = Invoice.objects.get(total=2_500)
    assert f"a fee is charged with {fee.number}" in client.get(f"/office/orders/{invoice.order_id}/").text


def test_a_debit_that_the_accounts_owner_did_not_allow_costs_no_fee(owner: User, bank: Bank) -> None:
    Company.objects.update(nsf_fee=2_500)

    assert failed(bank, make_link(owner), "000333333335").failure == "R10"
    assert Invoice.objects.count() == 1


def test_a_debit_costs_one_fee_even_if_it_comes_back_after_it_had_failed(owner: User, bank: Bank) -> None:
    Company.objects.update(nsf_fee=2_500)
    attempt = failed(bank, make_link(owner))
    report(attempt, Outcome.SETTLED, usd(10_000))
    payment = Payment.objects.get(attempt=attempt)

    with transaction.atomic():
        assert charge_return_fee.charge_for(payment, "R01") is None


def test_what_is_under_way_cannot_be_paid_again_by_any_link(owner: User, bank: Bank) -> None:
    invoice = make_invoice(owner)
    first, other = make_link(owner, invoice), make_link(owner, invoice)
    debited(bank, first)

    assert bill.draw_up(other).state == BillState.IN_PROGRESS
    with pytest.raises(NotPayable):
        start_checkout.start(links.token_of(other.pk), seen=invoice.money, nonce="a-nonce-of-the-tests")


def test_others_see_how_much_is_under_way_since_when_and_not_by_whom(owner: User, bank: Bank) -> None:
    invoice = make_invoice(owner)
    other = make_link(owner, invoice, to=("colleague@shop.example",))
    debited(bank, make_link(owner, invoice))

    text = page(other)

    assert "The whole amount, $100.00, is being paid from a bank account. The payment began on" in text
    assert "payer@shop.example" not in text
    assert "See how the payment is going" not in text


def test_staff_see_what_is_under_way(owner: User, bank: Bank) -> None:
    invoice = make_invoice(owner)
    debited(bank, make_link(owner, invoice))
    client = Client()
    client.force_login(owner)

    assert "Payment in progress" in client.get("/office/open-invoices/").text
    order = client.get(f"/office/orders/{invoice.order_id}/").text
    assert "Payment in progress" in order
    assert "A bank payment of $100.00 is under way" in order


def test_open_sessions_for_the_same_debt_end_when_a_debit_gets_under_way(owner: User, bank: Bank) -> None:
    link = make_link(owner)
    waiting = click_pay(link)
    attempt = debited(bank, link)

    settle_payment.expire_competing([attempt.debts.get().item_id])

    waiting.refresh_from_db()
    assert waiting.state == State.EXPIRED


def test_open_credits_are_held_for_a_debit_and_used_when_it_clears(owner: User, bank: Bank) -> None:
    customer = make_customer(owner.company)
    credit = make_credit(customer, "30.00")
    attempt = debited(bank, make_link(owner, make_invoice(owner, customer=customer)))
    assert AttemptCredit.objects.get().reserved == 3_000

    bank.let_days_pass(5)
    settled(attempt)

    credit.refresh_from_db()
    assert credit.balance == 0
    assert Payment.objects.get().amount == 7_000


def test_a_debit_for_what_is_no_longer_owed_becomes_an_overpayment(owner: User, bank: Bank) -> None:
    """Two payers allow a debit at the same moment; it cannot be held back, and no cent is lost (R18)."""
    link = make_link(owner)
    pair = [click_pay(link, Method.ACH), click_pay(link, Method.ACH)]
    for attempt in pair:
        bank.debit(attempt)
        settled(attempt)
    bank.let_days_pass(5)

    assert [settled(attempt).state for attempt in pair] == [State.SETTLED, State.SETTLED]
    assert Item.objects.get(kind=Item.Kind.OVERPAYMENT).balance == -10_000
    assert Activity.objects.filter(kind=Activity.Kind.OVERPAID).count() == 1


def test_a_debit_for_what_was_settled_otherwise_meanwhile_becomes_an_overpayment(
    owner: User, bank: Bank
) -> None:
    invoice = make_invoice(owner)
    attempt = debited(bank, make_link(owner, invoice))
    pay_by_credit(invoice, 10_000)
    bank.let_days_pass(5)
    settled(attempt)

    assert Item.objects.get(pk=invoice.item_id).balance == 0
    assert Item.objects.get(kind=Item.Kind.OVERPAYMENT).balance == -10_000


def test_both_sides_read_that_it_is_not_paid_yet_and_from_which_account(owner: User, bank: Bank) -> None:
    bank.forget_mails()
    debited(bank, make_link(owner))

    deliver_outbox.deliver()

    told = {mail["envelope_to"][0]: mail["text"] for mail in bank.mails() if "under way" in mail["text"]}
    assert "It usually takes about four business days" in told["payer@shop.example"]
    assert "It is not paid yet" in told["office@bloom.example"]
    assert all("SANDBOX TEST BANK •••• 6789" in text for text in told.values())


def test_a_debit_is_told_once_however_often_it_is_asked_about(owner: User, bank: Bank) -> None:
    attempt = debited(bank, make_link(owner))

    for _ in range(3):
        settled(attempt)

    assert Activity.objects.filter(kind=Activity.Kind.PAYMENT_INITIATED).count() == 1
    assert len(mailed(Message.Kind.PAYMENT_INITIATED)) == 1


def test_a_debit_that_fails_before_we_heard_of_it_is_told_all_the_same(owner: User, bank: Bank) -> None:
    attempt = click_pay(make_link(owner), Method.ACH)
    bank.debit(attempt, "000222222227")
    bank.let_days_pass(5)

    assert settled(attempt).state == State.FAILED
    assert mailed(Message.Kind.PAYMENT_FAILED) == ["payer@shop.example"]


def test_a_method_that_is_switched_off_starts_nothing(owner: User, bank: Bank) -> None:
    link = make_link(owner)
    PaymentsAccount.objects.update(ach_enabled=False)

    with pytest.raises(NotPayable, match="Please choose another way"):
        click_pay(link, Method.ACH)

    assert not Attempt.objects.exists()


def test_bank_accounts_pay_dollars_only(owner: User, bank: Bank) -> None:
    euros = make_customer(owner.company, currency="EUR")
    link = make_link(owner, make_invoice(owner, customer=euros))

    assert list(bill.draw_up(link).methods) == [Method.CARD]
    with pytest.raises(NotPayable):
        click_pay(link, Method.ACH)


def test_the_other_method_on_the_same_page_is_asked_for_anew(owner: User, bank: Bank) -> None:
    link = make_link(owner)
    attempt = click_pay(link, Method.CARD)

    with pytest.raises(NotPayable, match="press Pay once more"):
        start_checkout.start(
            links.token_of(link.pk), seen=attempt.money, nonce=attempt.nonce, method=Method.ACH
        )
