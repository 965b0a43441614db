"""Taking over many credits that another system gave: they keep their numbers and dates, and stay open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from florin.domain.companies.models import Company
from florin.domain.credits.lifecycle import CreditState
from florin.domain.credits.models import Credit
from florin.domain.customers.models import Customer
from florin.domain.ledger import posting
from florin.domain.ledger.models import Account, Entry, Item
from florin.domain.ledger.posting import NewEntry, NewItem, Posting
from florin.kernel.database import AT_ONCE
from florin.kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class OldCredit:
    """A credit to take over; ``amount`` is positive, in minor units of the customer's currency."""

    customer: Customer
    number: str
    given_on: date
    amount: int
    reason: str


@dataclass(frozen=True, slots=True)
class Known:
    """A credit that is here already: whose it is, and its amount in minor units."""

    customer: str
    total: int


def known(company: Company, numbers: Sequence[str]) -> dict[str, Known]:
    """Return which of the numbers the company's credits have."""
    rows = Credit.objects.filter(company=company, number__in=numbers)
    found = rows.values_list("number", "customer__number", "amount")
    return {number: Known(customer, amount) for number, customer, amount in found}


def give_many(company: Company, olds: Sequence[OldCredit], *, by: str) -> list[Credit]:
    """Make credits with their items and entries in the caller's transaction, all or none.

    Each is booked once: a number that is here already is refused by the database (``IntegrityError``).
    """
    items = posting.open_items(
        [
            NewItem(
                customer=old.customer,
                kind=Item.Kind.CREDIT,
                number=old.number,
                currency=old.customer.currency,
                opened_on=old.given_on,
                due_on=old.given_on,
            )
            for old in olds
        ]
    )
    credits_ = Credit.objects.bulk_create(
        [
            Credit(
                company=company,
                customer=old.customer,
                item=item,
                state=CreditState.APPROVED,
                number=old.number,
                currency=item.currency,
                given_on=old.given_on,
                amount=old.amount,
                reason=old.reason,
            )
            for old, item in zip(olds, items, strict=True)
        ],
        batch_size=AT_ONCE,
    )
    posting.post_many([_entry(company, credit, by=by) for credit in credits_])
    return credits_


def _entry(company: Company, credit: Credit, *, by: str) -> NewEntry:
    amount = Money(credit.amount, credit.currency)
    return NewEntry(
        company=company,
        kind=Entry.Kind.CREDIT,
        source=f"credit:{credit.pk}",
        key=f"import:{company.pk}:{credit.number}",
        date=credit.given_on,
        by=by,
        postings=[
            Posting(Account.ADJUSTMENTS, amount),
            Posting(Account.CUSTOMER_CREDIT, -amount, credit.item),
        ],
    )
