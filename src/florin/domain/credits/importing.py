"""Taking over many credits that another system gave: they keep their numbers and dates, and stay open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from florin.domain.companies.models import Company
from florin.domain.credits.lifecycle import CreditState
from florin.domain.credits.models import Credit
from florin.domain.customers.models import Customer
from florin.domain.ledger import posting
from florin.domain.ledger.models import Account, Entry, Item
from florin.domain.ledger.posting import NewEntry, NewItem, Posting
from florin.kernel import clock
from florin.kernel.database import AT_ONCE, chunks, locked
from florin.kernel.errors import Refusal
from florin.kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class OldCredit:
    """A credit to take over; ``amount`` is positive, in minor units of the customer's currency.

    ``submission`` names the run of the import, and its row.
    """

    customer: Customer
    number: str
    given_on: date
    amount: int
    reason: str
    submission: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """A credit that is here already: whose it is, and its amount in minor units."""

    customer: str
    total: int


def known(company: Company, numbers: Sequence[str]) -> dict[str, Known]:
    """Return which of the numbers the company's credits have."""
    rows = Credit.objects.filter(company=company, number__in=numbers).exclude(state=CreditState.VOID)
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
                submission=old.submission,
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


def of_run(company: Company, run: str) -> list[Credit]:
    """Return the credits that a run of an import or an upload brought and that are not void, locked."""
    credits_ = Credit.objects.filter(company=company, submission__startswith=f"{run}:")
    open_ = credits_.exclude(state=CreditState.VOID).select_related("customer")
    return list(open_.order_by("pk").select_for_update(of=("self",)))


def void_many(company: Company, credits_: Sequence[Credit], *, by: str, reason: str) -> None:
    """Take back locked credits of which nothing was used, in the caller's transaction.

    Raises:
        Refusal: if some of one is applied; nothing is taken back then.
    """
    booked: list[tuple[Credit, Item]] = []
    for some in chunks(credits_):
        items = locked(Item.objects.all(), [credit.item_id for credit in some if credit.item_id])
        booked += [(credit, items[credit.item_id]) for credit in some if credit.item_id]
    for credit, item in booked:
        if -item.balance != credit.amount:
            raise Refusal(
                _("Some of %(number)s is applied to invoices. Take that back first, then void it.")
                % {"number": credit.number}
            )
    for some in chunks(credits_):
        rows = Credit.objects.filter(pk__in=[credit.pk for credit in some])
        # As the lifecycle allows: what was submitted or rejected is a draft again before it is void.
        rows.filter(state__in=[CreditState.SUBMITTED, CreditState.REJECTED]).update(state=CreditState.DRAFT)
        rows.update(state=CreditState.VOID, decided_by=by, decided_at=clock.now(), refusal=reason)
    posting.post_many([_reversal(company, credit, item, by=by) for credit, item in booked])


def _reversal(company: Company, credit: Credit, item: Item, *, by: str) -> NewEntry:
    amount = Money(credit.amount, credit.currency)
    return NewEntry(
        company=company,
        kind=Entry.Kind.VOID,
        source=f"credit:{credit.pk}",
        key=f"credit:{credit.pk}:{Entry.Kind.VOID}",
        date=clock.today(company.time_zone),
        by=by,
        postings=[
            Posting(Account.ADJUSTMENTS, -amount),
            Posting(Account.CUSTOMER_CREDIT, amount, item),
        ],
    )


def _entry(company: Company, credit: Credit, *, by: str) -> NewEntry:
    amount = Money(credit.amount, credit.currency)
    return NewEntry(
        company=company,
        kind=Entry.Kind.CREDIT,
        source=f"credit:{credit.pk}",
        key=f"credit:{credit.pk}:import",
        date=credit.given_on,
        by=by,
        postings=[
            Posting(Account.ADJUSTMENTS, amount),
            Posting(Account.CUSTOMER_CREDIT, -amount, credit.item),
        ],
    )
