"""Disputes: payments that the payer has contested at the bank."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from florin.contracts.processor import LONGEST_REFERENCE
from florin.domain.companies.models import Company
from florin.domain.disputes.lifecycle import AWAITING_ANSWER, DisputeState
from florin.domain.payments.models import Payment
from florin.kernel.database import Keyed
from florin.kernel.money import Money


class Dispute(Keyed):
    """One payment contested. ``held`` is what the processor keeps back now, in minor units."""

    State = DisputeState

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=LONGEST_REFERENCE, help_text="The processor's.")
    reason = models.CharField(max_length=80, blank=True)
    code = models.CharField(max_length=120, blank=True, help_text="What the scheme calls the reason.")
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    held = models.BigIntegerField(default=0)
    fee = models.BigIntegerField(null=True, help_text="What the processor charges for it (R15).")
    state = models.CharField(max_length=16, choices=[(state.value, state.value) for state in DisputeState])
    opened_at = models.DateTimeField()
    due_by = models.DateTimeField(null=True, help_text="Until when evidence is taken.")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "dispute"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["payment", "reference"], name="dispute_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="dispute_is_positive"),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "-opened_at"], name="dispute_latest")]

    def __str__(self) -> str:
        return f"{self.reference} {self.state}"

    @property
    def is_answerable(self) -> bool:
        """Whether the company can still say something."""
        return self.state in AWAITING_ANSWER

    @property
    def money(self) -> Money:
        """What is contested."""
        return Money(self.amount, self.currency)
