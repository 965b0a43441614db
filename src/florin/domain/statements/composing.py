"""From movements to the lines, figures and aging of a statement: pure arithmetic, one currency.

Whatever the type, what is brought forward and the movements come to the balance, and the balance is what is
open on all items together.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, groupby
from uuid import UUID

from florin.contracts.documents import Aging, StatementLine
from florin.domain.ledger import aging
from florin.domain.ledger.models import Entry, Item
from florin.domain.statements.models import Type
from florin.domain.statements.movements import BY_PAYMENT, Movement, References

# What makes a document as large as it is; everything else pays it or uses it up.
_ORIGINS = {
    Item.Kind.INVOICE.value: {Entry.Kind.INVOICE, Entry.Kind.REVISION, Entry.Kind.VOID},
    Item.Kind.CREDIT.value: {Entry.Kind.CREDIT},
}


@dataclass(frozen=True, slots=True)
class Period:
    """What a statement is about: its type and its days; the open items need no first day."""

    type: Type
    begin_on: date | None
    end_on: date


@dataclass(frozen=True, slots=True)
class StatementTotals:
    """All that a statement says in figures; ``open_invoices`` are the items that are still to be paid."""

    opening: int
    lines: tuple[StatementLine, ...]
    aging: Aging
    balance: int
    due_on: date | None
    open_invoices: tuple[UUID, ...]


def compose(movements: Sequence[Movement], names: References, period: Period) -> StatementTotals:
    """Reckon a statement from all movements up to its end date, oldest first, of one currency."""
    items = _by_item(movements)
    left = {key: sum(movement.amount for movement in moved) for key, moved in items.items()}
    owed = {key: items[key][0] for key in items if left[key] > 0}
    opening, lines = _lines(items, movements, names, period)
    return StatementTotals(
        opening=opening,
        lines=tuple(lines),
        aging=aging.sort_balances(
            ((items[key][0].due_on, left[key]) for key in items if left[key]), period.end_on
        ),
        balance=sum(left.values()),
        due_on=min((first.due_on for first in owed.values()), default=None),
        open_invoices=tuple(
            key
            for key, first in sorted(owed.items(), key=lambda pair: (pair[1].due_on, pair[1].item_number))
            if first.item_kind == Item.Kind.INVOICE
        ),
    )


def shown(movements: Sequence[Movement], period: Period) -> list[Movement]:
    """Return the movements whose documents a statement names, so that no others need be looked up."""
    if period.type == Type.BALANCE_FORWARD:
        return [movement for movement in movements if _within(movement, period)]
    items = _by_item(movements)
    return [movement for moved in items.values() if _tells(moved, period) for movement in moved]


def _lines(
    items: Mapping[UUID, Sequence[Movement]],
    movements: Sequence[Movement],
    names: References,
    period: Period,
) -> tuple[int, Iterable[StatementLine]]:
    match period.type:
        case Type.BALANCE_FORWARD:
            opening = sum(movement.amount for movement in movements if not _within(movement, period))
            return opening, _running(opening, movements, names, period)
        case Type.OPEN_ITEMS:
            shown = [moved for moved in _in_order(items) if _tells(moved, period)]
            return 0, [_open_item(moved, names) for moved in shown]
        case Type.ALL_TRANSACTIONS:
            partners = _partners(movements)
            shown = [moved for moved in _in_order(items) if _tells(moved, period)]
            return 0, [line for moved in shown for line in _history(moved, names, partners)]


def _running(
    balance: int, movements: Sequence[Movement], names: References, period: Period
) -> list[StatementLine]:
    """Tell what happened in the period, each entry once; using a credit moves nothing and is left out."""
    lines = []
    for _entry, group in groupby(movements, key=lambda movement: movement.entry):
        moved = list(group)
        first, amount = moved[0], sum(movement.amount for movement in moved)
        if not amount or not _within(first, period):
            continue
        balance += amount
        number, reference = _number_and_reference(first, names)
        due_on = first.due_on if first.kind == Entry.Kind.INVOICE else None
        lines.append(StatementLine(first.on, due_on, first.kind, number, reference, amount, balance))
    return lines


def _open_item(moved: Sequence[Movement], names: References) -> StatementLine:
    first = moved[0]
    return StatementLine(
        on=first.opened_on,
        due_on=first.due_on if first.item_kind == Item.Kind.INVOICE else None,
        kind=first.item_kind,
        number=first.item_number,
        reference=names.references.get(first.item, ""),
        amount=_whole(moved),
        balance=sum(movement.amount for movement in moved),
        item=first.item_number,
    )


def _whole(moved: Sequence[Movement]) -> int:
    """Return how large an item is: a document as written, a payment's money by the most that was open."""
    origins = _ORIGINS.get(moved[0].item_kind)
    if origins is None:
        return min(accumulate(movement.amount for movement in moved))
    return sum(movement.amount for movement in moved if movement.kind in origins)


def _history(
    moved: Sequence[Movement], names: References, partners: Mapping[UUID, Mapping[UUID, str]]
) -> list[StatementLine]:
    """Tell all that happened to one item, with what was open on it after each."""
    lines, balance = [], 0
    for movement in moved:
        balance += movement.amount
        number, reference = _number_and_reference(movement, names)
        if movement.kind == Entry.Kind.APPLY:
            others = partners[movement.entry].items()
            number, reference = ", ".join(name for item, name in others if item != movement.item), ""
        due_on = movement.due_on if movement.kind == Entry.Kind.INVOICE else None
        lines.append(
            StatementLine(
                movement.on,
                due_on,
                movement.kind,
                number,
                reference,
                movement.amount,
                balance,
                movement.item_number,
            )
        )
    return lines


def _number_and_reference(movement: Movement, names: References) -> tuple[str, str]:
    """Return the number and the reference of the document behind a movement."""
    if movement.kind in BY_PAYMENT:
        return names.payment(movement.source)
    return movement.item_number, names.references.get(movement.item, "")


def _partners(movements: Iterable[Movement]) -> dict[UUID, dict[UUID, str]]:
    """Return the items that each use of a credit touched: a credit on one side, an invoice on the other."""
    found: dict[UUID, dict[UUID, str]] = {}
    for movement in movements:
        if movement.kind == Entry.Kind.APPLY:
            found.setdefault(movement.entry, {})[movement.item] = movement.item_number
    return found


def _by_item(movements: Iterable[Movement]) -> dict[UUID, list[Movement]]:
    items: dict[UUID, list[Movement]] = {}
    for movement in movements:
        items.setdefault(movement.item, []).append(movement)
    return items


def _in_order(items: Mapping[UUID, Sequence[Movement]]) -> list[Sequence[Movement]]:
    return sorted(items.values(), key=lambda moved: (moved[0].opened_on, moved[0].item_number))


def _tells(moved: Sequence[Movement], period: Period) -> bool:
    """Whether the statement tells of an item: while it is open, and, of all transactions, when it moved."""
    if sum(movement.amount for movement in moved):
        return True
    return period.type == Type.ALL_TRANSACTIONS and any(_within(movement, period) for movement in moved)


def _within(movement: Movement, period: Period) -> bool:
    return period.begin_on is None or movement.on >= period.begin_on
