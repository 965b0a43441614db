"""Open credits, and invoices paid from them."""

from datetime import date
from uuid import UUID, uuid4

from django.db import transaction

from florin.domain.credits import importing, services
from florin.domain.credits.importing import OldCredit
from florin.domain.customers.models import Customer
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Item
from florin.kernel.money import Money


def make_credit(customer: Customer, amount: str | int, *, number: str = "") -> Item:
    """An open credit of an amount as people write it, or in minor units."""
    given = OldCredit(
        customer=customer,
        number=number or f"CR-{uuid4().hex[:12]}",
        given_on=date(2026, 1, 5),
        amount=amount if isinstance(amount, int) else Money.parse(amount, customer.currency).minor,
        reason="Wilted on arrival",
    )
    with transaction.atomic():
        item = importing.give_many(customer.company, [given], by="a test")[0].item
    assert item
    return item


def pay_by_credit(invoice: Invoice, minor: int) -> None:
    """Pay part of an invoice, with a credit of just that much."""
    apply_credit(make_credit(invoice.customer, minor).pk, invoice, minor)


def apply_credit(credit: UUID, invoice: Invoice, minor: int) -> None:
    """Pay part of an invoice from an open credit, given by the key of its item."""
    with transaction.atomic():
        services.apply(
            invoice.company, credit=credit, amounts={invoice.item_id: minor}, key=uuid4().hex, by="a test"
        )
