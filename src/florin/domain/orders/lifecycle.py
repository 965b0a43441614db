"""The states of an order."""

from enum import StrEnum

from florin.kernel.lifecycle import Lifecycle


class OrderState(StrEnum):
    """Where an order stands; only a confirmed one has an invoice."""

    DRAFT = "draft"
    CONFIRMED = "confirmed"
    VOID = "void"


ORDER = Lifecycle(
    {
        OrderState.DRAFT: frozenset({OrderState.CONFIRMED, OrderState.VOID}),
        OrderState.CONFIRMED: frozenset({OrderState.VOID}),
        OrderState.VOID: frozenset(),
    }
)
