"""Making many customers at once, from another system's records."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
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
