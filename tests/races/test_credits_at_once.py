"""Several people at one credit: nobody applies more than is open, and one decision counts; with a control."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from uuid import uuid4

import pytest
from django.db import IntegrityError
from django.db.models import QuerySet

from factories import make_customer, make_invoice, make_user
from factories.credits import make_credit
from florin.domain.activity.models import Activity
from florin.domain.customers.models import Customer
from florin.domain.ledger.applying import AppliedAmount
from florin.domain.ledger.models import Item
from florin.domain.staff.models import User
from florin.domain.staff.rights import Role
from florin.flows import apply_credit, give_credit
from florin.kernel.errors import Conflict
from flows.test_give_credit import write
from testing.races import at_once


@pytest.fixture
def customer(owner: User) -> Customer:
    return make_customer(owner.company)


def apply(
    owner: User, credit: Item, invoice: Item, minor: int, *, submission: str = ""
) -> list[AppliedAmount]:
    return apply_credit.apply(
        owner.company, credit.pk, {invoice.pk: minor}, submission=submission or uuid4().hex, by=owner
    )


def test_two_people_at_once_apply_no_more_than_a_credit_has(owner: User, customer: Customer) -> None:
    credit = make_credit(customer, "30.00")
    invoices = [make_invoice(owner, customer=customer).item for _ in range(4)]

    answers = at_once(*[partial(apply, owner, credit, invoice, 2_000) for invoice in invoices])

    assert sorted(type(answer).__name__ for answer in answers) == ["Exceeded"] * 3 + ["list"]
    assert Item.objects.get(pk=credit.pk).balance == -1_000


def test_two_credits_at_once_pay_no_more_than_an_invoice_owes(owner: User, customer: Customer) -> None:
    credits_ = [make_credit(customer, "80.00") for _ in range(3)]
    invoice = make_invoice(owner, customer=customer).item

    answers = at_once(*[partial(apply, owner, credit, invoice, 8_000) for credit in credits_])

    assert sorted(type(answer).__name__ for answer in answers) == ["Exceeded"] * 2 + ["list"]
    assert Item.objects.get(pk=invoice.pk).balance == 2_000


def test_a_double_click_at_the_same_instant_applies_once(owner: User, customer: Customer) -> None:
    credit, invoice = make_credit(customer, "30.00"), make_invoice(owner, customer=customer).item

    answers = at_once(*[partial(apply, owner, credit, invoice, 1_000, submission="one press")] * 4)

    assert sorted(len(answer) for answer in answers if isinstance(answer, list)) == [0, 0, 0, 1]
    assert Item.objects.get(pk=credit.pk).balance == -2_000


def test_of_two_who_decide_at_once_one_is_told_what_the_other_decided(owner: User) -> None:
    manager = make_user(owner.company, Role.SALES_MANAGER)
    credit = write(owner)
    give_credit.submit(owner.company, credit.pk, by=owner)

    answers = at_once(
        partial(give_credit.approve, owner.company, credit.pk, by=owner),
        partial(give_credit.reject, owner.company, credit.pk, reason="No", by=manager),
    )

    assert [isinstance(answer, Conflict) for answer in answers].count(True) == 1
    decisions = [Activity.Kind.CREDIT_APPROVED, Activity.Kind.CREDIT_REJECTED]
    assert Activity.objects.filter(kind__in=decisions).count() == 1


@contextmanager
def _without_locks() -> Iterator[None]:
    """Take SELECT … FOR UPDATE out of the product."""
    patch = pytest.MonkeyPatch()
    patch.setattr(QuerySet, "select_for_update", lambda rows, **_options: rows.all())
    try:
        yield
    finally:
        patch.undo()


def test_control_without_the_locks_the_database_stops_the_second_without_a_sentence(
    owner: User, customer: Customer
) -> None:
    """If this fails, the tests above prove nothing."""
    crashed = False
    for _ in range(20):
        credit, invoice = make_credit(customer, "30.00"), make_invoice(owner, customer=customer).item
        with _without_locks():
            answers = at_once(*[partial(apply, owner, credit, invoice, 2_000)] * 4)
        crashed = any(isinstance(answer, IntegrityError) for answer in answers)
        if crashed:
            break
    assert crashed
