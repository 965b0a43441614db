"""The processor's own account of a company's money, line by line, and how it compares with ours."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from florin.contracts.processor import LONGEST_REFERENCE, Itemised, MovementKind, PayoutWay
from florin.domain.attempts.models import Attempt
from florin.domain.companies.models import Company
from florin.domain.disputes.models import Dispute
from florin.domain.payments.models import Payment
from florin.domain.payouts.lifecycle import PayoutState
from florin.domain.refunds.models import Refund
from florin.kernel.database import Keyed
from florin.kernel.money import Money
from florin.kernel.texts import Words


class Payout(Keyed):
    """Money that the processor sent to the company's bank.

    The sum of its movements is its amount, if the processor tells of which it consists.
    """

    State = PayoutState

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    gateway = models.CharField(max_length=20)
    account = models.CharField(max_length=LONGEST_REFERENCE, blank=True)
    reference = models.CharField(max_length=LONGEST_REFERENCE)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    state = models.CharField(max_length=12, choices=State.choices)
    arrives_on = models.DateField()
    made_at = models.DateTimeField()
    way = models.CharField(
        max_length=10,
        choices=[(way.value, way.value) for way in PayoutWay],
        blank=True,
        help_text="Empty for one of long ago, when we did not ask.",
    )
    itemised = models.CharField(
        max_length=8,
        choices=[(each.value, each.value) for each in Itemised],
        default=Itemised.YES.value,
        help_text="Whether the processor tells of which movements it consists.",
    )

    class Meta:
        verbose_name = "payout"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["gateway", "account", "reference"], name="payout_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "-arrives_on"], name="payout_latest")]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_canceled(self) -> bool:
        """Whether it was called off before it left."""
        return self.state == self.State.CANCELED

    @property
    def money(self) -> Money:
        """What reached, or will reach, the bank."""
        return Money(self.amount, self.currency)


class Movement(Keyed):
    """One line of the processor's account, and what of ours it belongs to; in minor units.

    A bank debit is in that account from the day on which it was submitted, and in our books once it cleared:
    until then its movement ``is_pending`` and belongs to an attempt only.

    What the processor converted into the currency of the account is ``presented`` in the payer's, with the
    processor's ``exchange_rate``.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    gateway = models.CharField(max_length=20)
    account = models.CharField(max_length=LONGEST_REFERENCE, blank=True)
    reference = models.CharField(max_length=LONGEST_REFERENCE)
    kind = models.CharField(max_length=16, choices=[(kind.value, kind.value) for kind in MovementKind])
    currency = models.CharField(max_length=3)
    gross = models.BigIntegerField()
    fee = models.BigIntegerField()
    net = models.BigIntegerField()
    presented = models.BigIntegerField(null=True, help_text="The gross amount as the payer paid it.")
    presented_currency = models.CharField(max_length=3, blank=True)
    exchange_rate = models.DecimalField(max_digits=20, decimal_places=10, null=True)
    at = models.DateTimeField()
    source = models.CharField(max_length=LONGEST_REFERENCE, blank=True, help_text="The processor's object.")
    about = models.CharField(max_length=LONGEST_REFERENCE, blank=True, help_text="The processor's payment.")
    attempt = models.ForeignKey(
        Attempt,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        help_text="Of a debit under way, or failed.",
    )
    is_pending = models.BooleanField(default=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="+", null=True)
    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="+", null=True)
    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="+", null=True)
    payout = models.ForeignKey(
        Payout, on_delete=models.PROTECT, related_name="movements", null=True, help_text="That paid it out."
    )

    class Meta:
        verbose_name = "movement"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["gateway", "account", "reference"], name="movement_once"),
            models.CheckConstraint(
                condition=Q(net=models.F("gross") - models.F("fee")), name="movement_adds_up"
            ),
            models.CheckConstraint(
                condition=Q(presented__isnull=True, presented_currency="", exchange_rate__isnull=True)
                | Q(presented__isnull=False, exchange_rate__gt=0)
                & ~Q(presented_currency__in=["", models.F("currency")]),
                name="movement_converted_or_not",
            ),
            models.CheckConstraint(
                condition=Q(is_pending=False) | Q(payment__isnull=True, attempt__isnull=False),
                name="movement_pending_or_paid",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "-at"], name="movement_latest"),
            models.Index(fields=["company"], name="movement_pending", condition=Q(is_pending=True)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.net}"

    @property
    def is_converted(self) -> bool:
        """Whether the processor converted it into another currency than the payer's."""
        return self.presented is not None

    @property
    def presented_or_gross(self) -> int:
        """The gross amount as the payer paid it, in minor units of the payer's currency."""
        return self.gross if self.presented is None else self.presented

    @property
    def payers(self) -> Money:
        """What it did to the balance, in the payer's currency: of what was converted, without the fee."""
        if self.presented is None:
            return Money(self.net, self.currency)
        return Money(self.presented, self.presented_currency)


class Difference(Keyed):
    """Something in which the processor and we do not agree and which nobody can mend for certain."""

    class Kind(models.TextChoices):
        """What is different."""

        UNKNOWN_PAYMENT = "unknown_payment", "Payment that is not ours"
        MISSING_PAYMENT = "missing_payment", "Payment that the processor does not have"
        AMOUNT = "amount", "Different amount"
        CURRENCY = "currency", "Different currency"
        STATE = "state", "Different state"
        FEE = "fee", "Different fee"
        REFUND = "refund", "Refund"
        DISPUTE = "dispute", "Dispute"
        PAYOUT = "payout", "Payout that does not add up"
        BALANCE = "balance", "Different balance"
        OTHER = "other", "Other movement"
        UNREAD = "unread", "Could not be looked at"

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    subject = models.CharField(
        max_length=LONGEST_REFERENCE, help_text="The processor's reference, or our number."
    )
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="+", null=True)
    ours = models.CharField(max_length=80, blank=True)
    theirs = models.CharField(max_length=200, blank=True)
    found_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=254, blank=True)
    note = Words(max_length=200, blank=True)

    class Meta:
        verbose_name = "difference"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "kind", "subject"],
                name="difference_once",
                condition=Q(settled_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class Reconciliation(Keyed):
    """One comparison of the processor's records with ours; ``until`` is how far it came (UTC)."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    since = models.DateTimeField()
    until = models.DateTimeField()
    compared = models.PositiveIntegerField(default=0)
    mended = models.PositiveIntegerField(default=0)
    different = models.PositiveIntegerField(default=0)
    asked_by = models.CharField(max_length=254)

    class Meta:
        verbose_name = "reconciliation"
        indexes: ClassVar = [models.Index(fields=["company", "-started_at"], name="reconciliation_latest")]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"
