"""Mails that are to leave: decided in a transaction, delivered afterwards."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from florin.domain.companies.models import Company
from florin.domain.outbox.lifecycle import MessageState
from florin.kernel.database import Keyed


class Message(Keyed):
    """One mail to one recipient, once per event (product promise 7)."""

    State = MessageState

    class Kind(models.TextChoices):
        """What the mail says."""

        INVOICE = "invoice", "Invoice"
        INVOICES = "invoices", "Several invoices"
        SAMPLE_INVOICE = "sample_invoice", "Test invoice"
        STATEMENT = "statement", "Statement"
        FRESH_LINK = "fresh_link", "New payment link"
        PAYMENT_RECEIVED = "payment_received", "Payment confirmation to the payer"
        PAYMENT_NOTICE = "payment_notice", "Payment confirmation to the company"
        NOT_CHARGED = "not_charged", "Nothing was charged"
        PAYMENT_INITIATED = "payment_initiated", "Bank payment under way, to the payer"
        INITIATED_NOTICE = "initiated_notice", "Bank payment under way, to the company"
        PAYMENT_FAILED = "payment_failed", "Bank payment failed, to the payer"
        FAILED_NOTICE = "failed_notice", "Bank payment failed, to the company"
        PAYMENT_RETURNED = "payment_returned", "Payment returned, to the payer"
        RETURNED_NOTICE = "returned_notice", "Payment returned, to the company"
        PAYMENT_REGAINED = "payment_regained", "Payment counts after all, to the payer"
        REFUND_INITIATED = "refund_initiated", "Refund initiated, to the payer"
        REFUND_NOTICE = "refund_notice", "Refund initiated, to the company"
        REFUND_FAILED = "refund_failed", "Refund came back, to the payer"
        REFUND_FAILED_NOTICE = "refund_failed_notice", "Refund came back, to the company"
        DISPUTE_NOTICE = "dispute_notice", "Dispute, to the company"
        ACCOUNT_NOTICE = "account_notice", "Payments account, to the company"
        SETTLEMENT_REPORT = "settlement_report", "Settlement report"
        INVITATION = "invitation", "Invitation to a person"
        PASSWORD_RESET = "password_reset", "Link to a new password"
        PASSWORD_CHANGED = "password_changed", "Password changed"
        SECOND_FACTOR_CHANGED = "second_factor_changed", "Second factor changed"

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    event = models.CharField(
        max_length=80, help_text="What it tells of, such as send:<key> or payment:<key>."
    )
    kind = models.CharField(max_length=24, choices=Kind.choices)
    recipient = models.EmailField()
    snapshot = models.JSONField(help_text="What to say; never a link's token.")
    subjects = ArrayField(models.UUIDField(), help_text="The keys of the objects whose timeline shows it.")
    state = models.CharField(max_length=12, choices=State.choices, default=State.QUEUED)
    tries = models.PositiveSmallIntegerField(default=0)
    queued_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="When to try (again).")
    sent_at = models.DateTimeField(null=True)
    provider_id = models.CharField(
        max_length=255, blank=True, default="", help_text="What a hosted sender calls it."
    )
    delivered_at = models.DateTimeField(
        null=True, help_text="When the recipient's server took it; only hosted senders tell."
    )
    bounced_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True, help_text="The mail server's last refusal.")
    instead_of = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        help_text="The mail that came back, for which this one was sent to the address put right.",
    )
    dismissed_at = models.DateTimeField(null=True, help_text="When somebody took the bounce off the list.")
    dismissed_by = models.CharField(max_length=254, blank=True, default="")

    class Meta:
        verbose_name = "message"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "event", "kind", "recipient"], name="message_once_per_event"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"], name="message_due", condition=models.Q(state__in=["queued", "sending"])
            ),
            models.Index(
                fields=["company", "-bounced_at", "-id"],
                name="message_bounced",
                condition=models.Q(state="bounced"),
            ),
            models.Index(fields=["company", "recipient", "-queued_at"], name="message_to"),
            models.Index(
                fields=["provider_id"], name="message_of_provider", condition=~models.Q(provider_id="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.recipient}"
