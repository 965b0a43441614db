"""What Open Invoices can be narrowed to and sorted by, and which invoices that means today."""

from datetime import timedelta
from uuid import UUID

from florin.domain.companies.models import Company
from florin.domain.invoices import queries
from florin.domain.invoices.queries import OpenInvoiceFilter
from florin.domain.links import queries as links
from florin.kernel import clock
from florin.screens.office.shared import parsing
from florin.screens.office.shared.listing import Filters, Listing, choice

OPEN_INVOICES = Listing(
    queries.SORTS,
    usual="due",
    filters={
        "q": str,
        "customer": parsing.as_key,
        "late": str,
        "from": parsing.day,
        "to": parsing.day,
        "currency": str,
        "link": choice("none", "sent"),
    },
)


def matching(filters: Filters, company: Company, *, upto: UUID | None = None) -> OpenInvoiceFilter:
    """Return which invoices fit today; ``upto`` leaves out what was issued after that key was made."""
    due_to = filters.day("to")
    if filters.text("late"):
        yesterday = clock.today(company.time_zone) - timedelta(days=1)
        due_to = min(due_to, yesterday) if due_to else yesterday
    sent = {"none": ~links.sent(), "sent": links.sent()}
    return OpenInvoiceFilter(
        words=filters.text("q"),
        customer=filters.key("customer"),
        due_from=filters.day("from"),
        due_to=due_to,
        currency=filters.text("currency"),
        upto=upto,
        only=sent.get(filters.text("link")),
    )
