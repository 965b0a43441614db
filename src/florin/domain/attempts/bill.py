"""What a link's payer owes at this moment: read afresh each time, never from what was mailed (R12, R19)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, Q, Sum

from florin.contracts.limits import Bar, Limits
from florin.domain.attempts import deducting
from florin.domain.attempts.deducting import BillCredit
from florin.domain.attempts.lifecycle import AttemptState
from florin.domain.attempts.methods import Method
from florin.domain.attempts.models import AttemptCredit, AttemptDebt
from florin.domain.companies.services import account_of, takes_cards, takes_debits
from florin.domain.declines import services as declines
from florin.domain.links import rules
from florin.domain.links.models import Debt, Link
from florin.kernel.money import Money


class BillState(StrEnum):
    """Which page the payer sees."""

    PAYABLE = "payable"
    IN_PROGRESS = "in_progress"  # all that is owed is being paid right now, by somebody
    PAID = "paid"
    VOID = "void"  # every invoice of the link was taken back
    COVERED = "covered"  # the customer's open credits are enough
    OFF = "off"  # online payment is switched off, or was never possible
    BARRED = "barred"  # the processor does not take such an amount
    COOLING = "cooling"  # too many cards were declined just now


@dataclass(frozen=True, slots=True, kw_only=True)
class BillLine:
    """One invoice on the bill.

    ``payable`` is its balance less what others are paying at this moment; ``changed`` says that it was
    revised after the mail left (R19).
    """

    invoice_id: UUID
    order_id: UUID
    item_id: UUID
    number: str
    po_number: str
    issued_on: date
    due_on: date
    void: bool
    total: Money
    mailed_total: Money
    balance: Money
    payable: Money
    changed: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """Payments of a bill that are under way: since when (UTC), and whether one is a bank debit, for days.

    It ``awaits_payer`` if the one has yet to confirm the bank account.
    """

    since: datetime
    by_bank: bool
    awaits_payer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """All that a link is for, now, and the ways in which it can be paid (R13).

    ``bar`` is why the processor would not take the amount, ``limits`` what it takes of the currency;
    ``until`` (UTC) is when a link that is cooling takes payments again.
    """

    link: Link
    state: BillState
    lines: Sequence[BillLine]
    credits: Sequence[BillCredit] = ()
    methods: Sequence[Method] = ()
    limits: Limits | None = None
    bar: Bar | None = None
    until: datetime | None = None

    @property
    def payable(self) -> Money:
        """What can be paid now: what is owed and held by nobody, less the open credits."""
        owed = _sum(self.link.currency, [line.payable for line in self.lines])
        return owed - self.deducted

    @property
    def deducted(self) -> Money:
        """What the open credits take off."""
        return _sum(self.link.currency, [credit.amount for credit in self.credits])

    @property
    def balance(self) -> Money:
        """What is owed, including what others are paying at this moment."""
        return _sum(self.link.currency, [line.balance for line in self.lines])

    @property
    def due_on(self) -> date | None:
        """The earliest day on which something that is still owed is due."""
        return min((line.due_on for line in self.lines if line.balance), default=None)


# Plain rows cost half of what model objects do, and this page is the one that must be quick.
_OF_A_DEBT = (
    "invoice__item_id",
    "invoice_id",
    "invoice__order_id",
    "invoice__number",
    "invoice__order__po_number",
    "invoice__issued_on",
    "invoice__due_on",
    "invoice__void",
    "invoice__total",
    "invoice__revision",
    "revision__total",
    "revision__number",
    "invoice__item__balance",
)


def draw_up(link: Link, *, place: str = "") -> Bill:
    """Reckon what is owed on a link, with the same few queries whatever the number of invoices.

    ``place`` is where the payer is (``kernel.clients``): it may have had too many declines.
    """
    debts = list(Debt.objects.filter(link=link).order_by("position").values_list(*_OF_A_DEBT))
    held = reserved([item for item, *_ in debts])
    lines = [_line(debt, link.currency, held.get(debt[0], 0)) for debt in debts]
    credits_ = _credits(link, lines)
    state = _state(link, lines)
    bill = Bill(link=link, state=state, lines=lines, credits=credits_, methods=_methods(link))
    if state == BillState.PAYABLE and not bill.payable:
        return replace(bill, state=BillState.COVERED)
    limits = rules.limits_of(link.company, link.currency) if state == BillState.PAYABLE else None
    if limits and (bar := limits.bar(bill.payable)):
        return replace(bill, state=BillState.BARRED, limits=limits, bar=bar)
    until = declines.cools_until(link, place=place) if state == BillState.PAYABLE else None
    return replace(bill, state=BillState.COOLING, until=until) if until else bill


def reserved(items: Sequence[UUID]) -> dict[UUID, int]:
    """Return what attempts hold of each debt at this moment, in minor units; items without are left out."""
    rows = AttemptDebt.objects.filter(item__in=items, reserved__gt=0).values_list("item")
    return dict(rows.annotate(held=Sum("reserved")))


def reserved_of(customers: Iterable[UUID]) -> dict[tuple[UUID, str], Money]:
    """Return what attempts hold of all debts of customers at this moment, by customer and currency (X3)."""
    held = AttemptDebt.objects.filter(item__customer__in=set(customers), reserved__gt=0)
    rows = held.values_list("item__customer", "item__currency").annotate(held=Sum("reserved"))
    return {(customer, currency): Money(int(sum_), currency) for customer, currency, sum_ in rows if customer}


def progress(bill: Bill) -> Progress | None:
    """Return since when others are paying what of the bill is not payable, if anything is being paid."""
    held = [line.item_id for line in bill.lines if line.payable != line.balance]
    if not held:
        return None
    sums = AttemptDebt.objects.filter(item__in=held, reserved__gt=0).aggregate(
        since=Min("attempt__started_at"),
        debits=Count("pk", filter=Q(attempt__state=AttemptState.PENDING)),
        waiting=Count("pk", filter=Q(attempt__state=AttemptState.PENDING, attempt__awaits_payer=True)),
    )
    if not sums["since"]:
        return None
    return Progress(sums["since"], bool(sums["debits"]), bool(sums["waiting"]))


def in_progress(invoices: Sequence[UUID]) -> set[UUID]:
    """Return which of these invoices somebody is paying at this moment, all of it or a part (X3)."""
    held = AttemptDebt.objects.filter(invoice__in=invoices, reserved__gt=0)
    return set(held.values_list("invoice_id", flat=True))


def reserved_credits(items: Sequence[UUID]) -> dict[UUID, int]:
    """Return what attempts hold of each open credit at this moment, in minor units, positive."""
    rows = AttemptCredit.objects.filter(item__in=items, reserved__gt=0).values_list("item")
    return dict(rows.annotate(held=Sum("reserved")))


def _methods(link: Link) -> list[Method]:
    account = account_of(link.company)
    if account is None:
        return []
    switched_on = {Method.CARD: takes_cards(account), Method.ACH: takes_debits(account, link.currency)}
    return [method for method, on in switched_on.items() if on]


def _credits(link: Link, lines: Sequence[BillLine]) -> list[BillCredit]:
    """Take what of the customer's open credits is meant for these debts, the oldest first."""
    whose = (link.customer_id, link.currency)
    owed = {line.item_id: line.payable.minor for line in lines}
    return deducting.deducted(link.company, {whose: owed}).get(whose, [])


def _line(debt: tuple[Any, ...], currency: str, held: int) -> BillLine:
    item, invoice, order, number, po_number, issued_on, due_on, void, *figures = debt
    total, revision, mailed_total, mailed_revision, balance = figures
    return BillLine(
        invoice_id=invoice,
        order_id=order,
        item_id=item,
        number=number,
        po_number=po_number,
        issued_on=issued_on,
        due_on=due_on,
        void=void,
        total=Money(total, currency),
        mailed_total=Money(mailed_total, currency),
        balance=Money(balance, currency),
        payable=Money(max(balance - held, 0), currency),
        changed=revision != mailed_revision,
    )


def _state(link: Link, lines: Sequence[BillLine]) -> BillState:
    if not any(line.balance for line in lines):
        return BillState.VOID if all(line.void for line in lines) else BillState.PAID
    if not rules.for_customer(link.company, link.customer, currency=link.currency).offered:
        return BillState.OFF
    return BillState.PAYABLE if any(line.payable for line in lines) else BillState.IN_PROGRESS


def _sum(currency: str, amounts: Sequence[Money]) -> Money:
    return sum(amounts, start=Money.zero(currency))
