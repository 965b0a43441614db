"""The only way into the books."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.ledger.models import Account, Entry, Item, Line
from florin.kernel.database import AT_ONCE, new_key
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


class Unbalanced(Exception):  # noqa: N818 - it names what is wrong
    """The postings of an entry do not sum to zero: a defect of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewItem:
    """An item to be; ``key`` is its key if whoever opens it has to know it beforehand."""

    customer: Customer
    kind: Item.Kind
    number: str
    currency: str
    opened_on: date
    due_on: date
    key: UUID | None = None


def post(new: NewEntry) -> Entry:
    """Book an entry in the caller's transaction, exactly once; postings of nothing are left out.

    Whoever posts holds the locks of the items concerned (``locked``), so that balances are what was read.
    Safe to repeat: a second entry with the same key is refused by the database (``IntegrityError``).

    Raises:
        Unbalanced: if the postings of a currency do not sum to zero, or all are of nothing.
    """
    return post_many([new])[0]


def post_many(news: Sequence[NewEntry]) -> list[Entry]:
    """Book entries as ``post`` does, all or none, in two statements however many there are.

    Raises:
        Unbalanced: if the postings of an entry do not sum to zero in each currency; nothing is booked then.
    """
    entries: list[Entry] = []
    lines: list[Line] = []
    for new in news:
        entry = Entry(
            company=new.company,
            kind=new.kind,
            source=new.source,
            key=new.key,
            date=new.date,
            posted_by=new.by,
        )
        entries.append(entry)
        lines += _lines(entry, new)
    Entry.objects.bulk_create(entries, batch_size=AT_ONCE)
    Line.objects.bulk_create(lines, batch_size=AT_ONCE)
    return entries


def open_item(
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
    new = NewItem(
        customer=customer,
        kind=kind,
        number=number,
        currency=currency,
        opened_on=opened_on,
        due_on=due_on,
        key=key,
    )
    return open_items([new])[0]


def open_items(news: Sequence[NewItem]) -> list[Item]:
    """Make items as ``open_item`` does, in the same order, in one statement."""
    return Item.objects.bulk_create(
        [
            Item(
                pk=new.key or new_key(),
                company_id=new.customer.company_id,
                customer=new.customer,
                kind=new.kind,
                number=new.number,
                currency=new.currency,
                opened_on=new.opened_on,
                due_on=new.due_on,
            )
            for new in news
        ],
        batch_size=AT_ONCE,
    )


def _lines(entry: Entry, new: NewEntry) -> list[Line]:
    postings = [posting for posting in new.postings if posting.amount]
    sums: dict[str, int] = {}
    for posting in postings:
        sums[posting.amount.currency] = sums.get(posting.amount.currency, 0) + posting.amount.minor
    if not postings or any(sums.values()):
        raise Unbalanced(f"{new.key}: {sums}")
    return [
        Line(
            entry=entry,
            account=posting.account,
            amount=posting.amount.minor,
            currency=posting.amount.currency,
            customer_id=posting.item.customer_id if posting.item else None,
            item=posting.item,
        )
        for posting in postings
    ]
