"""An invoice and the ledger move together, and what an invoice once said stays said."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from factories import make_customer, make_draft, make_invoice, make_order
from factories.credits import pay_by_credit
from factories.database import sql
from florin.domain.customers.models import Customer
from florin.domain.invoices import services
from florin.domain.invoices.models import Invoice, Revision
from florin.domain.ledger.models import Entry, Item, Line
from florin.domain.orders import services as orders
from florin.domain.orders.models import Order
from florin.domain.staff.models import User
from florin.kernel import clock
from florin.kernel.errors import Refusal


@transaction.atomic
def revise(invoice: Invoice, *prices: str) -> Invoice:
    order = Order.objects.get(pk=invoice.order_id)
    changed = orders.change(
        order.company, order.pk, make_draft(order.customer, *prices), version=order.version
    )
    return services.revise(changed, by="a test")


@transaction.atomic
def void(invoice: Invoice) -> Invoice:
    return services.void(Order.objects.get(pk=invoice.order_id), by="a test")


def on_terms(customer: Customer, *, days: int) -> Customer:
    customer.terms_days = days
    customer.save()
    return customer


def owed(invoice: Invoice) -> int:
    return Item.objects.values_list("balance", flat=True).get(pk=invoice.item_id)


def booked(invoice: Invoice, kind: Entry.Kind) -> dict[str, int]:
    entry = Entry.objects.get(kind=kind, source=f"invoice:{invoice.pk}")
    return dict(Line.objects.filter(entry=entry).values_list("account", "amount"))


def test_an_issued_invoice_is_owed_and_sold(owner: User) -> None:
    invoice = make_invoice(owner, "100.00", "20.50")

    assert owed(invoice) == invoice.total == 12_050
    assert booked(invoice, Entry.Kind.INVOICE) == {"receivable": 12_050, "sales": -12_050}


def test_an_invoice_is_due_after_the_customers_own_terms_on_the_companys_day(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "today", lambda _zone: date(2026, 2, 27))
    invoice = make_invoice(owner, customer=on_terms(make_customer(owner.company), days=10))

    assert (invoice.issued_on, invoice.due_on) == (date(2026, 2, 27), date(2026, 3, 9))
    item = Item.objects.get(pk=invoice.item_id)
    assert item.due_on - item.opened_on == timedelta(days=10)


def test_an_invoice_of_nothing_books_nothing(owner: User) -> None:
    invoice = make_invoice(owner, "0.00")

    assert owed(invoice) == 0
    assert not Entry.objects.exists()


@pytest.mark.parametrize(("price", "difference"), [("130.00", 3_000), ("70.00", -3_000)])
def test_a_changed_order_is_a_new_revision_and_the_difference_is_posted(
    owner: User, price: str, difference: int
) -> None:
    invoice = revise(make_invoice(owner, "100.00"), price)

    assert owed(invoice) == invoice.total == 10_000 + difference
    assert booked(invoice, Entry.Kind.REVISION) == {"receivable": difference, "sales": -difference}
    assert list(invoice.revisions.order_by("number").values_list("total", flat=True)) == [
        10_000,
        invoice.total,
    ]
    assert services.current_revision(invoice.pk).number == invoice.revision == 2


def test_a_change_that_costs_the_same_is_a_revision_that_books_nothing(owner: User) -> None:
    invoice = revise(make_invoice(owner, "100.00"), "40.00", "60.00")

    assert invoice.revision == 2
    assert Entry.objects.count() == 1


def test_an_invoice_can_be_revised_again_and_again(owner: User) -> None:
    invoice = make_invoice(owner, "10.00")
    for price in ("20.00", "5.00", "7.00"):
        revise(invoice, price)

    assert owed(invoice) == 700
    assert Entry.objects.filter(kind=Entry.Kind.REVISION).count() == 3


def test_an_invoice_is_revised_down_to_what_was_paid_and_no_further(owner: User) -> None:
    invoice = make_invoice(owner, "100.00")
    pay_by_credit(invoice, 6_000)

    revise(invoice, "60.00")
    with pytest.raises(Refusal, match=f"More has been paid on {invoice.number}"):
        revise(invoice, "59.99")

    invoice.refresh_from_db()
    assert (owed(invoice), invoice.total, invoice.revision) == (0, 6_000, 2)
    assert Order.objects.get(pk=invoice.order_id).total == 6_000


def test_a_void_invoice_is_not_owed_and_not_sold(owner: User) -> None:
    invoice = void(revise(make_invoice(owner, "100.00"), "80.00"))

    assert owed(invoice) == 0
    assert booked(invoice, Entry.Kind.VOID) == {"receivable": -8_000, "sales": 8_000}
    assert Invoice.objects.get().void


def test_an_invoice_on_which_something_was_paid_is_not_voided(owner: User) -> None:
    invoice = make_invoice(owner)
    pay_by_credit(invoice, 1)

    with pytest.raises(Refusal, match=f"{invoice.number} has payments or credits"):
        void(invoice)
    assert not Invoice.objects.get().void


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE invoices_revision SET total = total + 1",
        "DELETE FROM invoices_revision",
        "TRUNCATE invoices_revision CASCADE",
    ],
)
def test_what_an_invoice_said_stays_said(owner: User, statement: str) -> None:
    make_invoice(owner)

    with pytest.raises(IntegrityError, match="append-only"):
        sql(statement)


def test_an_order_has_one_invoice(owner: User) -> None:
    invoice = make_invoice(owner)

    with pytest.raises(IntegrityError, match="order_id"), transaction.atomic():
        services.issue(Order.objects.get(pk=invoice.order_id), by="a test")


def test_the_document_says_what_the_order_says(owner: User) -> None:
    customer = make_customer(owner.company, name="Corner", bill_to="1 Rose Lane\nSpringfield", language="es")
    invoice = make_invoice(owner, "100.00", "0.1250", customer=customer)
    order = Order.objects.get(pk=invoice.order_id)

    document = services.current_revision(invoice.pk).document

    assert (document.number, document.order_number, document.customer_number) == (
        invoice.number,
        order.number,
        customer.number,
    )
    assert document.bill_to == document.ship_to == ("Corner", "1 Rose Lane", "Springfield")
    assert [(line.quantity, line.unit_price, line.total) for line in document.lines] == [
        ("1", "100", 10_000),
        ("1", "0.125", 12),
    ]
    assert (document.total, document.currency, document.language) == (invoice.total, "USD", "es")
    assert document.letterhead == owner.company.letterhead


def test_the_document_is_composed_in_the_customers_language_whatever_the_clerks(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "ngettext", lambda *_texts: f"%(days)s in {translation.get_language()}")
    customer = on_terms(make_customer(owner.company, language="es"), days=14)

    with translation.override("en"):
        invoice = make_invoice(owner, customer=customer)

    assert services.current_revision(invoice.pk).document.terms == "14 in es"


@pytest.mark.parametrize(
    ("given", "ship_to", "expected"),
    [("At the door", "By the lake", "At the door"), ("", "By the lake", "By the lake"), ("", "", "At home")],
)
def test_goods_go_where_the_order_says_else_where_the_customer_says(
    owner: User, given: str, ship_to: str, expected: str
) -> None:
    customer = make_customer(owner.company, ship_to=ship_to, bill_to="At home")
    order = make_order(owner, customer=customer)
    order.ship_to = given

    with transaction.atomic():
        invoice = services.issue(order, by="a test")

    assert services.current_revision(invoice.pk).document.ship_to[1:] == (expected,)


@pytest.mark.parametrize(
    ("quantity", "written"), [("100", "100"), ("2.500", "2.5"), ("0.001", "0.001"), ("-1", "-1")]
)
def test_quantities_are_written_as_people_write_them(owner: User, quantity: str, written: str) -> None:
    draft = make_draft(make_customer(owner.company), "1000.00", "1.00")
    first = replace(draft.lines[0], quantity=Decimal(quantity))
    with transaction.atomic():
        order = orders.create(owner.company, replace(draft, lines=[first, *[draft.lines[0]] * 2]), by=owner)
        invoice = services.issue(order, by="a test")

    assert services.current_revision(invoice.pk).document.lines[0].quantity == written


def test_a_company_that_moves_does_not_change_its_old_documents(owner: User) -> None:
    invoice = make_invoice(owner)
    owner.company.name = "Renamed"
    owner.company.save()

    assert Revision.objects.get(invoice=invoice).document.letterhead.name == "Bloom & Co Wholesale"
