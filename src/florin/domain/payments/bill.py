"""What a link's payer owes at this moment: read afresh each time, never from what was mailed (R12, R19)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from django.db.models import F, Sum

from florin.domain.invoices.models import Invoice
from florin.domain.links import rules
from florin.domain.links.models import Debt, Link
from florin.domain.payments.models import AttemptDebt
from florin.kernel.money import Money


class BillState(StrEnum):
    """Which page the payer sees."""

    PAYABLE = "payable"
    IN_PROGRESS = "in_progress"  # all that is owed is being paid right now, by somebody
    PAID = "paid"
    VOID = "void"  # every invoice of the link was taken back
    OFF = "off"  # online payment is switched off, or was never possible


@dataclass(frozen=True, slots=True, kw_only=True)
class BillLine:
    """One invoice on the bill. ``payable`` is its balance less what others are paying at this moment."""

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

    @property
    def changed(self) -> bool:
        """Whether the invoice was revised after the mail left (R19)."""
        return self.total != self.mailed_total


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """All that a link is for, now."""

    link: Link
    state: BillState
    lines: Sequence[BillLine]

    @property
    def payable(self) -> Money:
        """What can be paid now."""
        return _sum(self.link.currency, [line.payable for line in self.lines])

    @property
    def balance(self) -> Money:
        """What is owed, including what others are paying at this moment."""
        return _sum(self.link.currency, [line.balance for line in self.lines])

    @property
    def due_on(self) -> date | None:
        """The earliest day on which something that is still owed is due."""
        return min((line.due_on for line in self.lines if line.balance), default=None)


def draw_up(link: Link) -> Bill:
    """Reckon what is owed on a link, with two queries whatever the number of invoices."""
    debts = list(
        Debt.objects.filter(link=link)
        .select_related("invoice__item", "invoice__order")
        .annotate(mailed_total=F("revision__total"))
        .order_by("position")
    )
    held = reserved([debt.invoice.item_id for debt in debts])
    lines = [_line(debt.invoice, debt.mailed_total, held.get(debt.invoice.item_id, 0)) for debt in debts]
    return Bill(link=link, state=_state(link, lines), lines=lines)


def reserved(items: Sequence[UUID]) -> dict[UUID, int]:
    """Return what attempts hold of each item at this moment, in minor units; items without are left out."""
    rows = AttemptDebt.objects.filter(item__in=items, reserved__gt=0).values_list("item")
    return dict(rows.annotate(held=Sum("reserved")))


def _line(invoice: Invoice, mailed_total: int, held: int) -> BillLine:
    currency = invoice.currency
    return BillLine(
        invoice_id=invoice.pk,
        order_id=invoice.order_id,
        item_id=invoice.item_id,
        number=invoice.number,
        po_number=invoice.order.po_number,
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        void=invoice.void,
        total=invoice.money,
        mailed_total=Money(mailed_total, currency),
        balance=invoice.item.money,
        payable=Money(max(invoice.item.balance - held, 0), currency),
    )


def _state(link: Link, lines: Sequence[BillLine]) -> BillState:
    if not any(line.balance for line in lines):
        return BillState.VOID if all(line.void for line in lines) else BillState.PAID
    if not rules.for_customer(link.company, link.customer).offered:
        return BillState.OFF
    return BillState.PAYABLE if any(line.payable for line in lines) else BillState.IN_PROGRESS


def _sum(currency: str, amounts: Sequence[Money]) -> Money:
    return sum(amounts, start=Money.zero(currency))
