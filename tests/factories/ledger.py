"""Entries of the books, posted directly."""

from datetime import date
from uuid import uuid4

from django.db import transaction

from florin.domain.ledger import posting
from florin.domain.ledger.models import Account, Entry, Item
from florin.domain.ledger.posting import NewEntry, Posting
from florin.kernel import clock
from florin.kernel.money import Money

A_DAY = date(2026, 3, 1)


def usd(minor: int) -> Money:
    return Money(minor, "USD")


def book(item: Item, *postings: Posting, key: str = "") -> Entry:
    """Post an entry in a transaction of its own."""
    with transaction.atomic():
        return posting.post(
            NewEntry(
                company=item.company,
                kind=Entry.Kind.INVOICE,
                source=f"item:{item.pk}",
                key=key or uuid4().hex,
                date=clock.today("UTC"),
                by="a test",
                postings=postings,
            )
        )


def sale(item: Item, minor: int) -> tuple[Posting, Posting]:
    """What an invoice of so much posts."""
    return Posting(Account.RECEIVABLE, usd(minor), item), Posting(Account.SALES, usd(-minor))
