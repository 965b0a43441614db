"""Mailing runs: one action that mails many customers, and a run item for each of them (R5, R6)."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.mailing_runs.lifecycle import RunItemState
from florin.kernel.database import Keyed

_MOST_EXPLAINED = 20


class MailingRun(Keyed):
    """Something sent to many customers at once; the same submission makes one run."""

    class Kind(models.TextChoices):
        """What each customer gets."""

        PAYMENT_LINKS = "payment_links", "Payment links"
        STATEMENTS = "statements", "Statements"

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    submission = models.CharField(max_length=60, help_text="The key of the form's submission.")
    instructions = models.JSONField(default=dict, help_text="What its kind must know besides, for all items.")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=254)
    language = models.CharField(max_length=5, help_text="In which the sender reads reasons.")

    class Meta:
        verbose_name = "mailing run"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "kind", "submission"], name="mailing_run_once_per_submission"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "kind", "-id"], name="mailing_run_latest")]

    def __str__(self) -> str:
        return f"{self.kind} run {self.pk}"


class RunItem(Keyed):
    """One customer's part of a run: what was chosen, to whom it goes, and what became of it.

    ``left_out`` lists invoices that the mail does not have although the item was sent: number and reason.
    """

    State = RunItemState

    run = models.ForeignKey(MailingRun, on_delete=models.PROTECT, related_name="items")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    recipients = ArrayField(models.EmailField())
    invoices = ArrayField(
        models.UUIDField(), default=list, help_text="The keys of what was chosen; a statement chooses itself."
    )
    state = models.CharField(
        max_length=8,
        choices=[(state.value, state.value) for state in RunItemState],
        default=RunItemState.QUEUED.value,
    )
    reason = models.TextField(blank=True, help_text="Why it was skipped or failed: a sentence for staff.")
    left_out = models.JSONField(default=list)
    events = ArrayField(
        models.CharField(max_length=80), default=list, help_text="The events of its mails in the outbox."
    )
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "run item"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "customer"], name="run_item_once_per_customer"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["id"], name="run_item_queued", condition=models.Q(state="queued")),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} in {self.run_id}"

    @property
    def explanation(self) -> list[str]:
        """Why it was not sent, or not in full: the reason, and some of the invoices that were left out."""
        lines = [self.reason] if self.reason else []
        if not self.reason or len(self.left_out) > 1:
            lines += [f"{number}: {reason}" for number, reason in self.left_out[:_MOST_EXPLAINED]]
        return lines
