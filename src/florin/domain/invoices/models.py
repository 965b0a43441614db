"""Invoices: issued once, never rewritten; a change is a new revision."""

from typing import ClassVar

from django.db import models

from florin.contracts import snapshots
from florin.contracts.documents import InvoiceDocument
from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.ledger.models import Item
from florin.domain.orders.models import Order
from florin.kernel.database import Keyed
from florin.kernel.money import Money
from florin.kernel.texts import Words


class Invoice(Keyed):
    """An invoice; what it says is its latest revision, what is owed on it is its item's balance."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="+")
    item = models.OneToOneField(Item, on_delete=models.PROTECT, related_name="+")
    number = Words(max_length=20)
    currency = models.CharField(max_length=3)
    issued_on = models.DateField()
    due_on = models.DateField()
    total = models.BigIntegerField(help_text="Of the latest revision, in minor units.")
    revision = models.PositiveIntegerField(default=1, help_text="The latest.")
    void = models.BooleanField(default=False)

    class Meta:
        verbose_name = "invoice"
        constraints: ClassVar = [
            # What an import brought and somebody undid may come again.
            models.UniqueConstraint(
                fields=["company", "number"], name="invoice_number_once", condition=models.Q(void=False)
            ),
            models.CheckConstraint(condition=models.Q(total__gte=0), name="invoice_total_not_negative"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def money(self) -> Money:
        """The total of the latest revision."""
        return Money(self.total, self.currency)


class Revision(Keyed):
    """What an invoice said at one time. Append-only."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    total = models.BigIntegerField()
    content = models.JSONField(help_text="An InvoiceDocument.")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=254)

    class Meta:
        verbose_name = "invoice revision"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["invoice", "number"], name="revision_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.invoice_id} revision {self.number}"

    @property
    def document(self) -> InvoiceDocument:
        """What the revision says."""
        return snapshots.read(InvoiceDocument, self.content)
