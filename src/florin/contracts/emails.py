"""Emails: what the outbox stores of each kind, one small record a kind, which its templates read.

What an email says is in ``edges/mail/templates``, in the folder with the kind's name. Amounts are minor
units of the currency beside them, days the company's. A payment link is named by its key, never by its token.
"""

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, ClassVar, Self
from uuid import UUID

from florin.contracts.demands import Deduction, Demand
from florin.contracts.documents import InvoiceDocument, InvoiceList
from florin.contracts.processor import AccountStatus
from florin.kernel.return_codes import Uncoded


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    """One email, whatever its kind and language; ``to_company`` if the company's own people read it."""

    to_company: ClassVar[bool] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentEmail(Email):
    """Begins with the company's ``intro`` and the ``note`` of whoever sent it, as they were then."""

    intro: str = ""
    note: str = ""

    @property
    def opening(self) -> tuple[str, ...]:
        """What of the two there is."""
        return tuple(filter(None, (self.intro, self.note)))


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceEmail(DocumentEmail):
    """Brings an invoice: ``link`` is what its button opens, if it has one, the rest what it asks for."""

    revision: UUID
    link: UUID | None
    balance: int
    paying: int = 0
    credits: tuple[Deduction, ...] = ()

    @property
    def demand(self) -> Demand:
        """What the button asks for."""
        return Demand(self.balance, self.paying, self.credits)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleInvoice(Email):
    """Brings a made-up invoice, marked as a test, that nobody owes: what customers will get looks like it."""

    invoice: InvoiceDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedInvoices:
    """Open invoices of one currency, and the link that pays them."""

    link: UUID
    list: InvoiceList


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoicesEmail(DocumentEmail):
    """Asks for several invoices, those of each currency with a link of their own (R6)."""

    lists: tuple[LinkedInvoices, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementEmail(DocumentEmail):
    """Brings a statement, as ``sending`` says (R5)."""

    sending: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentReceived(DocumentEmail):
    """Brings the payer the receipt (R11)."""

    receipt: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentNotice(Email):
    """Tells the company who paid what (R11)."""

    to_company: ClassVar[bool] = True

    receipt: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class NotCharged(Email):
    """Tells a payer that an authorisation was released, because somebody else had paid."""

    amount: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementReport(Email):
    """Brings the report of what the processor did on the days from ``first`` to ``last``."""

    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationEmail(Email):
    """Brings the link by which somebody becomes a person of the company; it is made when the email leaves."""

    to_company: ClassVar[bool] = True

    invitation: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordReset(Email):
    """Brings a person the link to a new password; it is made when the email leaves."""

    to_company: ClassVar[bool] = True

    person: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChanged(Email):
    """Tells a person that their password was changed at ``at`` (UTC), and from where."""

    to_company: ClassVar[bool] = True

    person: UUID
    at: datetime
    address: str
    browser: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorChanged(Email):
    """Tells a person that their second factor, or its codes, changed at ``at`` (UTC), and from where."""

    to_company: ClassVar[bool] = True

    person: UUID
    at: datetime
    address: str
    browser: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountNotice(Email):
    """Tells the company how its payments account stands (R2), and leads to the page at ``path``.

    ``reason`` is the processor's for stopping it, ``wanted`` what it still asks for.
    """

    to_company: ClassVar[bool] = True

    on: date
    status: AccountStatus
    reason: str
    wanted: tuple[str, ...]
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Whose money a notification is about, how much, and when.

    The payer's button opens ``link``, the company's the page at ``path`` in the office.
    """

    customer_name: str
    customer_number: str
    currency: str
    amount: int
    on: date
    link: UUID | None = None
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AffectedInvoice:
    """An invoice that a notification is about: its part of the amount, and what is owed on it now."""

    number: str
    amount: int
    balance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargedFee:
    """The invoice over the fee for a payment that did not hold."""

    number: str
    amount: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification(Email):
    """Tells payer or company what happened to money."""

    about: About

    @classmethod
    def like(cls, other: "Notification", **changes: Any) -> Self:
        """Return what tells somebody else of the same, but for ``changes``."""
        return cls(**{each.name: getattr(other, each.name) for each in fields(cls)} | changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshLink(Notification):
    """Brings a new link, after too many cards were declined at the one before."""

    lines: tuple[AffectedInvoice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DebitNotification(Notification):
    """How a bank debit stands that is not paid; ``reference`` is the processor's."""

    method: str
    reference: str
    lines: tuple[AffectedInvoice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentInitiated(DebitNotification):
    """Tells the payer that a bank debit is under way, or waits until they confirm the account."""

    awaits_payer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class InitiatedNotice(PaymentInitiated):
    """Tells the company so."""

    to_company: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFailed(DebitNotification):
    """Tells the payer that the bank did not pay a debit that was under way; ``reason`` is its code."""

    reason: str
    fee: ChargedFee | None = None

    @property
    def unconfirmed(self) -> bool:
        """Whether it failed because the payer did not confirm the account."""
        return self.reason == Uncoded.UNVERIFIED


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedNotice(PaymentFailed):
    """Tells the company so."""

    to_company: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedNotification(Notification):
    """What became of a payment or refund in the books; ``number`` is ours, ``reference`` the processor's.

    ``method`` reads "Visa •••• 4242".
    """

    method: str
    number: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentReturned(BookedNotification):
    """Tells the payer that a payment came back; ``disputed`` if the bank decided so after a dispute."""

    reason: str = ""
    lines: tuple[AffectedInvoice, ...]
    fee: ChargedFee | None = None
    disputed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedNotice(PaymentReturned):
    """Tells the company so."""

    to_company: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRegained(BookedNotification):
    """Tells a payer who was asked to pay again that the payment counts after all.

    ``credited`` is what of it nobody owed any more; it is an open credit of theirs.
    """

    lines: tuple[AffectedInvoice, ...]
    credited: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundInitiated(BookedNotification):
    """The payer's receipt of a refund (R21).

    ``way`` is how it was paid ("card", "ach" ...); ``waits`` until the balance at the processor covers it.
    """

    reason: str
    way: str
    lines: tuple[AffectedInvoice, ...]
    waits: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundNotice(RefundInitiated):
    """Tells the company so."""

    to_company: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundFailed(BookedNotification):
    """Tells the payer that the money came back to the company."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundFailedNotice(RefundFailed):
    """Tells the company so; ``reason`` is the processor's."""

    to_company: ClassVar[bool] = True

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeNotice(BookedNotification):
    """Tells the company how a dispute stands, and the last day to answer it, if there is one.

    ``state`` is the dispute's, "won_after_all" or "appeal_lost". ``credited`` as in ``PaymentRegained``.
    ``answer_at`` is set only in emails that were queued when they still led to the processor itself.
    """

    to_company: ClassVar[bool] = True

    reason: str
    state: str
    lines: tuple[AffectedInvoice, ...] = ()
    credited: int = 0
    answer_by: date | None = None
    answer_at: str = ""
