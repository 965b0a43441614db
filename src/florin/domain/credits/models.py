"""Credits: what a company owes a customer back."""

from typing import ClassVar

from django.db import models

from florin.domain.companies.models import Company
from florin.domain.credits.lifecycle import CreditState
from florin.domain.customers.models import Customer
from florin.domain.ledger.models import Item
from florin.kernel.database import Keyed
from florin.kernel.texts import Words


class Credit(Keyed):
    """A credit given to a customer (R12); once approved, what is left of it is its item's balance."""

    State = CreditState

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    item = models.OneToOneField(
        Item, on_delete=models.PROTECT, related_name="+", null=True, help_text="From its approval on."
    )
    state = models.CharField(
        max_length=12,
        choices=[(state.value, state.value) for state in CreditState],
        default=CreditState.APPROVED,
    )
    number = Words(max_length=20)
    currency = models.CharField(max_length=3)
    given_on = models.DateField()
    amount = models.BigIntegerField(help_text="In minor units, positive.")
    reason = Words(max_length=200, blank=True)
    submission = models.CharField(max_length=40, blank=True, help_text="Of the form on which it was created.")
    created_by = models.CharField(max_length=254, blank=True)
    decided_by = models.CharField(max_length=254, blank=True)
    decided_at = models.DateTimeField(null=True)
    refusal = Words(max_length=200, blank=True, help_text="Why it was rejected or taken back.")

    class Meta:
        verbose_name = "credit"
        constraints: ClassVar = [
            # What came as a file and somebody undid may come again.
            models.UniqueConstraint(
                fields=["company", "number"],
                name="credit_number_once",
                condition=~models.Q(state=CreditState.VOID),
            ),
            models.UniqueConstraint(
                fields=["company", "submission"],
                name="credit_once_per_submission",
                condition=~models.Q(submission=""),
            ),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="credit_is_positive"),
            models.CheckConstraint(
                condition=models.Q(state__in=["approved", "void"]) | models.Q(item__isnull=True),
                name="credit_counts_once_approved",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "-given_on", "-id"], name="credit_latest"),
            models.Index(
                fields=["company", "-id"],
                name="credit_first_of_upload",
                condition=models.Q(submission__endswith=":0"),
            ),
            models.Index(
                fields=["company"], name="credit_waiting", condition=models.Q(state=CreditState.SUBMITTED)
            ),
        ]

    def __str__(self) -> str:
        return self.number
