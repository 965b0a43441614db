"""Sending statements: what is queued, what the link asks for, and that a press counts once."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection
from pypdf import PdfReader

from factories import make_customer, make_invoice, make_link
from factories.attempts import open_attempt, report
from factories.credits import make_credit, pay_by_credit
from factories.database import sql
from factories.ledger import usd
from florin.contracts.processor import Outcome
from florin.domain.activity.models import Activity
from florin.domain.attempts import asking, bill
from florin.domain.customers.models import Customer
from florin.domain.invoices.models import Invoice
from florin.domain.links import services as links
from florin.domain.links.models import Link
from florin.domain.outbox.models import Message
from florin.domain.staff.models import User
from florin.domain.statements import queries
from florin.domain.statements.composing import Period
from florin.domain.statements.models import Statement, Type
from florin.flows import deliver_outbox, render_documents, send_statement
from florin.flows.send_statement import Sent
from florin.kernel import clock
from florin.kernel.errors import NotFound, Refusal
from testing.bank import Bank

TO = ["books@florist.example"]


def period(owner: User, kind: Type = Type.OPEN_ITEMS) -> Period:
    today = clock.today(owner.company.time_zone)
    return send_statement.period(owner.company, kind, begin_on=today.replace(day=1), end_on=today)


def send(owner: User, customer: Customer, *, submission: str = "p", with_link: bool = True) -> Sent:
    return send_statement.send(
        owner.company, customer.pk, period(owner), to=TO, with_link=with_link, submission=submission, by=owner
    )


def link_of(sent: Sent) -> Link:
    link = sent.sendings[0].link
    assert link is not None, sent.why_no_link
    return link


def test_a_statement_is_numbered_linked_queued_and_told_of(owner: User) -> None:
    invoice = make_invoice(owner)

    sent = send(owner, invoice.customer)

    statement, link = Statement.objects.get(), link_of(sent)
    assert (statement.number, statement.balance, statement.invoices) == ("ST-10001", 10_000, [invoice.pk])
    assert (link.kind, link.recipients) == (Link.Kind.STATEMENT, TO)
    assert queries.of_link(link) == statement
    told = Activity.objects.filter(subjects__contains=[statement.pk, invoice.pk, invoice.customer_id])
    assert sorted(told.values_list("kind", flat=True)) == ["queued", "statement_made"]


def test_each_recipient_gets_one_mail_with_the_pdf_and_the_link(owner: User, bank: Bank) -> None:
    bank.forget_mails()
    invoice = make_invoice(owner)
    sent = send_statement.send(
        owner.company,
        invoice.customer_id,
        period(owner),
        to=["a@x.example", "b@x.example", "a@x.example"],
        with_link=True,
        submission="p",
        by=owner,
    )

    deliver_outbox.deliver()

    mails = bank.mails()
    assert sorted(mail["to"][0] if isinstance(mail["to"], list) else mail["to"] for mail in mails) == [
        "a@x.example",
        "b@x.example",
    ]
    assert all(links.address_of(link_of(sent).pk) in mail["links"] for mail in mails)
    assert {mail["attachments"][0]["name"] for mail in mails} == {"ST-10001.pdf"}
    assert "$100.00" in mails[0]["subject"]


def test_send_pressed_twice_makes_and_sends_once(owner: User) -> None:
    customer = make_invoice(owner).customer

    first, second = send(owner, customer), send(owner, customer)

    assert first.sendings == second.sendings
    assert (Statement.objects.count(), Link.objects.count(), Message.objects.count()) == (1, 1, 1)


def test_send_pressed_by_many_at_once_makes_one(owner: User) -> None:
    customer = make_invoice(owner).customer

    def send_it(_place: int) -> None:
        send(owner, customer)
        connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(send_it, range(6)))

    assert (Statement.objects.count(), Message.objects.count()) == (1, 1)


def test_the_same_press_elsewhere_is_another_press(owner: User, stranger: User) -> None:
    for person in (owner, stranger):
        send(person, make_invoice(person).customer, submission="same")

    assert Statement.objects.count() == Message.objects.count() == 2


def test_the_link_asks_for_what_is_still_open_and_not_for_later_invoices(owner: User) -> None:
    first = make_invoice(owner)
    second = make_invoice(owner, "50.00", customer=first.customer)
    link = link_of(send(owner, first.customer))
    make_invoice(owner, "77.00", customer=first.customer)
    pay_by_credit(first, 4_000)

    drawn = bill.draw_up(links.find(links.token_of(link.pk)))

    assert [line.number for line in drawn.lines] == [first.number, second.number]
    assert drawn.payable.minor == 11_000


def backdate(invoice: Invoice, days: int) -> date:
    """Move what was booked for an invoice into the past; return the day before today."""
    today = clock.today("UTC")
    change = f"UPDATE ledger_entry SET date = date - {days} WHERE source = 'invoice:{invoice.pk}'"  # noqa: S608
    sql("SET LOCAL session_replication_role = replica", change)
    return today - timedelta(days=1)


def test_what_was_paid_after_the_end_date_is_on_the_statement_but_not_asked_for(owner: User) -> None:
    paid = make_invoice(owner)
    open_ = make_invoice(owner, "50.00", customer=paid.customer)
    end = backdate(paid, 10)
    backdate(open_, 10)
    report(open_attempt(make_link(owner, paid)), Outcome.SETTLED, usd(10_000))
    period = Period(Type.OPEN_ITEMS, None, end)
    credited = asking.payable(owner.company, paid.customer, "USD", [paid.item_id, open_.item_id])

    sent = send_statement.send(
        owner.company, paid.customer_id, period, to=TO, with_link=True, submission="p", by=owner
    )

    assert sent.sendings[0].statement.balance == 15_000
    assert sent.sendings[0].payable == credited == 5_000
    assert link_of(sent).debts.count() == 2


@pytest.mark.parametrize("credit", [10_000, 15_000])
def test_a_statement_over_nothing_or_a_credit_has_no_link_and_says_why(owner: User, credit: int) -> None:
    customer = make_invoice(owner).customer
    make_credit(customer, credit)

    sent = send(owner, customer)

    assert sent.sendings[0].link is None
    assert sent.sendings[0].statement.balance == 10_000 - credit
    assert "Nothing is owed" in sent.why_no_link
    assert Message.objects.count() == 1


def test_while_all_of_it_is_being_paid_a_statement_has_no_link(owner: User) -> None:
    invoice = make_invoice(owner)
    report(open_attempt(link_of(send(owner, invoice.customer))), Outcome.AUTHORISED, usd(10_000))

    sent = send(owner, invoice.customer, submission="again")

    assert sent.sendings[0].link is None
    assert "is being paid" in sent.why_no_link


def test_open_credits_are_deducted_just_as_the_link_deducts_them(owner: User) -> None:
    invoice = make_invoice(owner)
    make_credit(invoice.customer, 3_000)

    sent = send(owner, invoice.customer)

    drawn = bill.draw_up(links.find(links.token_of(link_of(sent).pk)))
    assert sent.sendings[0].payable == drawn.payable.minor == 7_000


def test_where_open_credits_are_left_alone_the_link_asks_for_all(owner: User) -> None:
    owner.company.use_open_credits = False
    owner.company.save()
    invoice = make_invoice(owner)
    make_credit(invoice.customer, 3_000)

    assert send(owner, invoice.customer).sendings[0].payable == 10_000


@pytest.mark.parametrize("switch", ["links_enabled", "manual_links_enabled"])
def test_where_links_are_off_a_statement_goes_without_and_says_why(owner: User, switch: str) -> None:
    setattr(owner.company, switch, False)
    owner.company.save()

    sent = send(owner, make_invoice(owner).customer)

    assert sent.sendings[0].link is None
    assert "switched off" in sent.why_no_link


def test_without_the_tick_there_is_no_link_and_no_complaint(owner: User) -> None:
    sent = send(owner, make_invoice(owner).customer, with_link=False)

    assert (sent.sendings[0].link, sent.why_no_link) == (None, "")


def test_each_currency_is_a_statement_and_a_mail_of_its_own(owner: User) -> None:
    customer = make_customer(owner.company)
    make_invoice(owner, customer=customer)
    Customer.objects.filter(pk=customer.pk).update(currency="EUR")
    customer.refresh_from_db()
    make_invoice(owner, "20.00", customer=customer)

    sent = send(owner, customer)

    assert [sending.statement.currency for sending in sent.sendings] == ["EUR", "USD"]
    assert Message.objects.count() == Link.objects.count() == 2


def test_sending_again_makes_a_new_link_to_the_same_invoices(owner: User) -> None:
    invoice = make_invoice(owner)
    first = send(owner, invoice.customer)
    make_invoice(owner, customer=invoice.customer)
    statement = first.sendings[0].statement

    again = send_statement.send_again(
        owner.company, statement.pk, to=["c@x.example"], with_link=True, submission="q", by=owner
    )

    assert link_of(again) != link_of(first)
    assert [debt.invoice_id for debt in link_of(again).debts.all()] == [invoice.pk]
    assert Statement.objects.count() == 1


def test_an_address_that_is_none_sends_nothing(owner: User) -> None:
    customer = make_invoice(owner).customer

    with pytest.raises(Refusal, match="is not an e-mail address"):
        send_statement.send(
            owner.company, customer.pk, period(owner), to=["nobody"], with_link=True, submission="p", by=owner
        )

    assert not Statement.objects.exists()


def test_another_companys_customer_gets_no_statement_of_ours(owner: User, stranger: User) -> None:
    theirs = make_invoice(stranger).customer

    with pytest.raises(NotFound):
        send(owner, theirs)
    with pytest.raises(NotFound):
        send_statement.send_again(
            owner.company,
            send(stranger, theirs).sendings[0].statement_id,
            to=TO,
            with_link=True,
            submission="p",
            by=owner,
        )


def test_a_period_must_lie_in_the_past_and_the_right_way_round(owner: User) -> None:
    today = clock.today(owner.company.time_zone)
    for begin, end in ((today, today + timedelta(days=1)), (today, today - timedelta(days=1)), (None, today)):
        with pytest.raises(Refusal):
            send_statement.period(owner.company, Type.BALANCE_FORWARD, begin_on=begin, end_on=end)


def test_a_sending_never_changes(owner: User) -> None:
    send(owner, make_invoice(owner).customer)

    with pytest.raises(IntegrityError, match="append-only"):
        sql("UPDATE statements_sending SET payable = 1")


def test_who_holds_the_link_gets_the_statement_with_the_same_link(owner: User) -> None:
    link = link_of(send(owner, make_invoice(owner).customer))

    name, pdf = render_documents.bill_statement_pdf(links.token_of(link.pk))

    assert name == "ST-10001.pdf"
    notes: Any = PdfReader(io.BytesIO(pdf)).pages[0]["/Annots"]
    assert notes[0].get_object()["/A"]["/URI"] == links.address_of(link.pk)
