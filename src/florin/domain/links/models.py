"""Payment links: what lets a customer pay without signing in."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.invoices.models import Invoice, Revision
from florin.kernel import formats
from florin.kernel.database import Keyed


class Link(Keyed):
    """A link to debts. Each send has its own, so that staff see which mail was opened.

    The token is not here: it is derived from the key and a secret outside the database, and
    ``fingerprint`` only finds it.
    """

    class Kind(models.TextChoices):
        """What was sent."""

        INVOICE = "invoice", "Invoice"
        BATCH = "batch", "Invoices"
        STATEMENT = "statement", "Statement"

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.INVOICE)
    fingerprint = models.BinaryField(max_length=32, unique=True)
    currency = models.CharField(max_length=3)
    recipients = ArrayField(models.EmailField())
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=254)
    opened_at = models.DateTimeField(null=True, help_text="First opened by a person.")
    started_at = models.DateTimeField(null=True, help_text="Pay was first pressed.")
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "payment link"
        indexes: ClassVar = [models.Index(fields=["customer", "-id"], name="link_of_customer")]

    def __str__(self) -> str:
        return f"link {self.pk}"

    @property
    def language(self) -> str:
        """The payer's language, with the figures of the company's region."""
        return formats.regional(self.customer.language, self.company.time_zone)


class Debt(Keyed):
    """One invoice that a link is for, and the revision that its mail showed."""

    link = models.ForeignKey(Link, on_delete=models.PROTECT, related_name="debts")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="+")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField()

    class Meta:
        verbose_name = "debt"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["link", "invoice"], name="debt_once_per_link"),
        ]
        indexes: ClassVar = [models.Index(fields=["invoice", "-link"], name="debt_of_invoice")]

    def __str__(self) -> str:
        return f"{self.invoice_id} in {self.link_id}"
