"""Payment links for many: one right mail per customer, a reason for everything else, whatever happens."""

from uuid import UUID, uuid4

import pytest
from django.db import transaction

from factories import make_customer, make_invoice, make_link
from factories.attempts import open_attempt
from factories.credits import pay_by_credit
from factories.payments import click_pay
from florin.domain.activity.models import Activity
from florin.domain.attempts.models import Attempt
from florin.domain.companies.models import Company, PaymentsAccount
from florin.domain.customers.models import Customer
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Item
from florin.domain.links import services as links
from florin.domain.links.models import Link
from florin.domain.mailing_runs import queries
from florin.domain.mailing_runs.lifecycle import RunItemState
from florin.domain.mailing_runs.models import MailingRun, RunItem
from florin.domain.outbox.models import Message
from florin.domain.payments.models import Payment
from florin.domain.receipts.models import Receipt
from florin.domain.staff.models import User
from florin.flows import (
    deliver_outbox,
    send_payment_links,
    settle_payment,
    work_mailing_runs,
    write_order,
)
from florin.kernel.errors import Refusal
from testing.bank import Bank
from testing.races import at_once


def start(
    owner: User, *invoices: Invoice, submission: str = "", to: dict[UUID, list[str]] | None = None
) -> MailingRun:
    """Press Send on the review with the addresses as they are prefilled, unless told otherwise."""
    customers = Customer.objects.filter(pk__in=[invoice.customer_id for invoice in invoices])
    known = {customer.pk: customer.invoice_emails for customer in customers}
    return send_payment_links.start(
        owner.company,
        [invoice.pk for invoice in invoices],
        addresses={**known, **(to or {})},
        submission=submission or uuid4().hex,
        by=owner,
    )


def work() -> None:
    """What the workers do, without the jobs that hurry them."""
    work_mailing_runs.sweep()


def send(owner: User, *invoices: Invoice, to: dict[UUID, list[str]] | None = None) -> MailingRun:
    run = start(owner, *invoices, to=to)
    work()
    return run


def find_item(run: MailingRun, customer: Customer) -> RunItem:
    return RunItem.objects.get(run=run, customer=customer)


def make_two(owner: User, **details: str | bool | list[str]) -> tuple[Invoice, Invoice]:
    """Two invoices of one customer."""
    customer = make_customer(owner.company, **details)
    return make_invoice(owner, "60.00", customer=customer), make_invoice(owner, "40.00", customer=customer)


def void(owner: User, invoice: Invoice) -> None:
    write_order.void(owner.company, invoice.order_id, by=owner)


def mails(customer: Customer) -> list[Message]:
    return list(Message.objects.filter(kind=Message.Kind.INVOICES, subjects__contains=[customer.pk]))


def test_each_customer_gets_one_mail_with_one_link_to_the_whole_selection(owner: User, bank: Bank) -> None:
    bank.forget_mails()
    first, second = make_two(owner, invoice_emails=["ann@shop.example"])
    other = make_invoice(owner, "7.00")
    run = send(owner, first, second, other)

    deliver_outbox.deliver()

    link = Link.objects.get(customer=first.customer)
    mail = bank.mails(to="ann@shop.example")[0]
    assert mail["links"].count(links.address_of(link.pk)) >= 1
    assert {debt.invoice_id for debt in link.debts.all()} == {first.pk, second.pk}
    assert "$100.00" in mail["subject"]
    assert other.number not in str(mail)
    assert queries.count_progress(run).mails_sent == 2


def test_two_currencies_are_two_links_in_one_mail(owner: User) -> None:
    customer = make_customer(owner.company)
    dollars = make_invoice(owner, "10.00", customer=customer)
    Customer.objects.filter(pk=customer.pk).update(currency="JPY")
    yen = make_invoice(owner, "500", customer=Customer.objects.get(pk=customer.pk))

    send(owner, dollars, yen)

    (message,) = mails(customer)
    assert [one["list"]["currency"] for one in message.snapshot["lists"]] == ["JPY", "USD"]
    assert set(Link.objects.values_list("currency", "kind")) == {("USD", "batch"), ("JPY", "batch")}


def test_the_hostile_batch_sends_one_right_mail_to_whom_it_should_and_gives_each_other_a_reason(
    owner: User, bank: Bank
) -> None:
    bank.forget_mails()
    good = make_invoice(owner)
    nowhere = make_invoice(owner, customer=make_customer(owner.company, invoice_emails=[]))
    wrong = make_invoice(owner)
    off = make_invoice(owner, customer=make_customer(owner.company, links_enabled=False))
    voided, paid = make_invoice(owner), make_invoice(owner)
    partly = make_two(owner)
    void(owner, voided)
    run = start(
        owner, good, nowhere, wrong, off, voided, paid, *partly, to={wrong.customer_id: ["not an address"]}
    )
    for invoice in (paid, partly[0]):
        pay_by_credit(Invoice.objects.get(pk=invoice.pk), invoice.total)

    work()
    deliver_outbox.deliver()

    told = {item.customer_id: item.reason for item in run.items.all() if item.state == RunItemState.SKIPPED}
    assert told == {
        nowhere.customer_id: "There is no e-mail address to send to.",
        wrong.customer_id: "“not an address” is not an e-mail address.",
        off.customer_id: f"Payment links are switched off for {off.customer.name}.",
        voided.customer_id: "A void invoice cannot be paid.",
        paid.customer_id: "This is paid; nothing is owed on it any more.",
    }
    assert find_item(run, partly[0].customer).left_out == [
        [partly[0].number, "This is paid; nothing is owed on it any more."]
    ]
    assert sorted(mail["to"] for mail in bank.mails()) == sorted(
        invoice.customer.invoice_emails[0] for invoice in (good, partly[1])
    )


@pytest.mark.parametrize("switch", ["customer", "manual", "company", "account"])
def test_what_is_switched_off_after_send_was_pressed_is_not_sent(owner: User, switch: str) -> None:
    invoice = make_invoice(owner)
    run = start(owner, invoice)
    if switch == "customer":
        Customer.objects.update(links_enabled=False)
    elif switch == "account":
        PaymentsAccount.objects.update(state="suspended")
    else:
        name = "manual_links_enabled" if switch == "manual" else "links_enabled"
        Company.objects.update(**{name: False})

    work()

    assert find_item(run, invoice.customer).state == RunItemState.SKIPPED
    assert find_item(run, invoice.customer).reason
    assert not Link.objects.exists()
    assert not Message.objects.filter(kind=Message.Kind.INVOICES).exists()


def test_what_is_being_paid_right_now_is_left_out(owner: User) -> None:
    held, free = make_two(owner)
    attempt = open_attempt(make_link(owner, held))
    with transaction.atomic():
        attempt.debts.update(reserved=held.total)
        row = send_payment_links.review(owner.company, [held.pk, free.pk]).rows[0]
        transaction.set_rollback(True)

    assert row.left_out == [(held.number, "This is being paid right now.")]
    assert [money.minor for money in row.totals] == [free.total]


def test_a_company_that_cannot_send_links_says_so_once_and_sends_nothing(owner: User) -> None:
    invoice = make_invoice(owner)
    Company.objects.update(manual_links_enabled=False)
    owner.refresh_from_db()

    review = send_payment_links.review(owner.company, [invoice.pk])

    assert review.obstacle == "Payment links are switched off for what is sent by hand."
    with pytest.raises(Refusal, match="switched off"):
        start(owner, invoice)
    assert not MailingRun.objects.exists()


def test_a_second_press_sends_nothing_again(owner: User) -> None:
    invoice = make_invoice(owner)

    runs = {start(owner, invoice, submission="same").pk for _ in range(2)}
    work()
    work()

    assert len(runs) == 1
    assert len(mails(invoice.customer)) == Link.objects.count() == 1


def test_send_pressed_in_two_tabs_at_once_sends_once(owner: User) -> None:
    invoice = make_invoice(owner)

    answers = at_once(*[lambda: start(owner, invoice, submission="same")] * 4)
    at_once(*[work] * 4)

    assert {answer.pk for answer in answers if isinstance(answer, MailingRun)} == {
        MailingRun.objects.get().pk
    }
    assert all(isinstance(answer, MailingRun) for answer in answers)
    assert len(mails(invoice.customer)) == Link.objects.count() == 1


def test_it_stands_in_the_timeline_of_all_that_it_touched(owner: User) -> None:
    first, second = make_two(owner)
    run = send(owner, first, second)

    told = Activity.objects.get(kind=Activity.Kind.QUEUED, about__number=f"{first.number}, {second.number}")

    assert set(told.subjects) == {
        *(first.pk, second.pk, first.order_id, second.order_id),
        *(first.customer_id, Link.objects.get().pk, run.pk),
    }


def test_a_strangers_invoice_is_passed_over(owner: User, stranger: User) -> None:
    theirs = make_invoice(stranger)

    assert send_payment_links.review(owner.company, [theirs.pk]).rows == []
    with pytest.raises(Refusal, match="Choose at least one"):
        start(owner, theirs)


def test_a_batch_link_pays_each_invoice_its_own_share(owner: User, bank: Bank) -> None:
    first, second = make_two(owner)
    send(owner, first, second)
    bank.pay(attempt := click_pay(Link.objects.get()))

    settle_payment.settle(attempt.pk)

    assert bank.charged(attempt.pk) == Payment.objects.get().amount == 10_000
    shares = {
        row.invoice_id: (row.amount, row.balance_after) for row in Payment.objects.get().allocations.all()
    }
    assert shares == {first.pk: (6_000, 0), second.pk: (4_000, 0)}
    lines = Receipt.objects.get().document.lines
    assert [(line.invoice_number, line.amount) for line in lines] == [
        (first.number, 6_000),
        (second.number, 4_000),
    ]
    assert set(Item.objects.filter(kind="invoice").values_list("balance", flat=True)) == {0}
    assert Attempt.objects.get().state == Attempt.State.SETTLED
