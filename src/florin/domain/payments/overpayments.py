"""Overpayments that wait for somebody to decide: keep, apply or refund (R18, X4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Sum
from django.db.models.functions import Abs
from django.utils.translation import gettext as _

from florin.domain.attempts import bill, sharing
from florin.domain.companies.models import Company
from florin.domain.ledger import applying
from florin.domain.ledger.applying import AppliedAmount
from florin.domain.ledger.models import Entry, Item
from florin.domain.payments import receiving
from florin.domain.payments.models import Allocation, KeptOverpayment, Payment
from florin.kernel import clock
from florin.kernel.database import find, locked
from florin.kernel.errors import Conflict, Refusal
from florin.kernel.money import Money

_KEPT = Exists(KeptOverpayment.objects.filter(item=OuterRef("pk"), amount__gte=Abs(OuterRef("balance"))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Overpayment:
    """An open overpayment: its payment, how it arose (kinds of entries), and what its customer owes.

    ``arose`` holds ``payment`` if more came in than was owed, ``unapply`` if staff took it from an invoice,
    and so on. ``owes`` is what is open on the customer's invoices in the same currency.
    """

    item: Item
    payment: Payment
    arose: Sequence[str]
    owes: Money

    @property
    def open(self) -> Money:
        """What is open, positive."""
        return -self.item.money


def waiting(company: Company) -> QuerySet[Item]:
    """Return the open overpayments on which nobody has decided, in no order."""
    return _open(company).exclude(_KEPT)


def kept_as_credit(company: Company) -> QuerySet[Item]:
    """Return the open overpayments that staff keep as open credit, in no order."""
    return _open(company).filter(_KEPT)


def describe(company: Company, items: Sequence[Item]) -> list[Overpayment]:
    """Return what is known of some overpayments of a company, in three queries however many there are."""
    payments = {
        payment.number: payment
        for payment in Payment.objects.filter(
            company=company, number__in=[item.number for item in items]
        ).select_related("customer")
    }
    arose: dict[UUID, list[str]] = {}
    moved = Allocation.objects.filter(item__in=items, amount__gt=0).order_by("pk")
    for item, kind in moved.values_list("item", "entry__kind"):
        arose.setdefault(item, []).append(kind)
    owed = Item.objects.filter(
        company=company, customer__in=[item.customer_id for item in items], kind=Item.Kind.INVOICE
    ).exclude(balance=0)
    sums = {
        (customer, currency): int(owes)
        for customer, currency, owes in owed.values_list("customer", "currency").annotate(owes=Sum("balance"))
    }
    return [
        Overpayment(
            item=item,
            payment=payments[item.number],
            arose=list(dict.fromkeys(arose.get(item.pk, []))),
            owes=Money(sums.get((item.customer_id, item.currency), 0), item.currency),
        )
        for item in items
    ]


def keep(company: Company, item_id: UUID, *, by: str) -> Money | None:
    """Remember that an overpayment stays an open credit; return how much, or None if that is known.

    Raises:
        NotFound: if the company has no such overpayment.
        Conflict: if nothing of it is open any more.
    """
    item = find(_all(company).select_for_update(of=("self",)), pk=item_id)
    _refuse_if_gone(item)
    known = KeptOverpayment.objects.filter(item=item).first()
    if known and known.amount >= -item.balance:
        return None
    KeptOverpayment.objects.update_or_create(
        item=item, defaults={"amount": -item.balance, "kept_at": clock.now(), "kept_by": by}
    )
    return -item.money


def apply_oldest(company: Company, item_id: UUID, *, key: str, by: str) -> list[AppliedAmount]:
    """Let an overpayment pay its customer's invoices, oldest first, but nothing that an attempt holds.

    In the caller's transaction, once for each ``key``: what was done before is not done again.

    Raises:
        NotFound: if the company has no such overpayment.
        Conflict: if nothing of it is open any more.
        Refusal: if there is no invoice that it could pay.
    """
    item = find(_all(company).select_related("customer__company"), pk=item_id)
    owed = receiving.oldest(item.customer, item.currency)
    items = locked(Item.objects.filter(company=company), [item_id, *owed])
    if Entry.objects.filter(company=company, key=key).exists():
        return []
    item = items.pop(item_id)
    _refuse_if_gone(item)
    held = {**bill.reserved(owed), **bill.reserved_credits([item_id])}
    shares, _rest = sharing.share(
        -item.balance - held.get(item_id, 0), [items[each].balance - held.get(each, 0) for each in owed]
    )
    parts = [
        AppliedAmount(item, items[each], share) for each, share in zip(owed, shares, strict=True) if share
    ]
    if not parts:
        raise Refusal(_("This customer has no open invoice that it could pay. Keep it, or refund it."))
    applying.apply(company, parts, key=key, by=by, source=f"item:{item.pk}")
    return parts


def _all(company: Company) -> QuerySet[Item]:
    return Item.objects.filter(company=company, kind=Item.Kind.OVERPAYMENT)


def _open(company: Company) -> QuerySet[Item]:
    return _all(company).exclude(balance=0).select_related("customer")


def _refuse_if_gone(item: Item) -> None:
    if not item.balance:
        raise Conflict(_("Nothing of this overpayment is open any more: it was applied or refunded."))
