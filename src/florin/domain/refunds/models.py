"""Refunds: money on its way back to the payer, by the way on which it came."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from florin.contracts.processor import LONGEST_REFERENCE
from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.ledger.models import Item
from florin.domain.payments.models import Payment
from florin.domain.refunds.lifecycle import RefundState
from florin.kernel.database import Keyed
from florin.kernel.money import Money
from florin.kernel.texts import Words


class Refund(Keyed):
    """Some of a payment sent back (R21). Its key is the idempotency key at the processor.

    ``credit`` is the open credit that is paid out; without one the payment's own money is sent back, from
    where the allocations of the refund's entry took it.
    """

    State = RefundState

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="+")
    credit = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+", null=True)
    number = models.CharField(max_length=20)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField(help_text="In minor units.")
    fee_returned = models.BigIntegerField(null=True, help_text="What of the fee came back, once known (R15).")
    reason = Words(max_length=200)
    state = models.CharField(
        max_length=12,
        choices=[(state.value, state.value) for state in RefundState],
        default=RefundState.REQUESTED,
    )
    reference = models.CharField(max_length=LONGEST_REFERENCE, blank=True, help_text="The processor's.")
    failure = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=120, blank=True, help_text="What the scheme calls the failure.")
    awaits_balance = models.BooleanField(
        default=False, help_text="Not sent before the balance at the processor covers it."
    )
    submission = models.CharField(
        max_length=40, blank=True, help_text="Of the form on which it was asked for."
    )
    requested_at = models.DateTimeField()
    requested_by = models.CharField(max_length=254, help_text="Staff, or the processor's dashboard.")
    is_outside = models.BooleanField(default=False, help_text="Made at the processor's dashboard.")
    check_at = models.DateTimeField(help_text="When the poller asks next.")
    unanswered = models.PositiveIntegerField(default=0, help_text="Answers that were missing, so far.")
    unknown_since = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "refund"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "number"], name="refund_number_once"),
            models.UniqueConstraint(
                fields=["payment", "reference"], name="refund_once", condition=~Q(reference="")
            ),
            models.UniqueConstraint(
                fields=["company", "submission"],
                name="refund_once_per_submission",
                condition=~Q(submission=""),
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_is_positive"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["check_at"], name="refund_to_check", condition=Q(state__in=["requested", "pending"])
            ),
            models.Index(fields=["company", "-requested_at"], name="refund_latest"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def money(self) -> Money:
        """What goes back."""
        return Money(self.amount, self.currency)
