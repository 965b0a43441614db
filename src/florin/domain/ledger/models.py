"""The books: an append-only double-entry ledger, and the items that its lines make owed or open."""

from typing import ClassVar

from django.contrib.postgres.functions import TransactionNow
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F
from django.db.models.functions import Upper

from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.kernel.database import Keyed
from florin.kernel.money import Money
from florin.kernel.texts import Words


class Account(models.TextChoices):
    """The chart of accounts."""

    RECEIVABLE = "receivable", "Accounts receivable"
    CUSTOMER_CREDIT = "customer_credit", "Customer credit"
    SALES = "sales", "Sales"
    PROCESSOR = "processor", "Processor clearing"  # equals the balance that the processor shows
    DISPUTED = "disputed", "Held in disputes"
    BANK = "bank", "Bank and cash"
    FEES = "fees", "Processing fees"
    DISCOUNTS = "discounts", "Discounts for early payment"
    ADJUSTMENTS = "adjustments", "Adjustments"
    EXCHANGE = "exchange", "Currency exchange"  # what the processor converted, and what rates won or lost


class Item(Keyed):
    """Something that can be owed (an invoice) or open (a credit, a pre-payment, an overpayment).

    ``balance`` is the sum of its lines in minor units, kept by the database in the same transaction: positive
    when the customer owes, negative when the company does. The row is also what is locked.
    """

    class Kind(models.TextChoices):
        """What the item is."""

        INVOICE = "invoice", "Invoice"
        CREDIT = "credit", "Credit"
        PREPAYMENT = "prepayment", "Pre-payment"
        OVERPAYMENT = "overpayment", "Overpayment"

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    number = Words(max_length=20, help_text="The number of the document it stands for.")
    currency = models.CharField(max_length=3)
    opened_on = models.DateField()
    due_on = models.DateField()
    balance = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = "item"
        constraints: ClassVar = [
            # One that is void may have the number of an invoice or credit too; their own tables see to it.
            models.UniqueConstraint(
                fields=["company", "kind", "number"],
                name="item_number_once",
                condition=models.Q(kind__in=["prepayment", "overpayment"]),
            ),
            models.CheckConstraint(
                condition=models.Q(kind="invoice", balance__gte=0)
                | (~models.Q(kind="invoice") & models.Q(balance__lte=0)),
                name="item_balance_has_its_side",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["company", "kind", "due_on", "id", "currency"],
                name="item_open",
                condition=~models.Q(balance=0),
            ),
            models.Index(
                fields=["company", "customer", "due_on"],
                name="item_open_of_customer",
                condition=~models.Q(balance=0),
            ),
            # The other orders of Open Invoices; the second also finds a rare currency.
            models.Index(
                fields=["company", "kind", "opened_on", "id", "due_on", "currency"],
                name="item_open_by_issue",
                condition=~models.Q(balance=0),
            ),
            models.Index(
                fields=["company", "kind", "currency", "balance", "id"],
                name="item_open_by_balance",
                condition=~models.Q(balance=0),
            ),
            models.Index(
                F("company"),
                F("kind"),
                OpClass(Upper("number"), name="text_pattern_ops"),
                name="item_open_number_begins",
                condition=~models.Q(balance=0),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def money(self) -> Money:
        """The balance."""
        return Money(self.balance, self.currency)


class Entry(Keyed):
    """One event in the books. Its lines sum to zero in each currency; neither is ever changed or deleted."""

    class Kind(models.TextChoices):
        """What was booked."""

        INVOICE = "invoice", "Invoice"
        REVISION = "revision", "Invoice revision"
        VOID = "void", "Void"
        CREDIT = "credit", "Credit"
        PAYMENT = "payment", "Payment"
        FEE = "fee", "Processing fee"
        APPLY = "apply", "Credit applied"
        UNAPPLY = "unapply", "Taken back from an invoice"
        DISCOUNT = "discount", "Discount for early payment"
        REFUND = "refund", "Refund"
        REFUND_FAILED = "refund_failed", "Refund came back"
        RETURN = "return", "Payment returned"
        UNDO = "undo", "Payment undone"
        DISPUTE = "dispute", "Dispute opened"
        DISPUTE_WON = "dispute_won", "Dispute won"
        DISPUTE_LOST = "dispute_lost", "Dispute lost"
        PAYOUT = "payout", "Payout"
        PAYOUT_FAILED = "payout_failed", "Payout came back"
        ADJUSTMENT = "adjustment", "Adjustment by the processor"
        EXCHANGE = "exchange", "Converted by the processor"

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    source = models.CharField(max_length=60, help_text="What it was booked for, such as invoice:<key>.")
    key = models.CharField(max_length=100, unique=True, help_text="Books the same event once.")
    date = models.DateField()
    posted_at = models.DateTimeField(db_default=TransactionNow())
    posted_by = models.CharField(max_length=254)

    class Meta:
        verbose_name = "ledger entry"
        indexes: ClassVar = [models.Index(fields=["source"], name="entry_source")]

    def __str__(self) -> str:
        return f"{self.kind} {self.source}"


class Line(Keyed):
    """One side of an entry: minor units into (positive) or out of (negative) an account."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="lines")
    account = models.CharField(max_length=16, choices=Account.choices)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+", null=True)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        verbose_name = "ledger line"
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(amount=0), name="line_moves_money"),
            models.CheckConstraint(
                condition=models.Q(account__in=["receivable", "customer_credit"], item__isnull=False)
                | (~models.Q(account__in=["receivable", "customer_credit"]) & models.Q(item__isnull=True)),
                name="line_of_customer_has_item",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.amount} {self.currency}"


class Application(Keyed):
    """What one open credit gives to one invoice: positive when applied, negative when taken back.

    Append-only, minor units; what stands between the two is the sum. ``origin`` names the payment with which
    it was applied (``payment:<key>``), if it was.
    """

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    credit = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    debt = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    origin = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = "application of a credit"
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(amount=0), name="application_moves_money"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["origin"], name="application_of_origin", condition=~models.Q(origin="")),
        ]

    def __str__(self) -> str:
        return f"{self.amount} of {self.credit_id} to {self.debt_id}"
