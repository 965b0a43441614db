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
        ORDER_HELD = "order_held", "Order on hold"
        HOLD_ENDED = "hold_ended", "Order no longer on hold"
        LIMIT_OVERRIDDEN = "limit_overridden", "Credit limit overridden"
        INVOICE_ISSUED = "invoice_issued", "Invoice issued"
        INVOICE_REVISED = "invoice_revised", "Invoice revised"
        QUEUED = "queued", "Mail queued"
        SENT = "sent", "Mail sent"
        BOUNCED = "bounced", "Mail refused"
        STATEMENT_MADE = "statement_made", "Statement made"
        CUSTOMER_CHANGED = "customer_changed", "Customer changed"
        PRODUCT_CHANGED = "product_changed", "Product changed"
        SETTINGS_CHANGED = "settings_changed", "Settings changed"
        DELIVERED = "delivered", "Mail delivered"
        LINK_REVOKED = "link_revoked", "Payment link revoked"
        LINK_OPENED = "link_opened", "Payment link opened"
        CHECKOUT_STARTED = "checkout_started", "Checkout started"
        CHECKOUT_FAILED = "checkout_failed", "Checkout ended without payment"
        CHECKOUT_LOST = "checkout_lost", "Checkout that the processor does not have"
        PAYMENT_RECEIVED = "payment_received", "Payment received"
        NOT_CHARGED = "not_charged", "Authorisation released, nothing charged"
        OVERPAID = "overpaid", "More came in than was owed"
        CARD_DECLINED = "card_declined", "Card declined"
        PAYMENT_INITIATED = "payment_initiated", "Bank payment under way"
        PAYMENT_FAILED = "payment_failed", "Bank payment failed"
        PAYMENT_RETURNED = "payment_returned", "Payment returned"
        PAYMENT_UNDONE = "payment_undone", "Payment undone"
        PAYMENT_UNAPPLIED = "payment_unapplied", "Payment taken from an invoice"
        REFUND_INITIATED = "refund_initiated", "Refund initiated"
        REFUND_SUCCEEDED = "refund_succeeded", "Refund arrived"
        REFUND_FAILED = "refund_failed", "Refund came back"
        DISPUTE_OPENED = "dispute_opened", "Dispute opened"
        DISPUTE_REVIEWED = "dispute_reviewed", "Dispute under review"
        DISPUTE_WON = "dispute_won", "Dispute won"
        DISPUTE_LOST = "dispute_lost", "Dispute lost"
        DISPUTE_CLOSED = "dispute_closed", "Inquiry closed"
        APPEAL_OPENED = "appeal_opened", "Appeal possible"
        APPEAL_REVIEWED = "appeal_reviewed", "Appeal under review"
        APPEAL_LOST = "appeal_lost", "Appeal lost"
        CREDIT_CREATED = "credit_created", "Credit created"
        CREDIT_CHANGED = "credit_changed", "Credit changed"
        CREDIT_SUBMITTED = "credit_submitted", "Credit submitted"
        CREDIT_APPROVED = "credit_approved", "Credit approved"
        CREDIT_REJECTED = "credit_rejected", "Credit rejected"
        CREDIT_VOIDED = "credit_voided", "Credit voided"
        CREDIT_APPLIED = "credit_applied", "Credit applied"
        CREDIT_UNAPPLIED = "credit_unapplied", "Credit taken back from an invoice"
        OVERPAYMENT_KEPT = "overpayment_kept", "Overpayment kept as credit"
        ACCOUNT_CHANGED = "account_changed", "Payments account changed"
        PAID_OUT = "paid_out", "Paid out"
        PAYOUT_FAILED = "payout_failed", "Payout came back"

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
