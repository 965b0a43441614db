"""What a line of an order or an invoice is for: goods, or what comes beside them and has a sum of its own."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _


class LineKind(StrEnum):
    """What a line is for; documents show the sum of each kind before the total, in this order.

    A discount takes off: its price is never above zero, and that of no other kind is below.
    """

    GOODS = "goods"
    SERVICE = "service"
    FREIGHT = "freight"
    DISCOUNT = "discount"
    TAX = "tax"


@dataclass(frozen=True, slots=True)
class Subtotal:
    """What the lines of one kind come to, in minor units."""

    kind: LineKind
    amount: int

    @property
    def label(self) -> str:
        """The kind in the active language."""
        return words(self.kind)


def subtotals(lines: Iterable[tuple[str, int]]) -> list[Subtotal]:
    """Return the sum of each kind that there is; none where all lines are goods: that is the total."""
    sums: dict[LineKind, int] = {}
    for kind, amount in lines:
        sums[LineKind(kind)] = sums.get(LineKind(kind), 0) + amount
    if set(sums) <= {LineKind.GOODS}:
        return []
    return [Subtotal(kind, sums[kind]) for kind in LineKind if kind in sums]


def words(kind: LineKind) -> str:
    """Return what a kind is called in the active language."""
    match kind:
        case LineKind.GOODS:
            return _("Goods")
        case LineKind.SERVICE:
            return _("Services")
        case LineKind.FREIGHT:
            return _("Freight")
        case LineKind.DISCOUNT:
            return _("Discount")
        case LineKind.TAX:
            return _("Tax")
