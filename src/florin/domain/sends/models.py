"""Batches of payment links: one press of Send, and a part for each customer (R6)."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.sends.lifecycle import PartState
from florin.kernel.database import Keyed


class Batch(Keyed):
    """One press of Send on the review of several invoices; the same press makes one batch."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    press = models.CharField(max_length=60, help_text="Names the press of the button.")
    invoices = models.PositiveIntegerField(help_text="How many were chosen.")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=254)
    language = models.CharField(max_length=5, help_text="In which the sender reads reasons.")

    class Meta:
        verbose_name = "batch"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "press"], name="batch_once_per_press"),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "-id"], name="batch_latest")]

    def __str__(self) -> str:
        return f"batch {self.pk}"


class Part(Keyed):
    """One customer's part of a batch: what was chosen, to whom it goes, and what became of it.

    ``left_out`` lists invoices that the mail does not have although the part was sent: number and reason.
    """

    State = PartState
    EVENT = "batch:"

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="parts")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    recipients = ArrayField(models.EmailField())
    invoices = ArrayField(models.UUIDField(), help_text="The keys of what was chosen.")
    state = models.CharField(
        max_length=8, choices=[(state.value, state.value) for state in PartState], default=PartState.QUEUED
    )
    reason = models.TextField(blank=True, help_text="Why it was skipped or failed: a sentence for staff.")
    left_out = models.JSONField(default=list)
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "part of a batch"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch", "customer"], name="part_once_per_customer"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["id"], name="part_to_do", condition=models.Q(state="queued")),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} in {self.batch_id}"

    @property
    def event(self) -> str:
        """What its mails are mails of: unique, so that they are queued once."""
        return f"{self.EVENT}{self.pk}"
