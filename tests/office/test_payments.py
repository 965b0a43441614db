"""Payment History and the page of a payment: everything that came in, found, added up, and told to the end."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from domain.world import open_attempt, report, usd
from factories import make_credit, make_customer, make_invoice, make_link, make_user
from florin.domain.customers.models import Customer
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Account, Entry
from florin.domain.outbox.models import Message
from florin.domain.payments import allocating, queries
from florin.domain.payments.models import Attempt, Method, Payment, Return
from florin.domain.payments.receiving import Receiving
from florin.domain.receipts import services as receipts
from florin.domain.refunds.models import Refund
from florin.domain.staff.models import User
from florin.domain.staff.rights import Role
from florin.flows import receive_payment, undo_payment
from florin.kernel import clock
from florin.kernel.money import Money
from florin.kernel.processor import Outcome
from office import signed_in

ASKING = 3
LIST = "/office/payments/"
HTMX = {"HX-Request": "true"}


def at_the_counter(
    owner: User, customer: Customer, amount: str, *, method: Method = Method.CHECK, reference: str = ""
) -> Payment:
    wanted = Receiving(
        method=method,
        amount=Money.parse(amount, customer.currency),
        on=clock.today(owner.company.time_zone),
        reference=reference,
        press=uuid4().hex,
    )
    return receive_payment.receive(owner.company, customer.pk, wanted, by=owner)


def online(owner: User, invoice: Invoice | None = None, *, minor: int = 10_000, fee: int = 315) -> Payment:
    attempt = open_attempt(make_link(owner, invoice))
    report(attempt, Outcome.SETTLED, usd(minor), usd(fee))
    payment = Payment.objects.get(attempt=attempt)
    with transaction.atomic():
        receipts.issue(payment)
    return payment


def sent_back(payment: Payment, minor: int) -> Refund:
    """A refund, booked."""
    with transaction.atomic():
        locked = allocating.lock(payment.pk)
        taken = allocating.take_all(
            locked, minor, to=Account.PROCESSOR, kind=Entry.Kind.REFUND, key=uuid4().hex, by="a test"
        )
        refund = Refund.objects.create(
            company_id=payment.company_id,
            customer_id=payment.customer_id,
            payment=payment,
            number=f"RF-{uuid4().hex[:6]}",
            currency=payment.currency,
            amount=minor,
            reason="Wilted",
            state=Refund.State.SUCCEEDED,
            requested_at=clock.now(),
            requested_by="a test",
            check_at=clock.now(),
        )
    assert taken.missing == 0
    return refund


def returned(payment: Payment, code: str = "R01") -> None:
    with transaction.atomic():
        locked = allocating.lock(payment.pk)
        taken = allocating.take_all(
            locked, payment.amount, to=locked.holder, kind=Entry.Kind.RETURN, key=uuid4().hex, by="a test"
        )
        Return.objects.create(payment=payment, entry=taken.entry, code=code, returned_at=clock.now())


def shown(client: Client, address: str = LIST, **asked: str) -> str:
    answer = client.get(address, asked)
    assert answer.status_code == 200
    return answer.content.decode()


def numbers(text: str) -> list[str]:
    return re.findall(r'class="lead"><a href="/office/payments/[\w-]+/">([\w-]+)</a>', text)


def test_every_payment_is_listed_the_newest_first(owner: User) -> None:
    invoice = make_invoice(owner, "100.00")
    first = online(owner, invoice)
    second = at_the_counter(owner, invoice.customer, "25.00", reference="1042")
    Payment.objects.filter(pk=first.pk)
    text = shown(signed_in(owner))

    assert set(numbers(text)) == {first.number, second.number}
    for part in (invoice.number, "$100.00", "$3.15", "$96.85", "1042", "Check", owner.name, "Online"):
        assert part in text
