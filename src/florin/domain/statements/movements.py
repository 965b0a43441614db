"""What the books say of one customer up to a day: every line that changed what is owed, and its document."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from florin.domain.credits.models import Credit
from florin.domain.customers.models import Customer
from florin.domain.invoices.models import Invoice
from florin.domain.ledger.models import Entry, Item, Line
from florin.domain.payments.models import Payment


class Movement(NamedTuple):
    """One ledger line of a customer: what an entry did to one item; ``amount`` as the customer owes it."""

    entry: UUID
    kind: str
    on: date
    source: str
    item: UUID
    item_kind: str
    item_number: str
    opened_on: date
    due_on: date
    currency: str
    amount: int


@dataclass(frozen=True, slots=True)
class References:
    """What the documents behind movements are called: the references of items, and the payments by key."""

    references: dict[UUID, str]
    payments: dict[str, tuple[str, str]]

    def payment(self, source: str) -> tuple[str, str]:
        """Return the number and the method of the payment that an entry was booked for."""
        return self.payments.get(source, ("", ""))


# What is told by the payment that it belongs to.
BY_PAYMENT = frozenset({Entry.Kind.PAYMENT, Entry.Kind.DISCOUNT, Entry.Kind.RETURN, Entry.Kind.UNDO})

_FIELDS = (
    "entry_id",
    "entry__kind",
    "entry__date",
    "entry__source",
    "item_id",
    "item__kind",
    "item__number",
    "item__opened_on",
    "item__due_on",
    "currency",
    "amount",
)


def until(customer: Customer, end_on: date) -> list[Movement]:
    """Return every movement dated on or before a day, oldest first.

    One query, so that all figures of a statement come from one moment, whatever is booked meanwhile.
    """
    lines = Line.objects.filter(customer=customer, item__isnull=False, entry__date__lte=end_on)
    ordered = lines.order_by("entry__date", "entry__posted_at", "entry_id", "pk")
    return [Movement(*row) for row in ordered.values_list(*_FIELDS)]


def look_up_references(movements: Sequence[Movement]) -> References:
    """Look up what the documents behind these movements are called (at most three queries)."""
    invoices = _items(movements, Item.Kind.INVOICE)
    credits_ = _items(movements, Item.Kind.CREDIT)
    references: dict[UUID, str] = {}
    if invoices:
        found = Invoice.objects.filter(item__in=invoices)
        references |= dict(found.values_list("item_id", "order__po_number"))
    if credits_:
        references |= dict(Credit.objects.filter(item__in=credits_).values_list("item_id", "reason"))
    return References(references, _payments(movements))


def _items(movements: Iterable[Movement], kind: Item.Kind) -> set[UUID]:
    return {movement.item for movement in movements if movement.item_kind == kind}


def _payments(movements: Iterable[Movement]) -> dict[str, tuple[str, str]]:
    keys = {
        movement.source.removeprefix("payment:")
        for movement in movements
        if movement.kind in BY_PAYMENT and movement.source.startswith("payment:")
    }
    found = Payment.objects.filter(pk__in=keys) if keys else ()
    return {f"payment:{payment.pk}": (payment.number, payment.method_text) for payment in found}
