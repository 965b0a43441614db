"""Timelines for people: what each thing that happened needs to be told as a sentence.

The sentences themselves are in ``templates/office/story.html``, one for each kind.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later

from florin.domain.activity import services as activity
from florin.domain.activity.models import Activity
from florin.domain.orders.models import Order
from florin.kernel import account_words, declines, dispute_reasons, return_codes
from florin.kernel.money import Money

Kind = Activity.Kind
_MOST = 200
_MOST_NEWS = 15

# What the live feed on Home tells of.
NEWS = [
    Kind.QUEUED,
    Kind.SENT,
    Kind.DELIVERED,
    Kind.BOUNCED,
    Kind.LINK_REVOKED,
    Kind.LINK_OPENED,
    Kind.CHECKOUT_STARTED,
    Kind.CARD_DECLINED,
    Kind.PAYMENT_INITIATED,
    Kind.PAYMENT_RECEIVED,
    Kind.PAYMENT_FAILED,
    Kind.PAYMENT_RETURNED,
    Kind.NOT_CHARGED,
    Kind.OVERPAID,
    Kind.REFUND_INITIATED,
    Kind.REFUND_FAILED,
    Kind.DISPUTE_OPENED,
    Kind.DISPUTE_WON,
    Kind.DISPUTE_LOST,
    Kind.PAID_OUT,
    Kind.PAYOUT_FAILED,
]


# What the fields that somebody may change are called on the screens.
FIELDS: dict[str, Promise] = {
    "number": later("Number"),
    "name": later("Name"),
    "bill_to": later("Bill to"),
    "ship_to": later("Ship to"),
    "phone": later("Phone"),
    "tax_id": later("Tax id"),
    "note": later("Notes"),
    "invoice_emails": later("Send invoices to"),
    "statement_emails": later("Send statements to"),
    "terms_days": later("Terms (days)"),
    "credit_limit": later("Credit limit"),
    "currency": later("Currency"),
    "language": later("Language"),
    "links_enabled": later("Enable payment links"),
    "automatic_invoices": later("Send invoices automatically"),
    "manual_links_enabled": later("Links in what is sent by hand"),
    "use_open_credits": later("Deduct open credits"),
    "card_enabled": later("Card payments"),
    "discount": later("Discount for early payment"),
    "discount_days": later("Days for the discount"),
    "nsf_fee": later("Fee for a returned payment"),
    "ach_enabled": later("Bank payments (ACH)"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """What one field said before and after."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One line of a timeline; ``about`` holds the sentence's details, ``order`` where it leads."""

    key: UUID
    kind: str
    at: datetime
    actor: str
    about: dict[str, str | int]
    amount: Money | None
    order: UUID | None = None

    @property
    def icon(self) -> str:
        """The name of its icon."""
        return _look(Kind(self.kind))[0]

    @property
    def tone(self) -> str:
        """Whether it is good, bad, a warning, or plain."""
        return _look(Kind(self.kind))[1]

    @property
    def declined(self) -> str:
        """Why a card was declined, in words; staff also see the processor's own where we have none."""
        code = str(self.about.get("reason", ""))
        return declines.reason(code) if code in declines.REASONS else code or declines.reason("")

    @property
    def why(self) -> str:
        """Why a bank took money back, in people's words."""
        code = str(self.about.get("code", ""))
        return return_codes.sentence(code) if code else ""

    @property
    def contested(self) -> str:
        """Why a payer contests a payment, in people's words."""
        return dispute_reasons.reason(str(self.about.get("reason", "")))

    @property
    def stopped(self) -> str:
        """Why the processor stopped a payments account, in people's words."""
        return account_words.why(str(self.about.get("reason", "")))

    @property
    def changes(self) -> list[Change]:
        """What was changed, field by field, in the words of its screen."""
        names = filter(None, str(self.about.get("fields", "")).split(","))
        return [
            Change(
                str(FIELDS.get(name, name)),
                _value(self.about.get(f"{name}_before", "")),
                _value(self.about.get(f"{name}_after", "")),
            )
            for name in names
        ]


def timeline(company_id: UUID, *subjects: UUID) -> list[Story]:
    """Tell what happened to an object, or to several that are told as one, the latest first (one query)."""
    return _tell(activity.timeline(company_id, *subjects)[:_MOST])


def news(company_id: UUID) -> list[Story]:
    """Tell what happened to the company's mails, links and payments, the latest first."""
    return _lead_to_orders(company_id, activity.feed(company_id, NEWS)[:_MOST_NEWS])


def _lead_to_orders(company_id: UUID, happened: Iterable[Activity]) -> list[Story]:
    """Tell what happened, each story with the order that it touched, found in one query."""
    entries = list(happened)
    touched = {key for entry in entries for key in entry.subjects}
    orders = set(Order.objects.filter(company_id=company_id, pk__in=touched).values_list("pk", flat=True))
    led = ({key for key in entry.subjects if key in orders} for entry in entries)
    return [
        replace(story, order=min(keys, default=None)) for story, keys in zip(_tell(entries), led, strict=True)
    ]


def _tell(happened: Iterable[Activity]) -> list[Story]:
    return [
        Story(
            key=entry.pk,
            kind=entry.kind,
            at=entry.at,
            actor=entry.actor,
            about=entry.about,
            amount=_amount(entry.about),
        )
        for entry in happened
    ]


def _value(value: str | int) -> str:
    match value:
        case "on":
            return _("on")
        case "off":
            return _("off")
        case "":
            return "-"
        case _:
            return str(value)


def _amount(about: dict[str, str | int]) -> Money | None:
    amount, currency = about.get("amount"), about.get("currency")
    return Money(amount, currency) if isinstance(amount, int) and isinstance(currency, str) else None


def _look(kind: Activity.Kind) -> tuple[str, str]:  # noqa: C901, PLR0911, PLR0912 - a table
    match kind:
        case Kind.ORDER_CREATED | Kind.ORDER_CHANGED:
            return "pencil-square", "plain"
        case Kind.ORDER_CONFIRMED | Kind.OVERPAYMENT_KEPT:
            return "check", "plain"
        case Kind.ORDER_VOIDED:
            return "no-symbol", "warn"
        case Kind.INVOICE_ISSUED | Kind.INVOICE_REVISED:
            return "document-text", "plain"
        case Kind.QUEUED:
            return "inbox-arrow-down", "plain"
        case Kind.SENT:
            return "paper-airplane", "plain"
        case Kind.BOUNCED:
            return "exclamation-triangle", "bad"
        case Kind.LINK_OPENED:
            return "eye", "plain"
        case Kind.CHECKOUT_STARTED:
            return "credit-card", "plain"
        case Kind.CHECKOUT_FAILED:
            return "x-circle", "warn"
        case Kind.PAYMENT_RECEIVED:
            return "banknotes", "good"
        case Kind.NOT_CHARGED:
            return "shield-check", "warn"
        case Kind.OVERPAID:
            return "scale", "warn"
        case Kind.CARD_DECLINED:
            return "credit-card", "warn"
        case Kind.PAYMENT_INITIATED:
            return "clock", "plain"
        case Kind.PAYMENT_FAILED | Kind.PAYMENT_RETURNED:
            return "arrow-uturn-left", "bad"
        case Kind.PAYMENT_UNDONE | Kind.PAYMENT_UNAPPLIED | Kind.CREDIT_UNAPPLIED:
            return "arrow-uturn-left", "warn"
        case Kind.REFUND_INITIATED | Kind.REFUND_SUCCEEDED:
            return "receipt-refund", "plain"
        case Kind.REFUND_FAILED:
            return "receipt-refund", "bad"
        case Kind.DISPUTE_OPENED | Kind.DISPUTE_LOST:
            return "scale", "bad"
        case Kind.DISPUTE_REVIEWED | Kind.DISPUTE_CLOSED:
            return "scale", "plain"
        case Kind.CREDIT_CREATED | Kind.CREDIT_CHANGED | Kind.CREDIT_SUBMITTED | Kind.CREDIT_APPLIED:
            return "receipt-percent", "plain"
        case Kind.CREDIT_APPROVED:
            return "receipt-percent", "good"
        case Kind.CREDIT_REJECTED | Kind.CREDIT_VOIDED:
            return "receipt-percent", "warn"
        case Kind.ACCOUNT_CHANGED:
            return "building-library", "plain"
        case Kind.PAID_OUT:
            return "building-library", "good"
        case Kind.PAYOUT_FAILED:
            return "building-library", "bad"
        case Kind.STATEMENT_MADE:
            return "document-chart-bar", "plain"
        case Kind.CUSTOMER_CHANGED:
            return "user-circle", "plain"
        case Kind.SETTINGS_CHANGED:
            return "cog-6-tooth", "plain"
        case Kind.DELIVERED | Kind.DISPUTE_WON:
            return "check-circle", "good"
        case Kind.LINK_REVOKED:
            return "link-slash", "warn"
