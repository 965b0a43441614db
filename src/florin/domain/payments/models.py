"""Payments: what came in, where its money stands, and what its bank or staff took back."""

from datetime import date
from typing import ClassVar

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F
from django.db.models.functions import Upper
from django.utils import translation

from florin.contracts.processor import LONGEST_REFERENCE
from florin.domain.attempts.methods import ONLINE, Method, masked
from florin.domain.attempts.models import Attempt
from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Account, Entry, Item
from florin.kernel import clock
from florin.kernel.database import Keyed
from florin.kernel.money import Money
from florin.kernel.texts import Words


class Payment(Keyed):
    """Money that came in. It is booked once, whatever happened around it, and never changed."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    attempt = models.OneToOneField(
        Attempt, on_delete=models.PROTECT, related_name="+", null=True, help_text="None at the counter."
    )
    number = models.CharField(max_length=20)
    method = models.CharField(max_length=8, choices=Method.choices)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField(help_text="Gross, in minor units.")
    fee = models.BigIntegerField(null=True, help_text="What the processor keeps, once known (R15).")
    received_at = models.DateTimeField()
    reference = Words(
        max_length=LONGEST_REFERENCE, blank=True, help_text="The processor's, or a check's number."
    )
    gateway = models.CharField(max_length=20, blank=True)
    account = models.CharField(max_length=LONGEST_REFERENCE, blank=True, help_text="As the attempt's.")
    received_by = models.CharField(max_length=254, default="processor", help_text="Who processed it.")
    submission = models.CharField(
        max_length=40, blank=True, help_text="Of the form on which it was recorded."
    )
    note = Words(max_length=400, blank=True)
    is_prepayment = models.BooleanField(default=False, help_text="Money for what is yet to be invoiced.")
    payer_email = models.EmailField(blank=True)
    card_brand = models.CharField(max_length=20, blank=True)
    card_last4 = models.CharField(max_length=4, blank=True)
    card_funding = models.CharField(max_length=10, blank=True)
    bank_name = models.CharField(max_length=80, blank=True)
    bank_last4 = models.CharField(max_length=4, blank=True)

    class Meta:
        verbose_name = "payment"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "submission"],
                name="payment_once_per_submission",
                condition=~models.Q(submission=""),
            ),
            models.UniqueConstraint(fields=["company", "number"], name="payment_number_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="payment_is_positive"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "-received_at"], name="payment_latest"),
            models.Index(fields=["reference"], name="payment_of_processor"),
            models.Index(fields=["customer", "-received_at"], name="payment_of_customer"),
            # The filters and orders of Payment History.
            models.Index(fields=["company", "method", "-received_at"], name="payment_by_method"),
            models.Index(fields=["company", "received_by", "-received_at"], name="payment_by_person"),
            models.Index(fields=["company", "amount", "id"], name="payment_by_amount"),
            models.Index(
                F("company"),
                OpClass(Upper("number"), name="text_pattern_ops"),
                name="payment_number_begins",
            ),
            models.Index(
                F("company"),
                OpClass(Upper("reference"), name="text_pattern_ops"),
                name="payment_reference_begins",
                condition=~models.Q(reference=""),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def money(self) -> Money:
        """Gross."""
        return Money(self.amount, self.currency)

    @property
    def received_on(self) -> date:
        """The company's day on which it was received."""
        return clock.local(self.received_at, self.company.time_zone)

    @property
    def method_text(self) -> str:
        """How it was paid, such as "Visa •••• 4242"."""
        if self.card_last4:
            return masked(self.card_brand.replace("_", " ").title(), self.card_last4)
        if self.bank_last4:
            return masked(self.bank_name or self.get_method_display(), self.bank_last4)
        return str(self.get_method_display())

    def method_in(self, language: str) -> str:
        """Return ``method_text`` for somebody who reads another language than whoever is at work now."""
        with translation.override(language):
            return self.method_text

    @property
    def is_online(self) -> bool:
        """Whether a processor took it, so that it can also send it back."""
        return self.method in ONLINE

    @property
    def holder(self) -> Account:
        """The account in the books that the money came to."""
        return Account.PROCESSOR if self.is_online else Account.BANK


class Allocation(Keyed):
    """What an entry did with a payment's money at one item: put it there (positive) or took it back.

    The item is an invoice, or the open credit that an overpayment became (R18). Append-only, minor units;
    where the money stands now is the sum for each item.
    """

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="allocations")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="+", null=True)
    amount = models.BigIntegerField()
    balance_after = models.BigIntegerField()

    class Meta:
        verbose_name = "allocation"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["payment", "entry", "item"], name="allocation_once_per_entry"),
            models.CheckConstraint(condition=~models.Q(amount=0), name="allocation_moves_money"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} to {self.item_id}"


class Return(Keyed):
    """A payment that its bank took back: a returned debit or a bad check. Append-only, once per payment."""

    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="+")
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=10, blank=True, help_text="The return code, such as R01.")
    reason = Words(max_length=200, blank=True)
    reference = models.CharField(max_length=LONGEST_REFERENCE, blank=True, help_text="The processor's.")
    returned_at = models.DateTimeField()
    marked_by = models.CharField(max_length=254, default="processor")

    class Meta:
        verbose_name = "return"

    def __str__(self) -> str:
        return f"{self.code} {self.payment_id}"


class Reversal(Keyed):
    """A payment recorded at the counter that staff took back, and why. Append-only, once per payment."""

    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="+")
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")
    reason = Words(max_length=200)
    undone_at = models.DateTimeField()
    undone_by = models.CharField(max_length=254)

    class Meta:
        verbose_name = "undone payment"

    def __str__(self) -> str:
        return f"{self.payment_id} undone"


class KeptOverpayment(Keyed):
    """An overpayment that staff keep as an open credit, so that it needs nobody's attention any more (X4).

    ``amount`` is what was open when that was decided, in minor units, positive: if more comes to be open, the
    overpayment needs attention again.
    """

    item = models.OneToOneField(Item, on_delete=models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    kept_at = models.DateTimeField()
    kept_by = models.CharField(max_length=254)

    class Meta:
        verbose_name = "kept overpayment"
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="kept_overpayment_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} of {self.item_id} kept"
