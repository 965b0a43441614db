"""Orders on hold: drafts that somebody wants confirmed as soon as the customer's credit limit allows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import BigIntegerField, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Cast, Coalesce

from florin.domain.ledger.models import Item
from florin.domain.orders.models import Hold, Order
from florin.domain.staff.models import User
from florin.kernel import clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to happen with the invoice of an order on hold; see ``Hold``."""

    to: Sequence[str]
    by_hand: bool = False
    with_link: bool = False
    note: str = ""


def place(order: Order, wish: Wish, *, by: User) -> Hold:
    """Put a locked draft on hold, in the caller's transaction; the latest wish is the one that counts.

    Its place in the queue stays what it was.
    """
    hold, _new = Hold.objects.update_or_create(
        order=order,
        defaults={
            "asked_by": by,
            "to": list(wish.to),
            "by_hand": wish.by_hand,
            "with_link": wish.with_link,
            "note": wish.note,
        },
        create_defaults={
            "company_id": order.company_id,
            "asked_at": clock.now(),
            "asked_by": by,
            "to": list(wish.to),
            "by_hand": wish.by_hand,
            "with_link": wish.with_link,
            "note": wish.note,
        },
    )
    return hold


def end(order: Order) -> bool:
    """Take a locked order off hold, in the caller's transaction; whether it was on hold."""
    return bool(Hold.objects.filter(order=order).delete()[0])


def find(order: Order) -> Hold | None:
    """Return the hold of an order, if it is on hold."""
    return Hold.objects.filter(order=order).select_related("asked_by").first()


def of_company(company_id: UUID) -> QuerySet[Hold]:
    """Return a company's orders on hold, in the order in which they were asked for."""
    held = Hold.objects.filter(company=company_id).select_related("order__customer", "asked_by")
    return held.order_by("asked_at", "pk")


def ready() -> list[Hold]:
    """Return the holds, of all companies, whose customers' limits allow them now: first asked, first.

    They may not any more when one takes its turn.
    """
    theirs = Item.objects.filter(
        company=OuterRef("company"),
        customer=OuterRef("order__customer"),
        currency=OuterRef("order__customer__currency"),
    )
    used = theirs.exclude(balance=0).order_by().values("customer").annotate(sum=Sum("balance")).values("sum")
    holds = Hold.objects.alias(used=Coalesce(Cast(Subquery(used), BigIntegerField()), 0)).filter(
        Q(order__customer__credit_limit=None)
        | Q(order__total=0)
        | Q(
            order__currency=F("order__customer__currency"),
            order__customer__credit_limit__gte=F("order__total") + F("used"),
        )
    )
    return list(holds.select_related("company").order_by("asked_at", "pk"))
