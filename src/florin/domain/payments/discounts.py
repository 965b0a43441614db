"""Discounts for early payment: given with a payment at the counter, and lost with it (R20)."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Sum

from florin.domain.companies.models import Company
from florin.domain.ledger import posting
from florin.domain.ledger.models import Account, Entry, Item, Line
from florin.domain.ledger.posting import NewEntry, Posting
from florin.domain.payments.models import Payment
from florin.kernel import clock
from florin.kernel.money import Money

_WHOLE = 10_000  # basis points


def due(company: Company, item: Item, *, on: date) -> int:
    """Return what may be deducted by whoever pays all of an invoice on a day: minor units, rounded down.

    Nothing, once the company's days after the invoice date are over.
    """
    last = item.opened_on + timedelta(days=company.discount_days)
    return item.balance * company.discount_basis_points // _WHOLE if on <= last else 0


def current_discounts(payment: Payment) -> dict[UUID, int]:
    """Return what was given with a payment and not taken back, for each item: minor units, positive."""
    rows = (
        Line.objects.filter(
            entry__source=f"payment:{payment.pk}",
            entry__kind=Entry.Kind.DISCOUNT,
            account=Account.RECEIVABLE,
        )
        .values_list("item")
        .annotate(moved=Sum("amount"))
        .filter(moved__lt=0)
    )
    return {item: -int(moved) for item, moved in rows if item is not None}


def give(payment: Payment, parts: Sequence[tuple[Item, int]], *, key: str, by: str) -> None:
    """Let discounts pay some of invoices, whose items the caller has locked; once for each ``key``."""
    if parts:
        _post(payment, [(item, -amount) for item, amount in parts], key=key, by=by, on=payment.received_on)


def take_back(payment: Payment, parts: Sequence[tuple[Item, int]], *, key: str, by: str) -> None:
    """Let invoices be owed again by so much, as ``give``, else."""
    if parts:
        _post(payment, parts, key=key, by=by, on=clock.today(payment.company.time_zone))


def _post(payment: Payment, parts: Sequence[tuple[Item, int]], *, key: str, by: str, on: date) -> None:
    """Book what is owed more (or less) on each item against the account of discounts."""
    whole = Money(sum(amount for _item, amount in parts), payment.currency)
    owed = [Posting(Account.RECEIVABLE, Money(amount, payment.currency), item) for item, amount in parts]
    posting.post(
        NewEntry(
            company=payment.company,
            kind=Entry.Kind.DISCOUNT,
            source=f"payment:{payment.pk}",
            key=key,
            date=on,
            by=by,
            postings=[*owed, Posting(Account.DISCOUNTS, -whole)],
        )
    )
