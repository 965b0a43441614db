"""Payments > Settings: the company's switches, and why links may not be offered all the same."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from florin.contracts import account_words
from florin.domain.companies import services as companies
from florin.domain.companies.services import Switches
from florin.domain.links import rules
from florin.domain.staff.rights import Right
from florin.flows import change_settings
from florin.kernel.errors import Conflict
from florin.screens.office.shared import timeline
from florin.screens.office.shared.access import StaffRequest, page, requires


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.SETUP)
def payments(request: StaffRequest) -> HttpResponse:
    """Show and move the switches (R8, R10, R13)."""
    if request.method != "POST":
        return _form(request, companies.switches_of(request.user.company))
    names = ("links_enabled", "manual_links_enabled", "use_open_credits", "card_enabled", "ach_enabled")
    typed = Switches(**{name: name in request.POST for name in names})
    try:
        change_settings.change(
            request.user.company, typed, seen=request.POST.get("seen", ""), by=request.user
        )
    except Conflict as problem:
        return _form(request, typed, problem)
    messages.success(request, _("The settings are saved. Links that are already out obey them too."))
    return redirect("office:payments-settings")


def _form(request: StaffRequest, typed: Switches, problem: Conflict | None = None) -> HttpResponse:
    company = request.user.company
    if problem:
        company.refresh_from_db()
    now = companies.switches_of(company)
    account = companies.account_of(company)
    context = {
        "typed": typed,
        "seen": now.mark,
        "account": account,
        "state": account.state if account else "new",
        "no_cards": account_words.no_cards(account.cards) if account else "",
        "no_debits": account_words.no_debits(account.debits) if account else "",
        "answer": rules.for_company(company),
        "problem": problem,
        "saved": now if problem else None,
        "stories": timeline.timeline(company.pk, company.pk),
    }
    return page(request, "setup/settings_payments.html", context, status=problem.status if problem else 200)
