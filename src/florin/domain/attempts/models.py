"""Attempts to pay, and what they hold of debts and credits meanwhile."""

from typing import ClassVar

from django.db import models

from florin.contracts.processor import LONGEST_REFERENCE
from florin.domain.attempts.lifecycle import FINAL, AttemptState
from florin.domain.attempts.methods import Method
from florin.domain.companies.models import Company
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Item
from florin.domain.links.models import Link
from florin.kernel.clients import LONGEST_PLACE
from florin.kernel.database import Keyed
from florin.kernel.money import Money


class Attempt(Keyed):
    """One try to pay through a link: what the payer agreed to, frozen, and what became of it.

    Its key is the idempotency key of its session. ``unknown_since`` is set while the processor's last
    answer is missing; the state then says what was asked for. While it is pending, ``awaits_payer`` says that
    the payer has yet to confirm the bank account: nothing has been debited then.
    """

    State = AttemptState

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    link = models.ForeignKey(Link, on_delete=models.PROTECT, related_name="+")
    nonce = models.CharField(max_length=40, help_text="Of the page on which Pay was pressed.")
    place = models.CharField(max_length=LONGEST_PLACE, blank=True, help_text="From where Pay was pressed.")
    method = models.CharField(max_length=8, choices=Method.choices, default=Method.CARD)
    gateway = models.CharField(max_length=20)
    account = models.CharField(
        max_length=LONGEST_REFERENCE,
        blank=True,
        help_text="The company's account there; empty for the installation's own.",
    )
    currency = models.CharField(max_length=3)
    total = models.BigIntegerField(help_text="What the payer agreed to, in minor units.")
    state = models.CharField(
        max_length=12,
        choices=[(state.value, state.value) for state in AttemptState],
        default=AttemptState.OPENED,
    )
    capture = models.BigIntegerField(null=True, help_text="What is being taken, once it is decided.")
    reference = models.CharField(
        max_length=LONGEST_REFERENCE, blank=True, help_text="The processor's session."
    )
    url = models.TextField(blank=True, help_text="The processor's page.")
    order = models.JSONField(default=dict, help_text="What the session was asked for with; never the token.")
    started_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    check_at = models.DateTimeField(help_text="When the poller asks next.")
    unanswered = models.PositiveIntegerField(default=0, help_text="Answers that were missing, so far.")
    unknown_since = models.DateTimeField(null=True)
    awaits_payer = models.BooleanField(default=False)
    is_lost = models.BooleanField(
        default=False, help_text="Given up: the processor has no record of it, and money may have moved."
    )
    decline = models.CharField(
        max_length=LONGEST_REFERENCE, blank=True, help_text="The last one that was told of."
    )
    failure = models.CharField(max_length=40, blank=True, help_text="Why the bank did not pay: R01, for one.")
    code = models.CharField(max_length=120, blank=True, help_text="What the scheme calls that.")

    class Meta:
        verbose_name = "attempt"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["link", "nonce"], name="attempt_once_per_page"),
            models.CheckConstraint(condition=models.Q(total__gt=0), name="attempt_is_positive"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["check_at"],
                name="attempt_to_check",
                condition=~models.Q(state__in=sorted(FINAL)) | models.Q(unknown_since__isnull=False),
            ),
            models.Index(
                fields=["company", "state", "-started_at"],
                name="attempt_under_way",
                condition=models.Q(state__in=["pending", "failed"]),
            ),
        ]

    def __str__(self) -> str:
        return f"attempt {self.pk}"

    @property
    def money(self) -> Money:
        """What the payer agreed to."""
        return Money(self.total, self.currency)


class AttemptDebt(Keyed):
    """What an attempt is to pay of one invoice (``amount``), and what it holds of it now (``reserved``).

    What all attempts hold of an item is not payable by anybody else; both are minor units.
    """

    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="debts")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField()
    amount = models.BigIntegerField()
    reserved = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = "debt of an attempt"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["attempt", "item"], name="attempt_debt_once"),
            models.CheckConstraint(
                condition=models.Q(reserved__gte=0, reserved__lte=models.F("amount")),
                name="reservation_within_debt",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["item"], name="reservation_of_item", condition=models.Q(reserved__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.amount} of {self.item_id}"


class AttemptCredit(Keyed):
    """An open credit that an attempt counts on (``amount``), and what it holds of it now (``reserved``).

    Both are minor units, positive.
    """

    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="credits")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField()
    amount = models.BigIntegerField()
    reserved = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = "credit of an attempt"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["attempt", "item"], name="attempt_credit_once"),
            models.CheckConstraint(
                condition=models.Q(reserved__gte=0, reserved__lte=models.F("amount")),
                name="credit_reservation_within_credit",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["item"], name="reservation_of_credit", condition=models.Q(reserved__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.amount} of credit {self.item_id}"
