"""The credit limit: how much of it a customer has used, and who lets an order pass over it.

What counts as used is what the customer owes on invoices, late or not, less their open credits, in their own
currency: a payment that is still under way has not come in yet, and a draft owes nothing.
"""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Sum
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from florin.domain.customers.models import Customer
from florin.domain.ledger.models import Item
from florin.domain.orders.models import Order
from florin.domain.staff.models import User
from florin.domain.staff.rights import Right
from florin.kernel import cards, formats
from florin.kernel.errors import Forbidden, Refusal
from florin.kernel.money import Money

LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Room:
    """What a customer may owe, if there is a limit, and what they owe now; less than nothing with credits."""

    limit: Money | None
    used: Money

    @property
    def free(self) -> Money | None:
        """What may still be added; less than nothing when the limit is passed already."""
        return self.limit - self.used if self.limit is not None else None

    def over(self, more: Money) -> Money | None:
        """Return by how much owing ``more`` would pass the limit, or None if it would not.

        Who owes nothing more passes nothing. An amount in another currency than the limit's cannot be
        compared, so all of it counts as too much.
        """
        if self.limit is None or more.minor <= 0:
            return None
        if more.currency != self.limit.currency:
            return more
        excess = self.used + more - self.limit
        return excess if excess.minor > 0 else None


class OverLimit(Refusal):
    """Confirming it would let the customer owe more than their credit limit."""

    def __init__(self, room: Room, over: Money) -> None:
        """Say by how much, and who can let it pass."""
        self.room, self.over = room, over
        super().__init__(
            _(
                "This is %(over)s over the customer's credit limit. An Admin or a Sales Manager can approve"
                " it, or it waits on hold until enough is paid."
            )
            % {"over": formats.money(over, get_language() or "en")}
        )


@dataclass(frozen=True, slots=True)
class Override:
    """A person who lets something pass over a credit limit, and why."""

    by: User
    reason: str


def room_of(customer: Customer) -> Room:
    """Return how a customer stands to their credit limit now (one query)."""
    return rooms([customer])[customer.pk]


def rooms(customers: Collection[Customer]) -> dict[UUID, Room]:
    """Return how each of these customers stands to their credit limit (one query)."""
    rows = Item.objects.filter(customer__in=customers).exclude(balance=0).order_by()
    sums = {
        (customer, currency): int(sum_)
        for customer, currency, sum_ in rows.values_list("customer", "currency").annotate(Sum("balance"))
    }
    return {
        customer.pk: Room(
            None if customer.credit_limit is None else Money(customer.credit_limit, customer.currency),
            Money(sums.get((customer.pk, customer.currency), 0), customer.currency),
        )
        for customer in customers
    }


def lock(customer_id: UUID) -> Customer:
    """Return the customer as saved now; until the transaction ends, nobody else passes their credit limit.

    Whoever books for the customer does not wait for this lock, so it may be taken before those of items.
    """
    return Customer.objects.select_for_update(of=("self",), no_key=True).get(pk=customer_id)


def lock_many(customers: Collection[UUID]) -> list[Customer]:
    """Return customers as saved now, locked as ``lock`` does, in the order of their keys."""
    rows = Customer.objects.filter(pk__in=customers).order_by("pk")
    return list(rows.select_for_update(of=("self",), no_key=True))


def admit(order: Order, more: Money, *, override: Override | None = None) -> Money | None:
    """Let a locked order make its customer owe ``more``; return by how much a person let it pass the limit.

    In the caller's transaction, which books it: orders of one customer take turns here.

    Raises:
        OverLimit: if it passes the limit and nobody overrides that.
        Forbidden: if whoever does may not.
        Refusal: if they do not say why.
    """
    room = room_of(lock(order.customer_id))
    over = room.over(more)
    if over is None:
        return None
    if override is None:
        raise OverLimit(room, over)
    if not override.by.may(Right.OVER_CREDIT_LIMIT):
        raise Forbidden(_("Only an Admin or a Sales Manager can approve an order over the credit limit."))
    if not override.reason.strip():
        raise Refusal(_("Say why the order is approved over the credit limit."))
    if len(override.reason) > LONGEST_REASON:
        raise Refusal(_("The reason takes at most 200 characters."))
    cards.refuse(override.reason)
    return over
