"""Payments > Settings > Receiving payments: discounts for early payment, and the fee for a returned one."""

from decimal import Decimal

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from florin.domain.companies import receiving
from florin.domain.companies.receiving import Terms
from florin.domain.staff.rights import Right
from florin.flows import change_settings
from florin.kernel.errors import Conflict
from florin.kernel.money import Money
from florin.screens.office.shared.access import StaffRequest, asks, dialog, done
from florin.screens.office.shared.fields import AmountField, DaysField, NumberField
from florin.screens.office.shared.forms import OfficeForm


class TermsForm(OfficeForm):
    """The terms; whatever stays empty is none."""

    percent = NumberField(
        whole=3,
        places=2,
        lowest=0,
        highest=50,
        outside=gettext_lazy("Give a percentage from 0 to 50."),
        help_text=gettext_lazy(
            "Suggested at Receive Payment for an invoice that is paid in full; empty means none."
        ),
    )
    days = DaysField(label=gettext_lazy("Within how many days after the invoice date"))
    fee = AmountField(
        help_text=gettext_lazy(
            "Charged to the customer when a bank payment fails or comes back, and proposed for a check; empty"
            " means none. No automatic fee when the debit was not allowed or the customer is not at fault."
        )
    )

    def terms(self) -> Terms:
        """Return what is meant, once the form is valid."""
        percent, days, fee = (self.cleaned_data[name] for name in ("percent", "days", "fee"))
        return Terms(
            discount_basis_points=int(percent.scaleb(2)) if percent else 0,
            discount_days=days or 0,
            nsf_fee=fee.minor if fee else 0,
        )


@asks(Right.SETUP)
def terms(request: StaffRequest) -> HttpResponse:
    """Show and change what is suggested at Receive Payment and for a returned payment."""
    company = request.user.company
    now = receiving.terms_of(company)
    initial = {
        "percent": Decimal(now.discount_basis_points).scaleb(-2) if now.discount_basis_points else "",
        "days": now.discount_days or "",
        "fee": Money(now.nsf_fee, company.currency),
    }
    data = request.POST if request.method == "POST" else None
    form = TermsForm(data, company=company, initial=initial, seen=now.mark)
    if not form.is_valid():
        return _ask(request, form)
    try:
        change_settings.change_receiving(company, form.terms(), seen=form.seen, by=request.user)
    except Conflict as problem:
        company.refresh_from_db()
        form.seen, form.problem = receiving.terms_of(company).mark, problem
        return _ask(request, form)
    messages.success(request, _("The settings are saved."))
    return done(request, "office:payments-settings")


def _ask(request: StaffRequest, form: TermsForm) -> HttpResponse:
    context = {"form": form, "problem": form.problem}
    title = _("Receiving payments")
    return dialog(request, "payments/receiving_terms.html", context, title=title, status=form.status)
