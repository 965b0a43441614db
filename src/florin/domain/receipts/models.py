"""Receipts: what a payer is given."""

from typing import ClassVar

from django.db import models

from florin.contracts import snapshots
from florin.contracts.documents import ReceiptDocument
from florin.domain.companies.models import Company
from florin.domain.payments.models import Payment
from florin.kernel.database import Keyed


class Receipt(Keyed):
    """The receipt of one payment. Append-only."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=20)
    content = models.JSONField(help_text="A ReceiptDocument.")

    class Meta:
        verbose_name = "receipt"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "number"], name="receipt_number_once"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def document(self) -> ReceiptDocument:
        """What the receipt says."""
        return snapshots.read(ReceiptDocument, self.content)
