"""Orders: what a customer wants, when and where."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F
from django.db.models.functions import Length, Upper

from florin.contracts.line_kinds import LineKind
from florin.domain.catalogue.models import Product
from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.orders.lifecycle import OrderState
from florin.domain.staff.models import User
from florin.kernel.database import Keyed
from florin.kernel.money import Money
from florin.kernel.texts import Text, Words


class Order(Keyed):
    """An order; ``total`` is the sum of its lines in minor units, kept with them."""

    State = OrderState

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    number = Words(max_length=20)
    state = models.CharField(
        max_length=10, choices=[(state.value, state.value) for state in OrderState], default=OrderState.DRAFT
    )
    ordered_on = models.DateField()
    ship_on = models.DateField(null=True)
    po_number = Words(max_length=40, blank=True)
    ship_to = Text(blank=True, max_length=400)
    note = Text(blank=True, max_length=1000)
    currency = models.CharField(max_length=3)
    total = models.BigIntegerField(default=0)
    version = models.PositiveIntegerField(
        default=1, help_text="Counts saves, so that two editors notice each other."
    )
    submission = models.CharField(
        max_length=40,
        blank=True,
        help_text="Names the press of Save that wrote it: pressed twice, one order.",
    )
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        verbose_name = "order"
        constraints: ClassVar = [
            # What an import brought and somebody undid may come again.
            models.UniqueConstraint(
                fields=["company", "number"],
                name="order_number_once",
                condition=~models.Q(state=OrderState.VOID),
            ),
            models.UniqueConstraint(
                fields=["company", "submission"],
                name="order_once_per_submission",
                condition=~models.Q(submission=""),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "-ordered_on", "-id"], name="order_latest"),
            models.Index(fields=["company", "customer"], name="order_of_customer"),
            models.Index(fields=["company", "state", "-ordered_on", "-id"], name="order_of_state"),
            models.Index(fields=["company", "total", "id"], name="order_by_total"),
            models.Index(F("company"), Length("number"), F("number"), name="order_by_number"),
            models.Index(
                F("company"), OpClass(Upper("number"), name="text_pattern_ops"), name="order_number_begins"
            ),
            models.Index(
                F("company"), OpClass(Upper("po_number"), name="text_pattern_ops"), name="order_po_begins"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def money(self) -> Money:
        """The total."""
        return Money(self.total, self.currency)


class Hold(Keyed):
    """Somebody wants a draft confirmed that passes the customer's credit limit: it waits for room.

    ``to`` are the addresses for its invoice then. ``by_hand`` says that it was asked for with Email, where
    ``with_link`` is the tick; otherwise the invoice goes out as the system sends it.
    """

    order = models.OneToOneField(Order, on_delete=models.CASCADE, related_name="hold")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    to = ArrayField(models.EmailField(), default=list, blank=True)
    by_hand = models.BooleanField(default=False)
    with_link = models.BooleanField(default=False)
    note = Text(blank=True, max_length=1000, help_text="What its email begins with.")

    class Meta:
        verbose_name = "order on hold"
        indexes: ClassVar = [models.Index(fields=["company", "asked_at", "id"], name="hold_by_time")]

    def __str__(self) -> str:
        return str(self.order)


class OrderLine(Keyed):
    """One line of an order; ``total`` is quantity times unit price, rounded once, in minor units."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+", null=True)
    code = Words(max_length=40, blank=True)
    description = Words(max_length=200)
    kind = models.CharField(
        max_length=10,
        choices=[(kind.value, kind.value) for kind in LineKind],
        default=LineKind.GOODS.value,
        help_text="As the product's when it was ordered.",
    )
    quantity = models.DecimalField(max_digits=12, decimal_places=3)
    unit = Words(max_length=20, blank=True)
    unit_price = models.DecimalField(max_digits=14, decimal_places=4)
    total = models.BigIntegerField()

    class Meta:
        verbose_name = "order line"
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "position"], name="order_line_position_once"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.description}"
