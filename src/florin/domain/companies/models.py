"""A company is a wholesaler: the tenant to which every other row belongs."""

from decimal import Decimal
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from florin.contracts.documents import Letterhead
from florin.contracts.processor import LONGEST_REFERENCE, MethodStatus
from florin.domain.companies.lifecycle import AccountState
from florin.kernel import formats
from florin.kernel.database import Keyed
from florin.kernel.directions import NameField
from florin.kernel.texts import Text, Words


class Company(Keyed):
    """A wholesaler, how it presents itself, and the switches that hold for all its customers."""

    slug = models.SlugField(max_length=40, unique=True)
    name = NameField(max_length=120)
    address = Text(blank=True, max_length=400)
    email = models.EmailField(help_text="Confirmations go here, and customers may write here.")
    phone = Words(max_length=40, blank=True)
    tax_id = Words(max_length=40, blank=True)
    colour = models.CharField(max_length=7, default="#2f6f57")
    logo = models.TextField(blank=True, help_text="A PNG or SVG in base64.")
    time_zone = models.CharField(max_length=60, default="UTC")
    language = models.CharField(max_length=5, default="en", choices=[("en", "English"), ("es", "Español")])
    currency = models.CharField(max_length=3, default="USD")
    remit_to = Text(blank=True, max_length=400, help_text="Where checks go.")
    wire = Text(blank=True, max_length=600, help_text="How to pay by wire or bank transfer.")
    terms_days = models.PositiveSmallIntegerField(default=30)
    links_enabled = models.BooleanField(default=True)
    links_stopped = Words(
        max_length=200,
        blank=True,
        default="",
        help_text="Why the operator has stopped all payment links; empty while they may go out.",
    )
    manual_links_enabled = models.BooleanField(default=True)
    use_open_credits = models.BooleanField(
        default=True, help_text="Deduct a customer's open credits from what a link asks for."
    )
    nsf_fee = models.PositiveBigIntegerField(
        default=0, help_text="Suggested for a returned payment, in minor units of the currency; 0 is none."
    )
    discount_basis_points = models.PositiveSmallIntegerField(
        default=0, help_text="For early payment: 200 is 2 %."
    )
    discount_days = models.PositiveSmallIntegerField(default=0, help_text="How long after the invoice date.")
    idle_minutes = models.PositiveSmallIntegerField(
        default=480, help_text="After so long without work a session ends."
    )
    session_hours = models.PositiveSmallIntegerField(
        default=24, help_text="So long after signing in a session ends in any case."
    )
    second_factor_roles = ArrayField(
        models.CharField(max_length=24), default=list, blank=True, help_text="Who must sign in with one."
    )

    getting_started = models.BooleanField(
        default=False,
        help_text="Home shows its Admins the first steps; since it moved in, until they hide them.",
    )

    class Meta:
        verbose_name = "company"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(colour__regex=r"^#[0-9a-fA-F]{6}$"), name="company_colour_is_hex"
            ),
            models.CheckConstraint(
                condition=models.Q(currency__regex=r"^[A-Z]{3}$"), name="company_currency_is_iso"
            ),
        ]

    @property
    def reads(self) -> str:
        """Its language, with the figures of its region."""
        return formats.regional(self.language, self.time_zone)

    def __str__(self) -> str:
        return self.name

    @property
    def discount_percent(self) -> Decimal:
        """The discount for early payment as people say it: 2 is 2 %."""
        return Decimal(self.discount_basis_points).scaleb(-2)

    @property
    def letterhead(self) -> Letterhead:
        """The company as its documents show it now; snapshots keep it as it was."""
        return Letterhead(
            name=self.name,
            address=tuple(self.address.splitlines()),
            email=self.email,
            phone=self.phone,
            tax_id=self.tax_id,
            colour=self.colour,
            logo=self.logo,
            remit_to=tuple(self.remit_to.splitlines()),
            wire=tuple(self.wire.splitlines()),
        )


class PaymentsAccount(Keyed):
    """A company's account at a processor (R2): without an active one, no link is offered anywhere."""

    State = AccountState

    company = models.OneToOneField(Company, on_delete=models.PROTECT, related_name="account")
    gateway = models.CharField(max_length=20)
    reference = models.CharField(
        max_length=LONGEST_REFERENCE,
        blank=True,
        help_text="The processor's name for it; empty for the installation's own account.",
    )
    state = models.CharField(max_length=12, choices=State.choices, default=State.NEW)
    wanted = models.JSONField(default=list, help_text="What the processor still asks for.")
    cards = models.CharField(
        max_length=12,
        choices=[(status.value, status.value) for status in MethodStatus],
        default=MethodStatus.ACTIVE,
        help_text="Whether the processor lets it charge cards.",
    )
    debits = models.CharField(
        max_length=12,
        choices=[(status.value, status.value) for status in MethodStatus],
        default=MethodStatus.ACTIVE,
        help_text="Whether the processor lets it debit bank accounts.",
    )
    reason = models.CharField(max_length=200, blank=True, help_text="Why it is suspended or rejected.")
    codes = models.JSONField(default=list, help_text="What the processor calls what it asks for, and why.")
    checked_at = models.DateTimeField(null=True)
    card_enabled = models.BooleanField(default=True)
    ach_enabled = models.BooleanField(default=True)

    class Meta:
        verbose_name = "payments account"
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(gateway=""), name="account_has_gateway"),
        ]

    def __str__(self) -> str:
        return f"{self.gateway} ({self.state})"


class Counter(models.Model):
    """Where one of a company's series is: the last number, and the prefix of the following ones.

    ``given`` as soon as one was given out: from then on the last number only rises.
    """

    pk = models.CompositePrimaryKey("company_id", "series")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    series = models.CharField(max_length=20)
    prefix = models.CharField(max_length=8, blank=True)
    last = models.PositiveBigIntegerField()
    given = models.BooleanField(default=True)

    class Meta:
        verbose_name = "counter"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "prefix"],
                name="counter_prefix_once",
                deferrable=models.Deferrable.DEFERRED,  # two series may change theirs for each other's
            ),
            models.CheckConstraint(
                condition=models.Q(prefix__regex=r"^([A-Z0-9]+(-[A-Z0-9]+)*)?$"),
                name="counter_prefix_is_plain",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.series} {self.last}"


class MailText(Keyed):
    """What mails of a kind begin with, for customers who read this language."""

    class Kind(models.TextChoices):
        """The kinds of mails that have a text of the company's."""

        INVOICE = "invoice", "Invoice"
        LINKS = "links", "Payment links"
        STATEMENT = "statement", "Statement"
        RECEIPT = "receipt", "Receipt"

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    language = models.CharField(max_length=5)
    text = Text(blank=True, max_length=1000)

    class Meta:
        verbose_name = "mail text"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "kind", "language"], name="mail_text_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.language})"
