"""The customers of a company: who owes."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from florin.domain.companies.models import Company
from florin.kernel import formats
from florin.kernel.database import Keyed
from florin.kernel.directions import NameField
from florin.kernel.folding import FoldedField
from florin.kernel.texts import Text, Words


class Customer(Keyed):
    """A business that buys on account."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    number = Words(max_length=20)
    folded = FoldedField(of="number", help_text="The number whatever its case and width.")
    name = NameField(max_length=120)
    bill_to = Text(blank=True, max_length=400, help_text="The address, a line each.")
    ship_to = Text(blank=True, max_length=400, help_text="The address, a line each.")
    phone = Words(max_length=40, blank=True)
    tax_id = Words(max_length=40, blank=True)
    note = Text(blank=True, max_length=1000)
    invoice_emails = ArrayField(models.EmailField(), default=list, blank=True)
    statement_emails = ArrayField(models.EmailField(), default=list, blank=True)
    credit_limit = models.BigIntegerField(null=True, help_text="In minor units; empty means none.")
    terms_days = models.PositiveSmallIntegerField(default=30)
    currency = models.CharField(max_length=3)
    language = models.CharField(max_length=5, default="en", choices=[("en", "English"), ("es", "Español")])
    links_enabled = models.BooleanField(default=True)
    automatic_invoices = models.BooleanField(
        default=True, help_text="Mail the invoice when an order is confirmed."
    )

    class Meta:
        verbose_name = "customer"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "folded"], name="customer_number_once"),
            models.CheckConstraint(
                condition=models.Q(currency__regex=r"^[A-Z]{3}$"), name="customer_currency_is_iso"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "name"], name="customer_by_name")]

    def __str__(self) -> str:
        return self.name

    def reads(self, company: Company) -> str:
        """Return the customer's language, with the figures of the region of their company."""
        return formats.regional(self.language, company.time_zone)
