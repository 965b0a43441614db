"""A/R > Overpayments: what came in beyond what was owed, until somebody decides what becomes of it (X4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from florin.domain.companies.models import Company
from florin.domain.payments import overpayments
from florin.domain.payments.overpayments import Overpayment
from florin.domain.refunds import queries as refunds
from florin.domain.staff.rights import Right
from florin.flows import resolve_overpayment
from florin.kernel import formats
from florin.kernel.errors import Refusal
from florin.kernel.paging import by_day
from florin.screens.office.shared.access import StaffRequest, does, shows
from florin.screens.office.shared.listing import Listing, choice, show
from florin.screens.office.shared.submissions import new_submission, submission_key

_OVERPAYMENTS = Listing({"opened": by_day("opened_on")}, usual="opened", filters={"show": choice("kept")})


@dataclass(frozen=True, slots=True)
class OverpaymentRow:
    """One overpayment; ``days_left`` to refund it as the dialog counts them, None is at any time."""

    about: Overpayment
    days_left: int | None
    submission: str


@shows(Right.RECEIVE_PAYMENT)
def inbox(request: StaffRequest) -> HttpResponse:
    """Show the overpayments that wait for a decision, or those that are kept, the oldest first."""
    company, filters = request.user.company, _OVERPAYMENTS.read(request.GET)
    kept = filters.text("show") == "kept"
    items = overpayments.kept_as_credit(company) if kept else overpayments.waiting(company)
    shown = filters.slice(items)
    context = {"rows": _rows(company, overpayments.describe(company, shown.rows)), "kept": kept}
    return show(request, filters, shown, context, whole="payments/overpayments.html")


@does(Right.RECEIVE_PAYMENT)
def keep(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Keep one as an open credit: it leaves the inbox."""
    try:
        resolve_overpayment.keep(request.user.company, pk, by=request.user)
        messages.success(request, _("It is kept as an open credit and can be applied at any time."))
    except Refusal as problem:
        _say(request, problem)
    return redirect("office:overpayments")


@does(Right.RECEIVE_PAYMENT)
def apply(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Apply one to its customer's oldest invoices; the same press applies it once."""
    submission = submission_key(request.POST)
    try:
        amount = resolve_overpayment.apply_oldest(
            request.user.company, pk, submission=submission, by=request.user
        )
    except Refusal as problem:
        _say(request, problem)
    else:
        if amount:
            applied = formats.money(amount, get_language() or "en")
            messages.success(
                request, _("%(amount)s is applied to the oldest invoices.") % {"amount": applied}
            )
    return redirect("office:overpayments")


def _say(request: StaffRequest, problem: Refusal) -> None:
    """Tell why nothing was done, on the list as it is now; what the company does not have is not found."""
    if problem.status == 404:  # noqa: PLR2004 - not found
        raise problem
    messages.warning(request, str(problem))


def _rows(company: Company, found: Sequence[Overpayment]) -> list[OverpaymentRow]:
    rows = []
    for one in found:
        one.payment.company = company
        rows.append(OverpaymentRow(one, refunds.days_left(one.payment), new_submission()))
    return rows
