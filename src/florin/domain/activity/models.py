"""The timeline: what happened to orders, invoices, links and payments, as people tell it."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from florin.domain.companies.models import Company
from florin.kernel.database import Keyed


class Activity(Keyed):
    """One thing that happened, once; it belongs to the timeline of every object it touched. Append-only."""

    class Kind(models.TextChoices):
        """What can happen."""

        ORDER_CREATED = "order_created", "Order created"
        ORDER_CHANGED = "order_changed", "Order changed"
        ORDER_CONFIRMED = "order_confirmed", "Order confirmed"
        ORDER_VOIDED = "order_voided", "Order voided"
        INVOICE_ISSUED = "invoice_issued", "Invoice issued"
        INVOICE_REVISED = "invoice_revised", "Invoice revised"
        QUEUED = "queued", "Mail queued"
        SENT = "sent", "Mail sent"
        BOUNCED = "bounced", "Mail refused"
        STATEMENT_MADE = "statement_made", "Statement made"
        CUSTOMER_CHANGED = "customer_changed", "Customer changed"
        SETTINGS_CHANGED = "settings_changed", "Settings changed"
        DELIVERED = "delivered", "Mail delivered"
        LINK_REVOKED = "link_revoked", "Payment link revoked"
        LINK_OPENED = "link_opened", "Payment link opened"
        CHECKOUT_STARTED = "checkout_started", "Checkout started"
        CHECKOUT_FAILED = "checkout_failed", "Checkout ended without payment"
        PAYMENT_RECEIVED = "payment_received", "Payment received"
        NOT_CHARGED = "not_charged", "Authorisation released, nothing charged"
        OVERPAID = "overpaid", "More came in than was owed"
        CREDIT_APPLIED = "credit_applied", "Credit applied"

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_index=False)
    kind = models.CharField(max_length=24, choices=Kind.choices)
    actor = models.CharField(max_length=254, help_text="Who did it, as a name or address.")
    about = models.JSONField(default=dict, help_text="What the sentence needs: numbers, amounts, addresses.")
    subjects = ArrayField(models.UUIDField(), help_text="The keys of every object it touched.")

    class Meta:
        verbose_name = "activity"
        indexes: ClassVar = [
            GinIndex(fields=["subjects"], name="activity_subjects", fastupdate=False),
            models.Index(fields=["company", "-at"], name="activity_feed"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.kind}"
