"""Making many customers at once, from another system's records."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models.functions import Upper

from florin.domain.companies.models import Company
from florin.domain.customers import services
from florin.domain.customers.models import Customer
from florin.domain.customers.services import CustomerDraft
from florin.kernel.database import AT_ONCE
from florin.kernel.folding import fold


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCustomer:
    """A customer to be, in the company's currency and on its terms."""

    number: str
    name: str
    bill_to: str
    invoice_emails: Sequence[str]


def known(company: Company, numbers: Collection[str]) -> dict[str, Customer]:
    """Return those of the company's customers that have one of the numbers, by the folded number."""
    folded = {fold(number) for number in numbers}
    return {row.folded: row for row in Customer.objects.filter(company=company, folded__in=folded)}


def named(company: Company, names: Collection[str]) -> dict[str, list[Customer]]:
    """Return those of the company's customers that have one of the names, by the folded name."""
    upper = {name.upper() for name in names}
    rows = Customer.objects.filter(company=company).annotate(upper=Upper("name")).filter(upper__in=upper)
    found: dict[str, list[Customer]] = {}
    for row in rows:
        found.setdefault(fold(row.name), []).append(row)
    return found


def unsaved(company: Company, draft: CustomerDraft) -> Customer:
    """Return the customer that a draft would make; nothing is saved."""
    customer = Customer(company=company)
    services.apply_draft(customer, draft)
    return customer


def create_many(company: Company, drafts: Sequence[CustomerDraft]) -> list[Customer]:
    """Write new customers in the caller's transaction, all or none; without a number each gets the next one.

    A number that somebody else just took is refused by the database (``IntegrityError``).
    """
    made = [unsaved(company, draft) for draft in drafts]
    Customer.objects.bulk_create([one for one in made if one.number], batch_size=AT_ONCE)
    others = [one for one in made if not one.number]
    for customer, number in zip(others, services.next_numbers(company, len(others)), strict=True):
        customer.number = number
    Customer.objects.bulk_create(others, batch_size=AT_ONCE)
    return made


def make_many(company: Company, news: Sequence[NewCustomer]) -> None:
    """Make customers in the caller's transaction; one whose number somebody else just took stays as it is."""
    Customer.objects.bulk_create(
        [
            Customer(
                company=company,
                number=new.number,
                name=new.name,
                bill_to=new.bill_to,
                invoice_emails=list(new.invoice_emails),
                terms_days=company.terms_days,
                currency=company.currency,
            )
            for new in news
        ],
        ignore_conflicts=True,
        batch_size=AT_ONCE,
    )
