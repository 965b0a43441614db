"""The only way into the books."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.ledger.models import Account, Entry, Item, Line
from florin.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Posting:
    """One line to be: an amount into (positive) or out of (negative) an account, and the item it concerns."""

    account: Account
    amount: Money
    item: Item | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """An entry to be; ``key`` names the event, so that the same event is booked once."""

    company: Company
    kind: Entry.Kind
    source: str
    key: str
    date: date
    by: str
    postings: Sequence[Posting]


class Unbalanced(Exception):
    """The postings of an entry do not sum to zero: a defect of ours."""


def post(new: NewEntry) -> Entry:
    """Book an entry in the caller's transaction, exactly once; postings of nothing are left out.

    Whoever posts holds the locks of the items concerned (``locked``), so that balances are what was read.
    Safe to repeat: a second entry with the same key is refused by the database (``IntegrityError``).

    Raises:
        Unbalanced: if the postings of a currency do not sum to zero.
    """
    postings = [posting for posting in new.postings if posting.amount]
    sums: dict[str, int] = {}
    for posting in postings:
        sums[posting.amount.currency] = sums.get(posting.amount.currency, 0) + posting.amount.minor
    if any(sums.values()):
        raise Unbalanced(f"{new.key}: {sums}")
    entry = Entry.objects.create(
        company=new.company,
        kind=new.kind,
        source=new.source,
        key=new.key,
        date=new.date,
        posted_by=new.by,
    )
    Line.objects.bulk_create(
        Line(
            entry=entry,
            account=posting.account,
            amount=posting.amount.minor,
            currency=posting.amount.currency,
            customer_id=posting.item.customer_id if posting.item else None,
            item=posting.item,
        )
        for posting in postings
    )
    return entry


def open_item(  # noqa: PLR0913 - an item is these seven facts
    customer: Customer,
    kind: Item.Kind,
    *,
    number: str,
    currency: str,
    opened_on: date,
    due_on: date,
    key: UUID | None = None,
) -> Item:
    """Make an item with no balance yet; posting to it gives it one."""
    given = {} if key is None else {"pk": key}
    return Item.objects.create(
        company_id=customer.company_id,
        customer=customer,
        kind=kind,
        number=number,
        currency=currency,
        opened_on=opened_on,
        due_on=due_on,
        **given,
    )
