"""The timeline tells every object its own story, once and for good."""

import pytest
from django.db import IntegrityError

from factories import make_company, make_invoice, make_link, make_order
from factories.attempts import make_paid_attempt
from factories.database import sql
from florin.domain.activity import services
from florin.domain.companies.models import Company
from florin.domain.orders.models import Order
from florin.domain.staff.models import User
from florin.kernel.database import new_key

Kind = services.Kind


def kinds(owner: User, subject: object) -> list[str]:
    return [entry.kind for entry in services.timeline(owner.company_id, subject.pk)]  # type: ignore[attr-defined]


def test_each_object_has_its_own_timeline_the_latest_first(owner: User) -> None:
    other = make_order(owner)
    invoice = make_invoice(owner)
    link = make_link(owner, invoice)

    issued = ["invoice_issued", "order_confirmed"]
    assert kinds(owner, invoice) == ["queued", *issued]
    assert kinds(owner, Order.objects.get(pk=invoice.order_id)) == ["queued", *issued, "order_created"]
    assert kinds(owner, invoice.customer) == ["queued", *issued, "order_created"]
    assert kinds(owner, link) == ["queued"]
    assert kinds(owner, other) == ["order_created"]


def test_another_companys_timeline_is_empty_even_for_a_known_key(owner: User) -> None:
    invoice = make_invoice(owner)

    assert not services.timeline(make_company(slug="elsewhere").pk, invoice.pk).exists()


def test_the_feed_holds_the_companys_events_of_the_wanted_kinds(owner: User) -> None:
    make_invoice(owner)
    services.note(make_company(slug="elsewhere").pk, Kind.ORDER_CONFIRMED, subjects=[new_key()])

    feed = services.feed(owner.company_id, [Kind.ORDER_CONFIRMED, Kind.INVOICE_ISSUED])

    assert [entry.kind for entry in feed] == ["invoice_issued", "order_confirmed"]


def test_an_event_keeps_who_and_what(company: Company) -> None:
    subject = new_key()
    services.note(company.pk, Kind.SENT, subjects=[subject], actor="Ada", to="a@shop.example", amount=5)
    services.note(company.pk, Kind.SENT, subjects=[subject])

    told = [(entry.actor, entry.about) for entry in services.timeline(company.pk, subject)]
    assert told == [("Florin", {}), ("Ada", {"to": "a@shop.example", "amount": 5})]


@pytest.mark.parametrize(
    ("table", "made_by"),
    [
        ("activity_activity", make_order),
        ("payments_allocation", make_paid_attempt),
    ],
)
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_what_was_noted_is_never_changed(owner: User, table: str, made_by: object, statement: str) -> None:
    made_by(owner)  # type: ignore[operator]

    with pytest.raises(IntegrityError, match="append-only"):
        sql(statement.format(table))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE payments_payment SET amount = 1",
        "UPDATE payments_payment SET fee = 1",
        "DELETE FROM payments_payment",
    ],
)
def test_a_payment_is_never_changed_once_its_fee_is_known(owner: User, statement: str) -> None:
    make_paid_attempt(owner)

    with pytest.raises(IntegrityError, match="never changed"):
        sql(statement)
