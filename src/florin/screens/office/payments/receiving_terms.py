"""Payments > Settings > Receiving payments: discounts for early payment, and the fee for a returned one."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from florin.domain.companies import receiving
from florin.domain.companies.models import Company
from florin.domain.companies.receiving import Terms
from florin.domain.staff.rights import Right
from florin.flows import change_settings
from florin.kernel.errors import Conflict
from florin.kernel.money import Money
from florin.screens.office.shared import amounts, parsing
from florin.screens.office.shared.access import StaffRequest, done, page, requires
from florin.screens.office.shared.parsing import InvalidInput, as_typed

_MOST_DAYS = 365
_MOST_PERCENT = 50


@dataclass(slots=True)
class TypedTerms:
    """The terms as typed; ``errors`` holds a sentence per field."""

    percent: str
    days: str
    fee: str
    seen: str
    errors: dict[str, str] = field(default_factory=dict)

    def terms(self, currency: str) -> Terms | None:
        """Return what is meant, or None with a sentence at each field that is wrong."""
        percent = self._read("percent", lambda: _percent(self.percent))
        days = self._read("days", lambda: _days(self.days))
        fee = self._read("fee", lambda: amounts.amount(self.fee, currency).minor)
        if self.errors:
            return None
        return Terms(discount_basis_points=percent, discount_days=days, nsf_fee=fee)

    def _read(self, name: str, reader: Callable[[], int]) -> int:
        try:
            return reader()
        except InvalidInput as problem:
            self.errors[name] = str(problem)
            return 0


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.SETUP)
def terms(request: StaffRequest) -> HttpResponse:
    """Show and change what is suggested at Receive Payment and for a returned payment."""
    company = request.user.company
    if request.method != "POST":
        return _form(request, _of(company))
    form = _read(request.POST)
    wanted = form.terms(company.currency)
    if wanted is None:
        return _form(request, form, status=422)
    try:
        change_settings.change_receiving(company, wanted, seen=form.seen, by=request.user)
    except Conflict as problem:
        company.refresh_from_db()
        form.seen = receiving.terms_of(company).mark
        return _form(request, form, status=problem.status, problem=problem)
    messages.success(request, _("The settings are saved."))
    return done(request, "office:payments-settings")


def _of(company: Company) -> TypedTerms:
    now = receiving.terms_of(company)
    return TypedTerms(
        percent=as_typed(Decimal(now.discount_basis_points).scaleb(-2)) if now.discount_basis_points else "",
        days=str(now.discount_days or ""),
        fee=parsing.written(Money(now.nsf_fee, company.currency)),
        seen=now.mark,
    )


def _read(post: QueryDict) -> TypedTerms:
    percent, days, fee, seen = (post.get(name, "") for name in ("percent", "days", "fee", "seen"))
    return TypedTerms(percent=percent, days=days, fee=fee, seen=seen)


def _form(
    request: StaffRequest, form: TypedTerms, *, status: int = 200, problem: Conflict | None = None
) -> HttpResponse:
    """Show the question in the dialog, or as a page of its own where there is no script."""
    context = {
        "typed": form,
        "problem": problem,
        "currency": request.user.company.currency,
        "title": _("Receiving payments"),
        "part": "payments/receiving_terms.html",
        "heading": "h2" if request.htmx else "h1",
    }
    template = "payments/receiving_terms.html" if request.htmx else "office/asking.html"
    return page(request, template, context, status=status)


def _percent(text: str) -> int:
    """Read a percentage as basis points."""
    percent = parsing.decimal(text, whole=3, places=2) if text.strip() else Decimal(0)
    if not 0 <= percent <= _MOST_PERCENT:
        raise InvalidInput(_("Give a percentage from 0 to 50."))
    return int(percent.scaleb(2))


def _days(text: str) -> int:
    days = parsing.decimal(text, whole=3, places=0) if text.strip() else Decimal(0)
    if not 0 <= days <= _MOST_DAYS:
        raise InvalidInput(_("Give a number of days from 0 to 365."))
    return int(days)
