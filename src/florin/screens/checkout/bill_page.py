"""What the payer's pages say, made ready for their templates."""

import hashlib
import math
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from florin.contracts.documents import ReceiptDocument
from florin.contracts.limits import Bar
from florin.domain.attempts import bill as bills
from florin.domain.attempts import changes
from florin.domain.attempts.bill import Bill, BillLine, BillState, Progress
from florin.domain.attempts.changes import Change
from florin.domain.attempts.lifecycle import FINAL, HOLDING
from florin.domain.attempts.methods import Method
from florin.domain.attempts.models import Attempt
from florin.domain.history import queries as history
from florin.domain.ledger.models import Application
from florin.domain.links.models import Link
from florin.domain.payments import queries
from florin.domain.payments.models import Allocation, Payment
from florin.domain.payments.queries import Setback
from florin.domain.receipts.models import Receipt
from florin.domain.statements import queries as statements
from florin.domain.statements.models import Statement
from florin.flows import start_checkout
from florin.kernel import clock, formats, return_codes
from florin.kernel.database import find
from florin.kernel.money import Money
from florin.screens.checkout import branding
from florin.screens.checkout.branding import Logo

_TAKEN = frozenset({BillState.PAID, BillState.IN_PROGRESS})
_OPEN = frozenset({BillState.PAYABLE, BillState.OFF, BillState.BARRED, BillState.COOLING})
_OVER = frozenset({BillState.PAID, BillState.VOID})
_AT_A_GLANCE = 10  # of a longer bill the rest is folded away


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPage:
    """What every page of a link shows: the company that asks."""

    token: str
    link: Link

    @property
    def logo(self) -> Logo | None:
        """The company's logo, if it has one that can be shown."""
        return branding.measure(self.link.company.logo)

    @property
    def logo_address(self) -> str:
        """Where the logo is; it changes with it, so that browsers may keep it."""
        return f"{reverse('checkout:logo', args=[self.token])}?v={self.logo.name if self.logo else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class BillPage(LinkPage):
    """The bill page: what is owed now, and what its Pay button sends back.

    ``away`` says that the processor does not answer at this moment, so that pressing Pay would be in vain.
    """

    bill: Bill
    away: bool
    chosen: Method | None
    progress: Progress | None
    today: date
    nonce: str
    receipt: Receipt | None
    pending: UUID | None
    changes: Sequence[Change]
    statement: Statement | None
    setback: Setback | None

    @property
    def seen(self) -> str:
        """What Pay sends back as the amount that was shown; text, so that no locale puts separators in."""
        return str(self.bill.payable.minor)

    @property
    def others(self) -> Money:
        """What somebody else is paying at this moment."""
        return self.bill.balance - self.bill.payable - self.bill.deducted

    @property
    def since(self) -> date | None:
        """The day since which somebody pays the bill from a bank account, in the company's time zone."""
        if self.progress is None or not self.progress.by_bank:
            return None
        return clock.local(self.progress.since, self.link.company.time_zone)

    @property
    def fell_through(self) -> str:
        """What became of the payer's payment, if it failed, came back or was lost in a dispute (R13)."""
        if self.setback is None:
            return ""
        language = self.link.language
        day = clock.local(self.setback.began_at, self.link.company.time_zone)
        details = {
            "amount": formats.money(self.setback.amount, language),
            "day": formats.day(day, language),
            "reason": return_codes.reason(self.setback.code or ""),
        }
        if self.setback.code is None:
            said = _("Your bank took back %(amount)s that you had paid by card on %(day)s.") % details
        else:
            said = _("Your bank payment of %(amount)s from %(day)s did not go through: %(reason)s.") % details
        again = _("The amount is open again.")
        return f"{said} {again}" if self.setback.whole else said

    @property
    def barred(self) -> str:
        """Why what is owed cannot be paid online, if it is the amount's fault."""
        bar, limits = self.bill.bar, self.bill.limits
        if bar is None or limits is None:
            return ""
        language = self.link.language
        details = {
            "amount": formats.money(self.bill.payable, language),
            "least": formats.money(limits.least, language),
            "most": formats.money(limits.most, language),
            "currency": self.link.currency,
        }
        match bar:
            case Bar.CURRENCY:
                return _("%(amount)s is owed, and online payments cannot be made in %(currency)s.") % details
            case Bar.TOO_SMALL:
                return _("%(amount)s is owed, and online payments start at %(least)s.") % details
            case Bar.TOO_LARGE:
                return _("%(amount)s is owed, and an online payment can be %(most)s at most.") % details
            case Bar.UNEVEN:
                return _("%(amount)s is owed, and cards cannot pay its last digits.") % details

    @property
    def takes_checks(self) -> bool:
        """Whether what is owed may also be paid by check or wire: not while a payment of all of it runs."""
        return self.bill.state in _OPEN

    @property
    def minutes(self) -> int:
        """In how many minutes a link that is cooling takes payments again; at least one."""
        left = self.bill.until - clock.now() if self.bill.until else timedelta()
        return max(math.ceil(left / timedelta(minutes=1)), 1)

    @property
    def first(self) -> Sequence[BillLine]:
        """The invoices that are shown at once."""
        return self.bill.lines[:_AT_A_GLANCE]

    @property
    def rest(self) -> Sequence[BillLine]:
        """The invoices of a long bill that are folded away at first."""
        return self.bill.lines[_AT_A_GLANCE:]

    @property
    def rest_balance(self) -> Money:
        """What is owed on the invoices that are folded away."""
        return sum((line.balance for line in self.rest), start=Money.zero(self.link.currency))

    @property
    def summed(self) -> bool:
        """Whether the bill comes to something else than one invoice's balance, so that the sum is shown."""
        return len(self.bill.lines) > 1 or bool(self.bill.credits) or bool(self.others)

    @property
    def payment(self) -> Payment | None:
        """The payment that paid the bill through this link, if one did."""
        return self.receipt.payment if self.receipt else None

    @property
    def credited(self) -> Money | None:
        """What open credits paid beside that payment, if anything."""
        return _credited(self.receipt.document) if self.receipt else None

    @property
    def from_credits(self) -> Money | None:
        """What open credits paid of a bill that no payment by this link paid, if anything."""
        items = [line.item_id for line in self.bill.lines]
        applied = Application.objects.filter(debt__in=items).aggregate(sum=Sum("amount", default=0))["sum"]
        return Money(int(applied), self.link.currency) if applied > 0 else None

    @property
    def paid_on(self) -> date | None:
        """The day of the payment through this link, in the company's time zone."""
        return clock.local(self.payment.received_at, self.link.company.time_zone) if self.payment else None

    @property
    def late(self) -> int:
        """How many of the invoices should have been paid before today, in the company's time zone."""
        return sum(1 for line in self.bill.lines if line.balance and line.due_on < self.today)

    @property
    def version(self) -> str:
        """A short name for what the page shows; a poll that names it need not be sent the page again."""
        facts = [self.bill.state.value, f"{self.away} {self.since}", *self.bill.methods]
        for line in self.bill.lines:
            facts += [line.number, *(str(part.minor) for part in (line.total, line.balance, line.payable))]
        for credit in self.bill.credits:
            facts += [str(credit.item_id), str(credit.amount.minor)]
        for change in self.changes:
            facts += [change.number, str(change.revision)]
        return hashlib.blake2s(" ".join(facts).encode(), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultPage(LinkPage):
    """The result page of one attempt.

    ``asked`` says whether the processor was asked just now; ``beaten``, whether somebody else paid first;
    ``gone``, what of the payment went back since; ``taken_back``, whether the payer's bank took it all.
    """

    attempt: Attempt
    asked: bool
    receipt: ReceiptDocument | None
    payment: Payment | None
    beaten: bool
    gone: Money | None
    taken_back: bool

    @property
    def parts(self) -> list[tuple[str, Money, Money]]:
        """What each invoice got, and what it still owes after it."""
        if self.receipt is None:
            return []
        currency = self.receipt.currency
        return [
            (line.invoice_number, Money(line.amount, currency), Money(line.balance_after, currency))
            for line in self.receipt.lines
        ]

    @property
    def excess(self) -> Money | None:
        """What was paid beyond what was owed, if anything (R18)."""
        if self.receipt is None or not self.receipt.excess:
            return None
        return Money(self.receipt.excess, self.receipt.currency)

    @property
    def credited(self) -> Money | None:
        """What open credits paid of the same invoices, beside the money, if anything."""
        return _credited(self.receipt) if self.receipt else None

    @property
    def mailed_to(self) -> str:
        """Where the confirmation went."""
        if self.payment is None:
            return ""
        return self.payment.payer_email or ", ".join(self.link.recipients)

    @property
    def final(self) -> bool:
        """Whether there is nothing left to wait for, or nothing for days: a bank debit that is under way."""
        return self.under_way or (self.attempt.state in FINAL and not self.is_unknown)

    @property
    def is_unknown(self) -> bool:
        """Whether the processor's answer is missing, so that nobody may say that nothing was charged."""
        return self.attempt.unknown_since is not None and self.payment is None

    @property
    def under_way(self) -> bool:
        """Whether it is a bank debit that takes days: initiated, not paid."""
        return self.attempt.state == Attempt.State.PENDING

    @property
    def unconfirmed(self) -> bool:
        """Whether it failed because the bank account was not confirmed."""
        return self.attempt.failure == return_codes.Uncoded.UNVERIFIED

    @property
    def why_failed(self) -> str:
        """Why the bank did not pay, in the payer's words."""
        return return_codes.reason(self.attempt.failure)


def read_bill_page(token: str, link: Link, *, chosen: Method | None = None, place: str = "") -> BillPage:
    """Read the bill of a link as it is now, for a payer at ``place`` who had ``chosen`` a way to pay."""
    bill = bills.draw_up(link, place=place)
    first = bill.methods[0] if bill.methods else None
    return BillPage(
        token=token,
        link=link,
        bill=bill,
        away=bill.state == BillState.PAYABLE and start_checkout.is_away(link),
        chosen=chosen if chosen in bill.methods else first,
        progress=bills.progress(bill),
        today=clock.today(link.company.time_zone),
        nonce=secrets.token_urlsafe(16),
        receipt=_receipt_through(link) if bill.state == BillState.PAID else None,
        pending=_pending_through(link) if bill.state == BillState.IN_PROGRESS else None,
        changes=changes.since_mail(bill) if bill.state not in _OVER else (),
        statement=statements.of_link(link) if link.kind == Link.Kind.STATEMENT else None,
        setback=queries.setback(bill) if bill.state in _OPEN else None,
    )


def read_result_page(token: str, link: Link, attempt_id: UUID, *, asked: bool) -> ResultPage:
    """Read what has become of an attempt, from our own records only.

    Raises:
        NotFound: if the attempt is not one of the link.
    """
    attempt = find(Attempt.objects.filter(link=link), pk=attempt_id)
    receipt = (
        Receipt.objects.filter(payment__attempt=attempt).select_related("payment").first()
        if attempt.state == Attempt.State.SETTLED
        else None
    )
    payment = receipt.payment if receipt else None
    gone = payment.money - history.stands(payment) if payment else None
    beaten = attempt.state == Attempt.State.CANCELLED and bills.draw_up(link).state in _TAKEN
    return ResultPage(
        token=token,
        link=link,
        attempt=attempt,
        asked=asked,
        payment=payment,
        receipt=receipt.document if receipt else None,
        beaten=beaten,
        gone=gone or None,
        taken_back=bool(payment and gone == payment.money and history.was_taken_back(payment)),
    )


def _receipt_through(link: Link) -> Receipt | None:
    """Return the latest receipt of a payment by this link of which anything has not gone back."""
    parts = Allocation.objects.filter(payment=OuterRef("payment")).order_by().values("payment")
    here = parts.annotate(sum=Sum("amount")).filter(sum__gt=0)
    paid = Receipt.objects.filter(Exists(here), payment__attempt__link=link).select_related("payment")
    return paid.order_by("-payment__received_at").first()


def _credited(receipt: ReceiptDocument) -> Money | None:
    return Money(receipt.credited, receipt.currency) if receipt.credited else None


def _pending_through(link: Link) -> UUID | None:
    """Return the attempt of this same link that is paying the bill, if it is one of this link."""
    taking = Attempt.objects.filter(link=link, state__in=HOLDING)
    return taking.values_list("pk", flat=True).first()
