"""Timelines for people: what each thing that happened needs to be told as a sentence.

The sentences themselves are in ``templates/office/timeline_entry.html``, one for each kind.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from florin.contracts import account_words, declines, dispute_reasons, line_kinds
from florin.contracts.line_kinds import LineKind
from florin.domain.activity import services as activity
from florin.domain.activity.models import Activity
from florin.domain.attempts.methods import Method
from florin.domain.declines.services import MOST_OF_LINK
from florin.domain.orders.models import Order
from florin.kernel import return_codes
from florin.kernel.money import Money
from florin.screens.office.shared import decline_folds
from florin.screens.office.shared.decline_folds import Fold
from florin.screens.office.shared.roles import names_of

Kind = Activity.Kind
_MOST = 200
_MOST_NEWS = 15
_MOST_MAILS = 200  # that are looked at for one line of the feed
_MOST_TRIES = 200  # as many of them
_MOST_BEFORE_FOLDING = 600

# What the live feed on Home tells of beside the mails that were sent and the tries to pay; the timelines
# say if mails arrive.
NEWS = [
    Kind.BOUNCED,
    Kind.LINK_REVOKED,
    Kind.LINK_OPENED,
    Kind.PAYMENT_INITIATED,
    Kind.PAYMENT_RECEIVED,
    Kind.PAYMENT_FAILED,
    Kind.PAYMENT_RETURNED,
    Kind.NOT_CHARGED,
    Kind.CHECKOUT_LOST,
    Kind.OVERPAID,
    Kind.REFUND_INITIATED,
    Kind.REFUND_SUCCEEDED,
    Kind.REFUND_FAILED,
    Kind.DISPUTE_OPENED,
    Kind.DISPUTE_WON,
    Kind.DISPUTE_LOST,
    Kind.APPEAL_OPENED,
    Kind.PAID_OUT,
    Kind.PAYOUT_FAILED,
]

# How each kind looks: the name of its icon, and whether it is good, bad, a warning, or plain.
_LOOKS = {
    Kind.ORDER_CREATED: ("pencil-square", "plain"),
    Kind.ORDER_CHANGED: ("pencil-square", "plain"),
    Kind.ORDER_CONFIRMED: ("check", "plain"),
    Kind.OVERPAYMENT_KEPT: ("check", "plain"),
    Kind.ORDER_VOIDED: ("no-symbol", "warn"),
    Kind.ORDER_HELD: ("clock", "warn"),
    Kind.HOLD_ENDED: ("clock", "plain"),
    Kind.LIMIT_OVERRIDDEN: ("shield-check", "warn"),
    Kind.INVOICE_ISSUED: ("document-text", "plain"),
    Kind.INVOICE_REVISED: ("document-text", "plain"),
    Kind.QUEUED: ("inbox-arrow-down", "plain"),
    Kind.SENT: ("paper-airplane", "plain"),
    Kind.BOUNCED: ("exclamation-triangle", "bad"),
    Kind.LINK_OPENED: ("eye", "plain"),
    Kind.CHECKOUT_STARTED: ("credit-card", "plain"),
    Kind.CHECKOUT_FAILED: ("x-circle", "warn"),
    Kind.CHECKOUT_LOST: ("exclamation-triangle", "bad"),
    Kind.PAYMENT_RECEIVED: ("banknotes", "good"),
    Kind.NOT_CHARGED: ("shield-check", "warn"),
    Kind.OVERPAID: ("scale", "warn"),
    Kind.CARD_DECLINED: ("credit-card", "warn"),
    Kind.PAYMENT_INITIATED: ("clock", "plain"),
    Kind.PAYMENT_FAILED: ("arrow-uturn-left", "bad"),
    Kind.PAYMENT_RETURNED: ("arrow-uturn-left", "bad"),
    Kind.PAYMENT_UNDONE: ("arrow-uturn-left", "warn"),
    Kind.PAYMENT_UNAPPLIED: ("arrow-uturn-left", "warn"),
    Kind.CREDIT_UNAPPLIED: ("arrow-uturn-left", "warn"),
    Kind.REFUND_INITIATED: ("receipt-refund", "plain"),
    Kind.REFUND_SUCCEEDED: ("receipt-refund", "plain"),
    Kind.REFUND_FAILED: ("receipt-refund", "bad"),
    Kind.DISPUTE_OPENED: ("scale", "bad"),
    Kind.DISPUTE_LOST: ("scale", "bad"),
    Kind.DISPUTE_REVIEWED: ("scale", "plain"),
    Kind.DISPUTE_CLOSED: ("scale", "plain"),
    Kind.APPEAL_OPENED: ("scale", "plain"),
    Kind.APPEAL_REVIEWED: ("scale", "plain"),
    Kind.APPEAL_LOST: ("scale", "bad"),
    Kind.CREDIT_CREATED: ("receipt-percent", "plain"),
    Kind.CREDIT_CHANGED: ("receipt-percent", "plain"),
    Kind.CREDIT_SUBMITTED: ("receipt-percent", "plain"),
    Kind.CREDIT_APPLIED: ("receipt-percent", "plain"),
    Kind.CREDIT_APPROVED: ("receipt-percent", "good"),
    Kind.CREDIT_REJECTED: ("receipt-percent", "warn"),
    Kind.CREDIT_VOIDED: ("receipt-percent", "warn"),
    Kind.ACCOUNT_CHANGED: ("building-library", "plain"),
    Kind.PAID_OUT: ("building-library", "good"),
    Kind.PAYOUT_FAILED: ("building-library", "bad"),
    Kind.STATEMENT_MADE: ("document-chart-bar", "plain"),
    Kind.CUSTOMER_CHANGED: ("user-circle", "plain"),
    Kind.PRODUCT_CHANGED: ("tag", "plain"),
    Kind.SETTINGS_CHANGED: ("cog-6-tooth", "plain"),
    Kind.DELIVERED: ("check-circle", "good"),
    Kind.DISPUTE_WON: ("check-circle", "good"),
    Kind.LINK_REVOKED: ("link-slash", "warn"),
}

# What the mails tell of that have no sentence of their own.
MAILS: dict[str, Promise] = {
    "invoices": gettext_lazy("Invoices"),
    "statement": gettext_lazy("Statement"),
    "fresh_link": gettext_lazy("New payment link"),
    "not_charged": gettext_lazy("Nothing was charged"),
    "payment_initiated": gettext_lazy("Bank payment under way"),
    "initiated_notice": gettext_lazy("Bank payment under way"),
    "payment_failed": gettext_lazy("Bank payment not paid"),
    "failed_notice": gettext_lazy("Bank payment not paid"),
    "payment_returned": gettext_lazy("Payment returned"),
    "returned_notice": gettext_lazy("Payment returned"),
    "payment_regained": gettext_lazy("Payment counts after all"),
    "refund_initiated": gettext_lazy("Refund initiated"),
    "refund_notice": gettext_lazy("Refund initiated"),
    "refund_failed": gettext_lazy("A refund failed"),
    "refund_failed_notice": gettext_lazy("A refund failed"),
    "dispute_notice": gettext_lazy("Dispute"),
    "account_notice": gettext_lazy("Payments account"),
    "settlement_report": gettext_lazy("Settlement report"),
    "password_reset": gettext_lazy("Link to a new password"),
    "password_changed": gettext_lazy("Password changed"),
    "sample_invoice": gettext_lazy("Test invoice"),
}

# What the fields that somebody may change are called on the screens.
FIELDS: dict[str, Promise] = {
    "number": gettext_lazy("Number"),
    "name": gettext_lazy("Name"),
    "address": gettext_lazy("Address"),
    "logo": gettext_lazy("Logo"),
    "colour": gettext_lazy("Color"),
    "time_zone": gettext_lazy("Time zone"),
    "remit_to": gettext_lazy("Remit checks to"),
    "wire": gettext_lazy("Wire instructions"),
    "bill_to": gettext_lazy("Bill to"),
    "ship_to": gettext_lazy("Ship to"),
    "phone": gettext_lazy("Phone"),
    "tax_id": gettext_lazy("Tax ID"),
    "note": gettext_lazy("Notes"),
    "code": gettext_lazy("Code"),
    "description": gettext_lazy("Description"),
    "unit": gettext_lazy("Unit"),
    "unit_price": gettext_lazy("Unit price"),
    "kind": gettext_lazy("Kind"),
    "product_active": gettext_lazy("Offered in new orders"),
    "invoice_emails": gettext_lazy("Send invoices to"),
    "statement_emails": gettext_lazy("Send statements to"),
    "terms_days": gettext_lazy("Terms (days)"),
    "idle_minutes": gettext_lazy("Minutes without work"),
    "session_hours": gettext_lazy("Hours signed in"),
    "credit_limit": gettext_lazy("Credit limit"),
    "currency": gettext_lazy("Currency"),
    "language": gettext_lazy("Language"),
    "links_stopped": gettext_lazy("Payment links stopped by the operator"),
    "links_enabled": gettext_lazy("Enable payment links"),
    "automatic_invoices": gettext_lazy("Send invoices automatically"),
    "manual_links_enabled": gettext_lazy("Links in what is sent by hand"),
    "use_open_credits": gettext_lazy("Deduct open credits"),
    "card_enabled": gettext_lazy("Card payments"),
    "discount": gettext_lazy("Discount for early payment"),
    "discount_days": gettext_lazy("Days for the discount"),
    "nsf_fee": gettext_lazy("Fee for a returned payment"),
    "ach_enabled": gettext_lazy("Bank payments (ACH)"),
    "payments_account": gettext_lazy("Payments account"),
    "roles": gettext_lazy("Roles"),
    "second_factor_roles": gettext_lazy("Second factor required for"),
    "active": gettext_lazy("May sign in"),
    "email": gettext_lazy("E-mail"),
    **{
        f"{kind}_text_{language}": words
        for kind, words in {
            "invoice": gettext_lazy("Text of invoice emails"),
            "links": gettext_lazy("Text of payment link emails"),
            "statement": gettext_lazy("Text of statement emails"),
            "receipt": gettext_lazy("Text of receipt emails"),
        }.items()
        for language in ("en", "es")
    },
    "customer_numbers": gettext_lazy("Next customer number"),
    "order_numbers": gettext_lazy("Next order number"),
    "invoice_numbers": gettext_lazy("Next invoice number"),
    "credit_numbers": gettext_lazy("Next credit number"),
    "payment_numbers": gettext_lazy("Next payment number"),
    "receipt_numbers": gettext_lazy("Next receipt number"),
    "refund_numbers": gettext_lazy("Next refund number"),
    "statement_numbers": gettext_lazy("Next statement number"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """What one field said before and after."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """One line of a timeline; ``about`` holds the sentence's details, ``order`` where it leads.

    ``mails`` counts the mails in a row that the line tells of; ``more`` says that there may be more of them.
    ``fold`` counts the declined cards that it tells of, if they are several.
    """

    key: UUID
    kind: str
    at: datetime
    actor: str
    about: dict[str, str | int]
    amount: Money | None
    order: UUID | None = None
    mails: int = 1
    more: bool = False
    fold: Fold | None = None

    @property
    def icon(self) -> str:
        """The name of its icon."""
        return _LOOKS[Kind(self.kind)][0]

    @property
    def tone(self) -> str:
        """Whether it is good, bad, a warning, or plain."""
        return _LOOKS[Kind(self.kind)][1]

    @property
    def discount(self) -> Money | None:
        """What was deducted for early payment beside the money that came in, if anything was."""
        given = self.about.get("discount")
        return Money(given, self.amount.currency) if isinstance(given, int) and self.amount else None

    @property
    def mail(self) -> str:
        """What a mail tells of, in people's words; empty if we have none for it."""
        return str(MAILS.get(str(self.about.get("mail", "")), ""))

    @property
    def method(self) -> str:
        """How somebody paid; the ways to pay at the counter in the reader's language."""
        method = str(self.about.get("method", ""))
        return str(Method(method).label) if method in Method.values else method

    @property
    def suspicious(self) -> bool:
        """Whether so many cards were declined that somebody may be trying out cards that are not theirs."""
        return self.fold is not None and self.fold.declines >= MOST_OF_LINK

    @property
    def declined(self) -> str:
        """Why a card or a bank account was declined, in people's words."""
        reason = str(self.about.get("reason", ""))
        return declines.of_bank(reason) if self.about.get("method") == "ach" else declines.reason(reason)

    @property
    def bank_reason(self) -> str:
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
        return account_words.stop_reason(str(self.about.get("reason", "")))

    @property
    def changes(self) -> list[Change]:
        """What was changed, field by field, in the words of its screen."""
        return changes(self.about)


def changes(about: Mapping[str, str | int]) -> list[Change]:
    """Return what was changed, field by field, in the words of its screen."""
    names = filter(None, str(about.get("fields", "")).split(","))
    return [
        Change(
            str(FIELDS.get(name, name)),
            _value(name, about.get(f"{name}_before", "")),
            _value(name, about.get(f"{name}_after", "")),
        )
        for name in names
    ]


def timeline(company_id: UUID, *subjects: UUID) -> list[TimelineEntry]:
    """Tell what happened to an object, or to several that are told as one, the latest first (one query)."""
    activities = activity.timeline(company_id, *subjects)
    happened, folds = decline_folds.fold(list(activities[:_MOST_BEFORE_FOLDING]))
    return [replace(entry, fold=folds.get(entry.key)) for entry in _entries(happened[:_MOST])]


def company_timeline(company_id: UUID) -> list[TimelineEntry]:
    """Tell what happened to the company's links and payments, the latest first (four queries).

    Mails that somebody sent one after the other are one line, and so are the cards that were declined at a
    link, so that they hide neither money nor trouble.
    """
    mails = list(activity.feed(company_id, [Kind.QUEUED])[:_MOST_MAILS])
    tries = list(activity.feed(company_id, decline_folds.TRIES)[:_MOST_TRIES])
    happened = [*mails, *tries, *activity.feed(company_id, NEWS)[:_MOST_NEWS]]
    happened.sort(key=lambda entry: (entry.at, entry.pk), reverse=True)
    happened, folds = decline_folds.fold(happened)
    lines = [list(line) for _sender, line in groupby(happened, key=_sender)][:_MOST_NEWS]
    last = mails[-1] if len(mails) == _MOST_MAILS else None
    activities = _lead_to_orders(company_id, [line[0] for line in lines])
    return [
        replace(entry, mails=len(line), more=last in line, fold=folds.get(entry.key))
        for entry, line in zip(activities, lines, strict=True)
    ]


def mark(entries: Sequence[TimelineEntry], *others: object) -> str:
    """Return a short text that changes with what happened last, and with ``others`` that a page shows.

    A page that is open sends the one it has, and is answered only if another has taken its place.
    """
    shown = [entries[0].key if entries else "", *others]
    return hashlib.sha256(" ".join(map(str, shown)).encode()).hexdigest()[:16]


def _sender(entry: Activity) -> object:
    """Return what mails in a row have in common; anything else stands by itself."""
    return (entry.actor, entry.about.get("link")) if entry.kind == Kind.QUEUED else entry.pk


def _lead_to_orders(company_id: UUID, happened: Iterable[Activity]) -> list[TimelineEntry]:
    """Tell what happened, each entry with the order that it touched, found in one query."""
    entries = list(happened)
    touched = {key for entry in entries for key in entry.subjects}
    orders = set(Order.objects.filter(company_id=company_id, pk__in=touched).values_list("pk", flat=True))
    led = ({key for key in entry.subjects if key in orders} for entry in entries)
    return [
        replace(entry, order=min(keys, default=None))
        for entry, keys in zip(_entries(entries), led, strict=True)
    ]


def _entries(happened: Iterable[Activity]) -> list[TimelineEntry]:
    return [
        TimelineEntry(
            key=entry.pk,
            kind=entry.kind,
            at=entry.at,
            actor=entry.actor,
            about=entry.about,
            amount=_amount(entry.about),
        )
        for entry in happened
    ]


_OF_ROLES = {"roles", "second_factor_roles"}


def _value(name: str, value: str | int) -> str:
    if value and name in _OF_ROLES:
        return names_of(str(value).split(", "))
    if name == "kind" and value in set(LineKind):
        return line_kinds.words(LineKind(str(value)))
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
