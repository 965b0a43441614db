"""Payments > Settings: the company's switches, and why links may not be offered all the same."""

from dataclasses import asdict

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from florin.contracts import account_words
from florin.domain.companies import services as companies
from florin.domain.companies.models import Company
from florin.domain.companies.services import Switches
from florin.domain.links import rules
from florin.domain.staff.rights import Right
from florin.flows import change_settings
from florin.kernel.errors import Conflict
from florin.screens.office.shared import timeline
from florin.screens.office.shared.access import StaffRequest, asks, page
from florin.screens.office.shared.forms import OfficeForm


class SwitchesForm(OfficeForm):
    """The switches of the whole company; without a payments account there is no method to switch."""

    links_enabled = forms.BooleanField(
        required=False,
        label=gettext_lazy("Enable payment links"),
        help_text=gettext_lazy(
            "Off means: nothing sent to anybody carries a link, and links that are out say that online"
            " payment is not available."
        ),
    )
    manual_links_enabled = forms.BooleanField(
        required=False,
        label=gettext_lazy("Links in what is sent by hand"),
        help_text=gettext_lazy("Off means: only invoices that are sent automatically carry a link."),
    )
    use_open_credits = forms.BooleanField(
        required=False,
        label=gettext_lazy("Deduct open credits"),
        help_text=gettext_lazy(
            "On means: a link asks for what is owed less the customer's open credits, and uses them up when"
            " it is paid."
        ),
    )
    card_enabled = forms.BooleanField(
        required=False,
        label=gettext_lazy("Card payments"),
        help_text=gettext_lazy("Credit and debit cards."),
    )
    ach_enabled = forms.BooleanField(
        required=False,
        label=gettext_lazy("Bank payments (ACH)"),
        help_text=gettext_lazy(
            "Debits from US bank accounts, for bills in US dollars. They cost less than cards, take about"
            " four business days, and may come back."
        ),
    )

    def __init__(self, data: QueryDict | None = None, *, company: Company) -> None:
        """Make the form with the switches as they stand, or as it was sent."""
        now = companies.switches_of(company)
        super().__init__(data, company=company, initial=asdict(now), seen=now.mark)
        for name in ("card_enabled", "ach_enabled"):
            self.fields[name].disabled = companies.account_of(company) is None


@asks(Right.SETUP)
def payments(request: StaffRequest) -> HttpResponse:
    """Show and move the switches (R8, R10, R13)."""
    company = request.user.company
    form = SwitchesForm(request.POST if request.method == "POST" else None, company=company)
    if not form.is_valid():  # nothing was sent: a switch cannot be wrong
        return _show(request, form)
    try:
        change_settings.change(company, Switches(**form.cleaned_data), seen=form.seen, by=request.user)
    except Conflict as problem:
        company.refresh_from_db()
        form.problem = problem
        return _show(request, form)
    messages.success(request, _("The settings are saved. Links that are already out obey them too."))
    return redirect("office:payments-settings")


def _show(request: StaffRequest, form: SwitchesForm) -> HttpResponse:
    company = request.user.company
    now, account = companies.switches_of(company), companies.account_of(company)
    form.seen = now.mark
    context = {
        "form": form,
        "account": account,
        "state": account.state if account else "new",
        "no_cards": account_words.no_cards(account.cards) if account else "",
        "no_debits": account_words.no_debits(account.debits) if account else "",
        "answer": rules.for_company(company),
        "problem": form.problem,
        "saved": now if form.problem else None,
        "entries": timeline.timeline(company.pk, company.pk),
    }
    return page(request, "setup/settings_payments.html", context, status=form.status)
