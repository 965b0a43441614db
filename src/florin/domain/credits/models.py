"""Credits: what a company owes a customer back."""

from typing import ClassVar

from django.db import models

from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.ledger.models import Item
from florin.kernel.database import Keyed


class Credit(Keyed):
    """A credit given to a customer; what is left of it is its item's balance."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    item = models.OneToOneField(Item, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=20)
    currency = models.CharField(max_length=3)
    given_on = models.DateField()
    amount = models.BigIntegerField(help_text="In minor units, positive.")
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = "credit"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "number"], name="credit_number_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="credit_is_positive"),
        ]

    def __str__(self) -> str:
        return self.number
