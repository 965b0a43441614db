"""Batches of payment links: one right mail per customer, a reason for everything else, whatever happens."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import OperationalError, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from domain.world import open_attempt, pay_by_credit
from factories import make_customer, make_invoice, make_link, press_pay
from florin.domain.activity.models import Activity
from florin.domain.companies.models import Company, PaymentsAccount
from florin.domain.customers.models import Customer
from florin.domain.invoices.models import Invoice, Revision
from florin.domain.ledger.models import Item
from florin.domain.links import services as links
from florin.domain.links.models import Link
from florin.domain.outbox.models import Message
from florin.domain.payments.models import Attempt, Payment
from florin.domain.receipts.models import Receipt
from florin.domain.sends import queries
from florin.domain.sends import services as sends
from florin.domain.sends.lifecycle import PART, PartState
from florin.domain.sends.models import Batch, Part
from florin.domain.staff.models import User
from florin.flows import deliver_outbox, send_payment_links, settle_payment, write_order
from florin.kernel.errors import Refusal
from testing.bank import Bank
from testing.races import at_once


def start(owner: User, *invoices: Invoice, press: str = "", to: dict[UUID, list[str]] | None = None) -> Batch:
    """Press Send on the review with the addresses as they are prefilled, unless told otherwise."""
    customers = Customer.objects.filter(pk__in=[invoice.customer_id for invoice in invoices])
    known = {customer.pk: customer.invoice_emails for customer in customers}
    return send_payment_links.start(
        owner.company,
        [invoice.pk for invoice in invoices],
        addresses={**known, **(to or {})},
        press=press or uuid4().hex,
        by=owner,
    )


def work() -> None:
    """What the workers do, without the jobs that hurry them."""
    send_payment_links.sweep()


def send(owner: User, *invoices: Invoice, to: dict[UUID, list[str]] | None = None) -> Batch:
    batch = start(owner, *invoices, to=to)
    work()
    return batch


def part(batch: Batch, customer: Customer) -> Part:
    return Part.objects.get(batch=batch, customer=customer)


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
    batch = send(owner, first, second, other)

    deliver_outbox.deliver()

    link = Link.objects.get(customer=first.customer)
    mail = bank.mails(to="ann@shop.example")[0]
    assert mail["links"].count(links.address_of(link.pk)) >= 1
    assert {debt.invoice_id for debt in link.debts.all()} == {first.pk, second.pk}
    assert "$100.00" in mail["subject"]
    assert other.number not in str(mail)
    assert queries.progress(batch).mails_sent == 2


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
    batch = start(
        owner, good, nowhere, wrong, off, voided, paid, *partly, to={wrong.customer_id: ["not an address"]}
    )
    for invoice in (paid, partly[0]):
        pay_by_credit(Invoice.objects.get(pk=invoice.pk), invoice.total)

    work()
    deliver_outbox.deliver()

    told = {part.customer_id: part.reason for part in batch.parts.all() if part.state == PartState.SKIPPED}
    assert told == {
        nowhere.customer_id: "There is no e-mail address to send to.",
        wrong.customer_id: "“not an address” is not an e-mail address.",
        off.customer_id: f"Payment links are switched off for {off.customer.name}.",
        voided.customer_id: "A void invoice cannot be paid.",
        paid.customer_id: "This is paid; nothing is owed on it any more.",
    }
    assert part(batch, partly[0].customer).left_out == [
        [partly[0].number, "This is paid; nothing is owed on it any more."]
    ]
    assert sorted(mail["to"] for mail in bank.mails()) == sorted(
        invoice.customer.invoice_emails[0] for invoice in (good, partly[1])
    )


@pytest.mark.parametrize("switch", ["customer", "manual", "company", "account"])
def test_what_is_switched_off_after_send_was_pressed_is_not_sent(owner: User, switch: str) -> None:
    invoice = make_invoice(owner)
    batch = start(owner, invoice)
    if switch == "customer":
        Customer.objects.update(links_enabled=False)
    elif switch == "account":
        PaymentsAccount.objects.update(state="suspended")
    else:
        name = "manual_links_enabled" if switch == "manual" else "links_enabled"
        Company.objects.update(**{name: False})

    work()

    assert part(batch, invoice.customer).state == PartState.SKIPPED
    assert part(batch, invoice.customer).reason
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
    assert not Batch.objects.exists()


def test_a_second_press_sends_nothing_again(owner: User) -> None:
    invoice = make_invoice(owner)

    batches = {start(owner, invoice, press="same").pk for _ in range(2)}
    work()
    work()

    assert len(batches) == 1
    assert len(mails(invoice.customer)) == Link.objects.count() == 1


def test_send_pressed_in_two_tabs_at_once_sends_once(owner: User) -> None:
    invoice = make_invoice(owner)

    answers = at_once(*[lambda: start(owner, invoice, press="same")] * 4)
    at_once(*[work] * 4)

    assert {answer.pk for answer in answers if isinstance(answer, Batch)} == {Batch.objects.get().pk}
    assert all(isinstance(answer, Batch) for answer in answers)
    assert len(mails(invoice.customer)) == Link.objects.count() == 1


@contextmanager
def _parts_taken_without_asking() -> Iterator[None]:
    """Take the lock and the look at the state out of the product."""
    patch = pytest.MonkeyPatch()
    patch.setattr(
        sends,
        "take",
        lambda key: Part.objects.select_related("batch__company__account", "customer").get(pk=key),
    )
    patch.setattr(PART, "check", lambda _old, _new: None)
    try:
        yield
    finally:
        patch.undo()


def test_control_without_the_lock_workers_at_once_make_several_links(owner: User) -> None:
    """If this fails, the test above proves nothing."""
    made = 0
    for _ in range(10):
        batch = start(owner, make_invoice(owner))
        key = batch.parts.get().pk
        with _parts_taken_without_asking():
            at_once(*[lambda key=key: send_payment_links.work([key])] * 4)
        made = max(made, Link.objects.filter(customer=batch.parts.get().customer_id).count())
    assert made > 1


def test_parts_of_a_worker_that_was_killed_in_the_middle_are_worked_by_another(owner: User) -> None:
    invoices = [make_invoice(owner) for _ in range(3)]
    batch = start(owner, *invoices)
    keys = list(batch.parts.values_list("pk", flat=True))
    with transaction.atomic():  # what the database does for a worker that is gone
        sends.take(keys[0])
        transaction.set_rollback(True)
    send_payment_links.work(keys[1:2])

    work()

    assert queries.progress(batch).sent == 3
    assert [len(mails(invoice.customer)) for invoice in invoices] == [1, 1, 1]


def test_one_part_that_fails_stops_no_other_and_says_so(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = make_invoice(owner), make_invoice(owner)
    mint = links.mint

    def break_for_one(revisions: Sequence[Revision], **details: Any) -> Link:
        if revisions[0].invoice.pk == bad.pk:
            raise ZeroDivisionError
        return mint(revisions, **details)

    monkeypatch.setattr(links, "mint", break_for_one)
    batch = send(owner, bad, good)

    assert part(batch, bad.customer).state == PartState.FAILED
    assert "nothing was sent" in part(batch, bad.customer).reason
    assert part(batch, good.customer).state == PartState.SENT
    assert not mails(bad.customer)


def test_a_part_waits_while_the_database_is_away(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = start(owner, invoice := make_invoice(owner))
    with monkeypatch.context() as away:
        away.setattr(send_payment_links, "_carry_out", lambda _part: (_ for _ in ()).throw(OperationalError))
        work()
    assert part(batch, invoice.customer).state == PartState.QUEUED

    work()

    assert part(batch, invoice.customer).state == PartState.SENT


def test_it_stands_in_the_timeline_of_all_that_it_touched(owner: User) -> None:
    first, second = make_two(owner)
    batch = send(owner, first, second)

    told = Activity.objects.get(kind=Activity.Kind.QUEUED, about__number=f"{first.number}, {second.number}")

    assert set(told.subjects) == {
        *(first.pk, second.pk, first.order_id, second.order_id),
        *(first.customer_id, Link.objects.get().pk, batch.pk),
    }


def test_parts_are_handed_out_in_jobs_of_some(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send_payment_links, "_PARTS_A_JOB", 2)
    start(owner, *[make_invoice(owner) for _ in range(5)])

    jobs = ProcrastinateJob.objects.filter(task_name="send_batch").values_list("args", flat=True)
    assert sorted(len(arguments["parts"]) for arguments in jobs) == [1, 2, 2]


def test_a_strangers_invoice_is_passed_over(owner: User, stranger: User) -> None:
    theirs = make_invoice(stranger)

    assert send_payment_links.review(owner.company, [theirs.pk]).rows == []
    with pytest.raises(Refusal, match="Choose at least one"):
        start(owner, theirs)


def test_a_batch_link_pays_each_invoice_its_own_share(owner: User, bank: Bank) -> None:
    first, second = make_two(owner)
    send(owner, first, second)
    bank.pay(attempt := press_pay(Link.objects.get()))

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
