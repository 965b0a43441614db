"""What Payment History can be narrowed to and sorted by, and which payments that means."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from florin.domain.attempts.methods import Method
from florin.domain.companies.models import Company
from florin.domain.history import queries as history
from florin.domain.history.queries import PaymentStatus
from florin.domain.payments.queries import PaymentFilter
from florin.kernel import clock
from florin.kernel.paging import Column, by_moment
from florin.screens.office.shared import parsing
from florin.screens.office.shared.listing import Filters, Listing, choice
from florin.screens.office.shared.parsing import InvalidInput

PAYMENTS = Listing(
    {"received": by_moment("received_at"), "amount": (Column("amount", int), Column("pk", UUID))},
    usual="-received",
    filters={
        "q": str,
        "customer": parsing.as_key,
        "method": choice(*Method),
        "state": choice(*PaymentStatus),
        "by": str,
        "since": parsing.day,
        "until": parsing.day,
    },
    folded=("by", "since", "until"),
    span=("since", "until"),
    falls_first=("received", "amount"),
)


def matching(filters: Filters, company: Company) -> PaymentFilter:
    """Return which payments fit; days are the company's."""
    state, zone = filters.text("state"), company.time_zone
    since, until = filters.day("since"), filters.day("until")
    return PaymentFilter(
        words=filters.text("q"),
        amount=_amount(filters.text("q")),
        customer=filters.key("customer"),
        method=filters.text("method"),
        by=filters.text("by"),
        since=clock.midnight(since, zone) if since else None,
        until=clock.midnight(until + timedelta(days=1), zone) if until else None,
        only=history.where_status(PaymentStatus(state)) if state else None,
    )


def _amount(text: str) -> Decimal | None:
    try:
        return parsing.decimal(text.strip(" $€£¥"), whole=15, places=3)
    except InvalidInput:
        return None
