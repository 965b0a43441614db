"""What the tests of the domain share: raw SQL, tampering that is taken back, and a processor's word."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction

from factories import make_link
from florin.contracts.processor import Outcome, Report
from florin.domain.attempts import bill
from florin.domain.attempts import services as attempts
from florin.domain.attempts.models import Attempt
from florin.domain.credits import importing as credits_importing
from florin.domain.credits import services as credits_
from florin.domain.credits.importing import OldCredit
from florin.domain.credits.models import Credit
from florin.domain.customers.models import Customer
from florin.domain.invoices.models import Invoice
from florin.domain.ledger import posting
from florin.domain.ledger.models import Account, Entry, Item
from florin.domain.ledger.posting import NewEntry, Posting
from florin.domain.links.models import Link
from florin.domain.payments import settling
from florin.domain.payments.settling import Step
from florin.domain.staff.models import User
from florin.kernel import clock
from florin.kernel.money import Money

A_DAY = date(2026, 3, 1)


def sql(*statements: str) -> list[tuple[Any, ...]]:
    """Run statements in one transaction, as somebody with a console could; return what the last one found."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


@contextmanager
def tampered(*statements: str) -> Iterator[None]:
    """Change rows past every trigger, and take it back afterwards."""
    with transaction.atomic():
        sql("SET LOCAL session_replication_role = replica", *statements)
        yield
        transaction.set_rollback(True)


def usd(minor: int) -> Money:
    return Money(minor, "USD")


def book(item: Item, *postings: Posting, key: str = "") -> Entry:
    """Post an entry in a transaction of its own."""
    with transaction.atomic():
        return posting.post(
            NewEntry(
                company=item.company,
                kind=Entry.Kind.INVOICE,
                source=f"item:{item.pk}",
                key=key or uuid4().hex,
                date=clock.today("UTC"),
                by="a test",
                postings=postings,
            )
        )


def sale(item: Item, minor: int) -> tuple[Posting, Posting]:
    """What an invoice of so much posts."""
    return Posting(Account.RECEIVABLE, usd(minor), item), Posting(Account.SALES, usd(-minor))


def open_attempt(link: Link) -> Attempt:
    """Press Pay without asking a processor."""
    with transaction.atomic():
        return attempts.open_for(bill.draw_up(link), nonce=uuid4().hex)


def report(attempt: Attempt, outcome: Outcome, amount: Money | None = None, fee: Money | None = None) -> Step:
    """Let the processor say something about an attempt."""
    news = Report(reference="cs_1", outcome=outcome, amount=amount, fee=fee, payment="pi_1")
    with transaction.atomic():
        return settling.record(settling.lock(attempt.pk), news)


def make_paid_attempt(owner: User) -> Attempt:
    """An invoice of 100.00 that was paid by card, with its fee."""
    attempt = open_attempt(make_link(owner))
    report(attempt, Outcome.SETTLED, usd(10_000), usd(315))
    return attempt


def make_credit(customer: Customer, minor: int) -> Credit:
    """An open credit."""
    old = OldCredit(
        customer=customer, number=f"CR-{uuid4().hex[:12]}", given_on=A_DAY, amount=minor, reason="Wilted"
    )
    with transaction.atomic():
        return credits_importing.give_many(customer.company, [old], by="a test")[0]


def pay_by_credit(invoice: Invoice, minor: int) -> None:
    """Pay part of an invoice, with a credit of just that much."""
    credit = make_credit(invoice.customer, minor)
    assert credit.item
    apply_credit(credit.item.pk, invoice, minor)


def apply_credit(credit: UUID, invoice: Invoice, minor: int) -> None:
    """Pay part of an invoice from an open credit, given by the key of its item."""
    with transaction.atomic():
        credits_.apply(
            invoice.company, credit=credit, amounts={invoice.item_id: minor}, key=uuid4().hex, by="a test"
        )
