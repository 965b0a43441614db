"""Statements: what a customer owed on a day, written down once, and each time it was sent."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from florin.contracts import snapshots
from florin.contracts.documents import StatementDocument
from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.links.models import Link
from florin.kernel.database import Keyed
from florin.kernel.money import Money


class Type(models.TextChoices):
    """What a statement shows."""

    BALANCE_FORWARD = "balance_forward", "Balance Forward"
    OPEN_ITEMS = "open_items", "Open Items / Unpaid"
    ALL_TRANSACTIONS = "all_transactions", "Open Items / All Transactions"


class Statement(Keyed):
    """A statement in one currency, as it was made. Append-only: a later one is another statement."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=20)
    type = models.CharField(max_length=20, choices=Type.choices)
    begin_on = models.DateField(null=True)
    end_on = models.DateField()
    currency = models.CharField(max_length=3)
    balance = models.BigIntegerField(help_text="On the end date, credits deducted, in minor units.")
    content = models.JSONField(help_text="A StatementDocument.")
    sha256 = models.BinaryField(max_length=32, help_text="Of the content.")
    invoices = ArrayField(models.UUIDField(), help_text="The invoices that were open on the end date.")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=254)

    class Meta:
        verbose_name = "statement"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "number"], name="statement_number_once"),
            models.CheckConstraint(
                condition=models.Q(begin_on__isnull=True) | models.Q(begin_on__lte=models.F("end_on")),
                name="statement_begins_before_it_ends",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["customer", "-id"], name="statement_of_customer")]

    def __str__(self) -> str:
        return self.number

    @property
    def money(self) -> Money:
        """What was owed on the end date."""
        return Money(self.balance, self.currency)

    @property
    def document(self) -> StatementDocument:
        """What the statement says."""
        return snapshots.read(StatementDocument, self.content)


class Sending(Keyed):
    """One time a statement was sent, with its own link if it had one (R16). Append-only."""

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="sendings")
    event = models.CharField(max_length=80, unique=True, help_text="Names the press of Send: once each.")
    link = models.OneToOneField(Link, on_delete=models.PROTECT, related_name="+", null=True)
    recipients = ArrayField(models.EmailField())
    payable = models.BigIntegerField(help_text="What the link asked for when it was made, in minor units.")
    sent_at = models.DateTimeField()
    sent_by = models.CharField(max_length=254)

    class Meta:
        verbose_name = "sending of a statement"

    def __str__(self) -> str:
        return f"{self.statement_id} to {', '.join(self.recipients)}"
