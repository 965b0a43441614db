"""Payment History as a file, filtered as the list is."""

from django.http.response import HttpResponseBase

from florin.domain.security import services as security
from florin.domain.staff.rights import Right
from florin.flows import export_payments
from florin.kernel import clock
from florin.screens.office.payments.filters import PAYMENTS, matching
from florin.screens.office.shared.access import StaffRequest, shows
from florin.screens.shared import downloads


@shows(Right.RECEIVE_PAYMENT)
def payments(request: StaffRequest) -> HttpResponseBase:
    """Give what the list shows, all pages of it: ``as=xlsx``, or ``as=csv`` by invoice or by payment."""
    company, filters = request.user.company, PAYMENTS.read(request.GET)
    filters.check()
    narrowed_to = matching(filters, company)
    security.note(
        security.Kind.EXPORTED, company_id=company.pk, who=request.user.email, what="payment-history"
    )
    name = f"payments-{clock.today(company.time_zone)}"
    if request.GET.get("as") == "xlsx":
        return downloads.workbook(export_payments.book(company, narrowed_to), name=name)
    by_payment = request.GET.get("by_row") == "payment"
    write = export_payments.csv_of_payments if by_payment else export_payments.csv_of_allocations
    return downloads.csv(write(company, narrowed_to), name=name)
