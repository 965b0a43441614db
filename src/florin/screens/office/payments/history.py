"""A/R > Payment History: every payment, found, sorted, added up and paged; and what is under way (R22)."""

from django.db.models.functions import Coalesce
from django.http import HttpResponse

from florin.domain.attempts.methods import Method
from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.history import queries as history
from florin.domain.history.queries import PaymentStatus
from florin.domain.payments import queries
from florin.domain.staff.models import User
from florin.domain.staff.rights import Right
from florin.flows import charge_return_fee
from florin.kernel import clock, return_codes
from florin.screens.office.payments.filters import PAYMENTS, matching
from florin.screens.office.shared.access import StaffRequest, shows, wants_part
from florin.screens.office.shared.listing import show

# Keys that no index knows, for what is few enough to be sorted.
_KEYS = {
    "received_apart": Coalesce("received_at", "received_at"),
    "amount_apart": Coalesce("amount", "amount"),
}
_APART = {"received": "received_apart", "amount": "amount_apart"}


@shows(Right.RECEIVE_PAYMENT)
def payments(request: StaffRequest) -> HttpResponse:
    """Show payments, the newest first unless asked otherwise, with what they come to."""
    company, filters = request.user.company, PAYMENTS.read(request.GET)
    narrowed_to = matching(filters, company)
    found = queries.search(company.pk, narrowed_to)
    totals = history.totals(found)
    few = filters.narrowed and not totals.cut
    shown = filters.slice(found.annotate(**_KEYS), _APART if few else None)
    context: dict[str, object] = {
        "rows": history.rows(shown.rows),
        "totals": totals,
        "most": queries.MOST_COUNTED,
        "whose": _whose(company, narrowed_to),
    }
    around = {} if wants_part(request) else _around(company)
    return show(
        request, filters, shown, context | around, whole="payments/history.html", rows="payments/rows.html"
    )


def _around(company: Company) -> dict[str, object]:
    """Return what stands around the list: what to filter by, and bank debits that are not payments yet."""
    people = User.objects.filter(company=company).order_by("name").values_list("name", flat=True)
    failed = queries.failed_with_debts(company.pk)
    fees = charge_return_fee.invoices_for(company.pk, [attempt.pk for attempt in failed])
    return {
        "methods": Method.choices,
        "statuses": PaymentStatus.choices,
        "people": list(dict.fromkeys(people)),
        "under_way": queries.under_way(company.pk),
        "silent_before": clock.now() - queries.SILENT_AFTER,
        "failed": [
            (attempt, return_codes.reason(attempt.failure), fees.get(attempt.pk)) for attempt in failed
        ],
    }


def _whose(company: Company, narrowed_to: queries.PaymentFilter) -> Customer | None:
    """Return the customer that the list is narrowed to."""
    if narrowed_to.customer is None:
        return None
    return Customer.objects.filter(company=company, pk=narrowed_to.customer).first()
