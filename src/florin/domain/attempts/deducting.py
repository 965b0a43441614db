"""Which open credit is meant for which debt: each credit once, whatever is due first before the others.

A customer's open credits in a currency are shared out over all invoices that the customer owes in it, whether
or not a link leads to them, so that two links never promise the same credit.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import BigIntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Cast, Coalesce

from florin.domain.attempts import sharing
from florin.domain.attempts.models import AttemptCredit, AttemptDebt
from florin.domain.companies.models import Company
from florin.domain.ledger import applying
from florin.domain.ledger.applying import AppliedAmount
from florin.domain.ledger.models import Item
from florin.kernel.money import Money

# A customer's key and a currency: what credits and debts have in common.
Whose = tuple[UUID, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class BillCredit:
    """An open credit of the customer that a bill deducts (product decision "Open credits")."""

    item_id: UUID
    number: str
    opened_on: date
    amount: Money


def deducted(company: Company, owed: Mapping[Whose, Mapping[UUID, int]]) -> dict[Whose, list[BillCredit]]:
    """Return what open credits take off these debts, the oldest first; who has none is left out.

    ``owed`` says what can be paid now of each debt (its item's key), in minor units. One query, or two where
    there are credits, however many debts there are.
    """
    wanted = {whose for whose, debts in owed.items() if any(debts.values())}
    found: dict[Whose, list[BillCredit]] = {}
    for whose, parts in _shared(company, wanted).items():
        sums: dict[UUID, BillCredit] = {}
        left = dict(owed[whose])
        for part in parts:
            amount = min(part.amount, left.get(part.debt.pk, 0))
            if not amount:
                continue
            left[part.debt.pk] -= amount
            known = sums.get(part.credit.pk)
            sums[part.credit.pk] = BillCredit(
                item_id=part.credit.pk,
                number=part.credit.number,
                opened_on=part.credit.opened_on,
                amount=Money(amount + (known.amount.minor if known else 0), whose[1]),
            )
        if sums:
            found[whose] = list(sums.values())
    return found


def parts_for(company: Company, whose: Whose, debts: Collection[UUID]) -> list[AppliedAmount]:
    """Return which open credit gives how much to which of these debts; the caller holds their locks."""
    return [part for part in _shared(company, {whose}).get(whose, ()) if part.debt.pk in debts]


def left_for(company: Company, whose: Whose, amount: int, *, due_on: date) -> int:
    """Return how much of a debt that is yet to be written no open credit is meant for, in minor units."""
    credits_ = _open_credits(company, {whose}).get(whose, ())
    if not credits_:
        return amount
    debts = _open_debts(company, {whose}).get(whose, ())
    before = sum(free for debt, free in debts if debt.due_on <= due_on)
    return max(amount - max(sum(free for _, free in credits_) - before, 0), 0)


def _shared(company: Company, wanted: Collection[Whose]) -> dict[Whose, list[AppliedAmount]]:
    credits_ = _open_credits(company, wanted)
    if not credits_:
        return {}
    debts = _open_debts(company, credits_)
    return {whose: _pair(credits_[whose], debts.get(whose, ())) for whose in credits_}


def _pair(credits_: Sequence[tuple[Item, int]], debts: Sequence[tuple[Item, int]]) -> list[AppliedAmount]:
    available = sum(free for _, free in credits_)
    shares, excess = sharing.share(available, [free for _, free in debts])
    used, _ = sharing.share(available - excess, [free for _, free in credits_])
    givers = [(credit, part) for (credit, _), part in zip(credits_, used, strict=True) if part]
    takers = [(debt, part) for (debt, _), part in zip(debts, shares, strict=True) if part]
    return list(applying.pair(givers, takers))


def _open_credits(company: Company, wanted: Collection[Whose]) -> dict[Whose, list[tuple[Item, int]]]:
    """Return what is open to customers' credit and not counted on by a payment, the oldest first."""
    if not wanted or not company.use_open_credits:
        return {}
    held = AttemptCredit.objects.filter(item=OuterRef("pk"), reserved__gt=0)
    rows = Item.objects.filter(company=company, balance__lt=0).order_by("opened_on", "pk")
    return _by_whose(_free(rows, held, wanted), wanted)


def _open_debts(company: Company, wanted: Collection[Whose]) -> dict[Whose, list[tuple[Item, int]]]:
    """Return what customers owe and nobody is paying, what is due first before the others."""
    held = AttemptDebt.objects.filter(item=OuterRef("pk"), reserved__gt=0)
    rows = Item.objects.filter(company=company, balance__gt=0).order_by("due_on", "opened_on", "pk")
    return _by_whose(_free(rows, held, wanted), wanted)


def _free(
    rows: QuerySet[Item], held: QuerySet[AttemptCredit] | QuerySet[AttemptDebt], wanted: Iterable[Whose]
) -> list[tuple[Item, int]]:
    sums = held.order_by().values("item").annotate(sum=Sum("reserved")).values("sum")
    theirs = rows.filter(customer__in={customer for customer, _ in wanted})
    holding = theirs.annotate(held=Coalesce(Cast(Subquery(sums), BigIntegerField()), 0))
    return [(item, abs(item.balance) - item.held) for item in holding]


def _by_whose(
    rows: Iterable[tuple[Item, int]], wanted: Collection[Whose]
) -> dict[Whose, list[tuple[Item, int]]]:
    found: dict[Whose, list[tuple[Item, int]]] = {}
    for item, free in rows:
        whose = (item.customer_id, item.currency)
        if free > 0 and whose in wanted:
            found.setdefault(whose, []).append((item, free))
    return found
