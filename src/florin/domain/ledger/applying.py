"""Open credits against invoices: applying them, taking them back, and what stands between the two."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Sum

from florin.domain.companies.models import Company
from florin.domain.ledger import posting
from florin.domain.ledger.models import Account, Application, Entry, Item
from florin.domain.ledger.posting import NewEntry, Posting
from florin.kernel import clock
from florin.kernel.money import Money


@dataclass(frozen=True, slots=True)
class AppliedAmount:
    """What one open credit gives to one invoice: minor units, positive; both items in one currency."""

    credit: Item
    debt: Item
    amount: int


def apply(
    company: Company,
    parts: Sequence[AppliedAmount],
    *,
    key: str,
    by: str,
    source: str,
    origin: str = "",
    on: date | None = None,
) -> Entry:
    """Use open credits to pay invoices, in the caller's transaction, which holds the locks of the items.

    Exactly once for each ``key``. ``origin`` names the payment that brings it about, so that its return can
    restore the credits. It is booked as of that payment's day (``on``), or else today.
    """
    origins = [origin] * len(parts)
    return _move(company, Entry.Kind.APPLY, parts, key=key, by=by, source=source, origins=origins, on=on)


def take_back(
    company: Company, parts: Sequence["CurrentApplication"], *, key: str, by: str, source: str
) -> Entry:
    """Give open credits back what they paid of invoices, which reopens those; as ``apply``, else."""
    return _move(
        company,
        Entry.Kind.UNAPPLY,
        [AppliedAmount(part.credit, part.debt, -part.amount) for part in parts],
        key=key,
        by=by,
        source=source,
        origins=[part.origin for part in parts],
    )


@dataclass(frozen=True, slots=True)
class CurrentApplication(AppliedAmount):
    """What is applied now, and the payment that brought it about, if one did."""

    origin: str = ""


def current_applications(**conditions: object) -> list[CurrentApplication]:
    """Return what is applied now, the oldest first; conditions narrow, such as ``credit=item``."""
    rows = (
        Application.objects.filter(**conditions)
        .values_list("credit", "debt", "origin")
        .annotate(left=Sum("amount"))
        .filter(left__gt=0)
    )
    found = [(credit, debt, origin, int(left)) for credit, debt, origin, left in rows]
    items = Item.objects.in_bulk({key for credit, debt, *_ in found for key in (credit, debt)})
    parts = [
        CurrentApplication(items[credit], items[debt], left, origin) for credit, debt, origin, left in found
    ]
    return sorted(parts, key=lambda part: (part.debt.opened_on, part.debt.number, part.credit.number))


def pair(credits_: Sequence[tuple[Item, int]], debts: Sequence[tuple[Item, int]]) -> Iterator[AppliedAmount]:
    """Say which credit pays which debt, both in order; amounts are minor units, and their sums are equal."""
    givers = list(credits_)
    for debt, wanted in debts:
        left = wanted
        while left:
            credit, amount = givers.pop(0)
            part = min(amount, left)
            if part:
                yield AppliedAmount(credit, debt, part)
            if amount > part:
                givers.insert(0, (credit, amount - part))
            left -= part


def _move(
    company: Company,
    kind: Entry.Kind,
    parts: Sequence[AppliedAmount],
    *,
    key: str,
    by: str,
    source: str,
    origins: Sequence[str],
    on: date | None = None,
) -> Entry:
    postings = []
    for part in parts:
        amount = Money(part.amount, part.credit.currency)
        postings.append(Posting(Account.CUSTOMER_CREDIT, amount, part.credit))
        postings.append(Posting(Account.RECEIVABLE, -amount, part.debt))
    entry = posting.post(
        NewEntry(
            company=company,
            kind=kind,
            source=source,
            key=key,
            date=on or clock.today(company.time_zone),
            by=by,
            postings=postings,
        )
    )
    Application.objects.bulk_create(
        Application(entry=entry, credit=part.credit, debt=part.debt, amount=part.amount, origin=origin)
        for part, origin in zip(parts, origins, strict=True)
    )
    return entry
