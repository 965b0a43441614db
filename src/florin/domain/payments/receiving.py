"""Money taken at the counter: what it can pay, booking it, and taking it back (R20)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _

from florin.domain.attempts import bill
from florin.domain.attempts.methods import ONLINE, Method
from florin.domain.companies import numbers
from florin.domain.companies.models import Company
from florin.domain.companies.numbers import Series
from florin.domain.customers.models import Customer
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Account, Entry, Item
from florin.domain.payments import allocating, discounts
from florin.domain.payments.allocating import AllocatedAmount, Taken
from florin.domain.payments.models import Payment, Return, Reversal
from florin.kernel import clock, formats
from florin.kernel.database import locked
from florin.kernel.errors import Refusal
from florin.kernel.money import Money

# A counter shows and pays the oldest of a customer's invoices; what is beyond them becomes open credit.
MOST_INVOICES = 300
COUNTER = tuple(method for method in Method if method not in ONLINE)


@dataclass(frozen=True, slots=True)
class Debt:
    """An open invoice with its item: what attempts hold of it now, and the discount for paying all of it.

    Minor units. An invoice of which something is held gets no discount: this payment would not be the last.
    """

    invoice: Invoice
    held: int = 0
    discount: int = 0

    @property
    def balance(self) -> int:
        """What is owed, held or not."""
        return self.invoice.item.balance

    @property
    def free(self) -> int:
        """What is owed and held by nobody."""
        return max(self.balance - self.held, 0)


@dataclass(frozen=True, slots=True)
class Share:
    """What one invoice gets of the money, and what discount beside it; ``item`` is the invoice's item."""

    item: UUID
    amount: int
    discount: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiving:
    """A payment as somebody at the counter took it, on a day of the company's.

    Without ``shares`` it pays the oldest invoices first, and never what an attempt holds; by hand it may.
    ``submission`` names the press of the button; ``is_prepayment`` what an excess is called.
    """

    method: Method
    amount: Money
    on: date
    reference: str = ""
    note: str = ""
    is_prepayment: bool = False
    submission: str = ""
    shares: Sequence[Share] | None = None


def oldest(customer: Customer, currency: str) -> list[UUID]:
    """Return the keys of the items of a customer's open invoices in a currency, the first due first."""
    owed = Item.objects.filter(company=customer.company_id, customer=customer, kind=Item.Kind.INVOICE)
    found = owed.filter(currency=currency).exclude(balance=0).order_by("due_on", "number")
    return list(found.values_list("pk", flat=True)[:MOST_INVOICES])


def debts(customer: Customer, *, on: date) -> list[Debt]:
    """Return the oldest open invoices in the customer's currency, as a payment of a day could pay them."""
    return _debts(customer, Item.objects.in_bulk(oldest(customer, customer.currency)), on)


def spread(amount: int, owed: Sequence[Debt]) -> list[Share]:
    """Share an amount out over invoices in their order; a discount is given where all of one is paid."""
    shares = []
    for debt in owed:
        whole = debt.free - debt.discount
        if amount >= whole:
            share = Share(debt.invoice.item_id, whole, debt.discount)
        else:
            share = Share(debt.invoice.item_id, amount)
        if share.amount:
            shares.append(share)
        amount -= share.amount
    return shares


def find_by_submission(company: Company, submission: str) -> Payment | None:
    """Return the payment that was recorded when a button was pressed, if it was."""
    return Payment.objects.filter(company=company, submission=submission).first() if submission else None


def receive(customer: Customer, wanted: Receiving, *, by: str) -> Payment:
    """Book a payment in the caller's transaction; what it does not pay becomes an open credit (R18, R20).

    Raises:
        Refusal: if it is not one of the counter's, lies in the future, or pays more than it is or is owed.
    """
    _check(customer, wanted)
    chosen = [share for share in wanted.shares or () if share.amount or share.discount]
    by_hand = wanted.shares is not None
    keys = [share.item for share in chosen] if by_hand else oldest(customer, customer.currency)
    items = locked(Item.objects.filter(customer=customer, currency=customer.currency), keys)
    owed = {debt.invoice.item_id: debt for debt in _debts(customer, items, wanted.on)}
    if not by_hand:
        chosen = spread(wanted.amount.minor, list(owed.values()))
    for share in chosen:
        _check_share(share, owed.get(share.item), customer.currency)
    excess = wanted.amount.minor - sum(share.amount for share in chosen)
    if excess < 0:
        raise Refusal(_("More is applied than was received. Apply less, or correct the amount received."))
    payment = _recorded(customer, wanted, by)
    allocating.allocate(
        payment,
        [
            AllocatedAmount(owed[share.item].invoice.item, owed[share.item].invoice.pk, share.amount)
            for share in chosen
        ],
        excess,
        key=f"payment:{payment.pk}:payment",
        by=by,
        settled=[share.discount for share in chosen],
    )
    given = [(owed[share.item].invoice.item, share.discount) for share in chosen if share.discount]
    discounts.give(payment, given, key=f"payment:{payment.pk}:discounts", by=by)
    return payment


def undo(payment: Payment, *, reason: str, by: str) -> Taken:
    """Take back a payment that was recorded by mistake: its invoices are open again, its discounts lost.

    The payment is locked by the caller.

    Raises:
        Refusal: if a processor took it, or some of it has been paid back or returned.
    """
    if payment.is_online:
        raise Refusal(_("Only payments recorded at the counter can be undone. Refund this one instead."))
    if Return.objects.filter(payment=payment).exists():
        raise Refusal(_("This payment was returned by the bank, so there is nothing left to undo."))
    if sum(part.amount for part in allocating.current_allocations(payment)) != payment.amount:
        raise Refusal(_("Some of this payment was paid back already. Refund what is left of it instead."))
    taken = allocating.take_all(
        payment,
        payment.amount,
        to=Account.BANK,
        kind=Entry.Kind.UNDO,
        key=f"payment:{payment.pk}:undo",
        by=by,
    )
    Reversal.objects.create(
        payment=payment, entry=taken.entry, reason=reason, undone_at=clock.now(), undone_by=by
    )
    return taken


def _debts(customer: Customer, items: Mapping[UUID, Item], on: date) -> list[Debt]:
    held = bill.reserved(list(items))
    invoices = Invoice.objects.filter(customer=customer, item__in=list(items)).select_related("order")
    found = []
    for invoice in invoices:
        invoice.item = items[invoice.item_id]
        mine = held.get(invoice.item_id, 0)
        due = 0 if mine else discounts.due(customer.company, invoice.item, on=on)
        found.append(Debt(invoice, mine, due))
    return sorted(found, key=lambda debt: (debt.invoice.item.due_on, debt.invoice.number))


def _check(customer: Customer, wanted: Receiving) -> None:
    if wanted.method not in COUNTER:
        raise Refusal(_("Choose how it was paid: cash, check, wire transfer or own card terminal."))
    if wanted.amount.currency != customer.currency:
        raise Refusal(_("This customer pays in another currency. Choose the customer again."))
    if wanted.amount.minor <= 0:
        raise Refusal(_("Give the amount that was received."))
    if wanted.on > clock.today(customer.company.time_zone):
        raise Refusal(_("The date lies in the future. Record the payment when it is there."))


def _check_share(share: Share, debt: Debt | None, currency: str) -> None:
    if debt is None:
        raise Refusal(_("One of the invoices is not this customer's. Look at the open invoices again."))
    details = {"number": debt.invoice.number}
    if min(share.amount, share.discount) < 0:
        raise Refusal(_("What is applied to %(number)s cannot be negative.") % details)
    if not share.amount:
        raise Refusal(_("%(number)s gets a discount without being paid. Apply money to it too.") % details)
    if share.amount + share.discount > debt.balance:
        left = Money(debt.balance, currency)
        raise Refusal(
            _("%(number)s has only %(left)s open now. Apply at most that, discount included.")
            % {**details, "left": formats.money(left, translation.get_language() or "en")}
        )


def _recorded(customer: Customer, wanted: Receiving, by: str) -> Payment:
    return Payment.objects.create(
        company=customer.company,
        customer=customer,
        number=numbers.following(customer.company_id, Series.PAYMENT),
        method=wanted.method,
        currency=wanted.amount.currency,
        amount=wanted.amount.minor,
        received_at=_instant(wanted.on, customer.company.time_zone),
        reference=wanted.reference,
        received_by=by,
        submission=wanted.submission,
        note=wanted.note,
        is_prepayment=wanted.is_prepayment,
    )


def _instant(day: date, zone: str) -> datetime:
    """Return when on a day a payment came in, as well as is known: now, or noon of a day that is over."""
    if day == clock.today(zone):
        return clock.now()
    return datetime.combine(day, time(12), ZoneInfo(zone)).astimezone(UTC)
