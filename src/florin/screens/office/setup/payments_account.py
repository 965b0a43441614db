"""Setup > Payments: the company's payments account: how it stands, and what to do next (R2)."""

from babel.core import get_global
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation

from florin.contracts import account_words, capabilities, connection_words
from florin.contracts.connection import Level
from florin.domain.companies import services as companies
from florin.domain.companies.models import Company, PaymentsAccount
from florin.domain.staff.rights import Right
from florin.flows import connect_processor, onboard_account
from florin.kernel import formats
from florin.kernel.errors import Refusal
from florin.screens.office.shared import contracted_fees, timeline
from florin.screens.office.shared.access import StaffRequest, does, page, shows
from florin.screens.shared.confirming import confirmed


@shows(Right.SETUP)
def account(request: StaffRequest) -> HttpResponse:
    """Show how the account stands and what to do next; whoever comes back from the form, asks by a press."""
    known = companies.account_of(request.user.company)
    if request.htmx and "seen" in request.GET:
        return HttpResponse(status=204) if request.GET["seen"] == _state(known) else _afresh(request)
    return show(request, {"asking": "back" in request.GET, "again": "again" in request.GET})


@does(Right.SETUP)
@confirmed
def continue_onboarding(request: StaffRequest) -> HttpResponse:
    """Send an Admin to the processor's form, for an account that is opened now if there is none."""
    country = request.POST.get("country", "")
    try:
        leads_to = onboard_account.continue_onboarding(request.user.company, country=country, by=request.user)
    except Refusal as problem:
        return show(request, {"problem": problem, "country": country}, status=problem.status)
    answer = HttpResponseRedirect(leads_to)
    answer.status_code = 303
    return answer


@does(Right.SETUP)
def refresh_status(request: StaffRequest) -> HttpResponse:
    """Ask the processor how the account stands, and show it."""
    try:
        onboard_account.refresh(request.user.company)
    except Refusal as problem:
        if not request.htmx:
            return show(request, {"problem": problem}, status=problem.status)
        context = {**_status(request), "problem": problem}
        return page(request, "setup/payments_account_state.html", context, status=problem.status)
    return _afresh(request)


def _afresh(request: StaffRequest) -> HttpResponse:
    """Lead to the page as it is now, all of it: what happened stands beside how it stands."""
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": reverse("office:payments-account")})
    answer = redirect("office:payments-account")
    answer.status_code = 303
    return answer


def show(request: StaffRequest, context: dict[str, object], *, status: int = 200) -> HttpResponse:
    """Show the page, with what the context adds to it."""
    company = request.user.company
    known = companies.account_of(company)
    context = {
        **_status(request),
        "fees": contracted_fees.describe(company.currency, gateway=companies.gateway_of(company)),
        "amiss": _amiss(),
        "entries": timeline.timeline(company.pk, known.pk) if known else [],
        "findings": [],
        **context,
    }
    return page(request, "setup/payments_account.html", context, status=status)


def _amiss() -> list[str]:
    """Say what is wrong in the settings by themselves, such as a key that is missing."""
    return [
        connection_words.sentence(finding)
        for finding in connect_processor.check_settings()
        if finding.level == Level.PROBLEM
    ]


def _status(request: StaffRequest) -> dict[str, object]:
    """Say what the part of the page needs that shows how the account stands."""
    company = request.user.company
    known = companies.account_of(company)
    state = _state(known)
    gateway = companies.gateway_of(company)
    return {
        "account": known,
        "state": state,
        "own": bool(known and not known.reference and state != PaymentsAccount.State.NEW),
        "connect": capabilities.for_gateway(gateway).opens_accounts,
        "wanted": account_words.requirements(known.wanted) if known else [],
        "why": account_words.stop_reason(known.reason) if known else "",
        "no_cards": account_words.no_cards(known.cards)
        if known and state == PaymentsAccount.State.ACTIVE
        else "",
        "no_debits": account_words.no_debits(known.debits)
        if known and state == PaymentsAccount.State.ACTIVE
        else "",
        "countries": _countries(gateway),
        "country": _country(company),
        "problem": None,
        "asking": False,
        "again": False,
    }


def _state(known: PaymentsAccount | None) -> str:
    return known.state if known else PaymentsAccount.State.NEW.value


def _countries(gateway: str) -> list[tuple[str, str]]:
    names = formats.locale_of(translation.get_language() or "en").territories
    countries = capabilities.for_gateway(gateway).account_countries
    return sorted(((code, str(names[code])) for code in countries), key=lambda one: one[1])


def _country(company: Company) -> str:
    """Return the country of the company's time zone, for most companies are where their clock is."""
    return str(get_global("zone_territories").get(company.time_zone, ""))
