"""NSF and charge back: staff say that the bank took back what was recorded at the counter (R20)."""

from dataclasses import dataclass, field
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from florin.domain.payments import returns
from florin.domain.payments.models import Payment
from florin.domain.staff.rights import Right
from florin.flows import charge_return_fee, return_payment
from florin.flows.return_payment import Marking
from florin.kernel import return_codes
from florin.kernel.database import find
from florin.kernel.errors import Refusal
from florin.kernel.money import Money
from florin.screens.office.shared import amounts, parsing
from florin.screens.office.shared.access import StaffRequest, done, page, requires
from florin.screens.office.shared.parsing import InvalidInput

_LONGEST_NOTE = 200


@dataclass(slots=True)
class Typed:
    """What the dialog says, as typed, and what is wrong with it, field by field."""

    code: str
    note: str = ""
    fee: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    def marking(self, payment: Payment) -> Marking | None:
        """Return what is meant, or none if something is wrong."""
        note, fee = "", None
        try:
            note = parsing.words(self.note, longest=_LONGEST_NOTE)
        except InvalidInput as problem:
            self.errors["note"] = str(problem)
        try:
            fee = amounts.positive_amount(self.fee, payment.customer.currency) if self.fee.strip() else None
        except InvalidInput as problem:
            self.errors["fee"] = str(problem)
        return None if self.errors else Marking(code=self.code, note=note, fee=fee)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.REFUND)
def nsf(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Mark a check or a wire as returned, after asking why and what it costs; pressed twice, once."""
    code = request.POST.get("code", "")
    return _mark(request, pk, code if code in return_codes.BY_HAND else next(iter(return_codes.BY_HAND)))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.REFUND)
def chargeback(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Mark a payment by the company's own card terminal as charged back; pressed twice, once."""
    return _mark(request, pk, return_codes.CHARGED_BACK)


def _mark(request: StaffRequest, pk: UUID, code: str) -> HttpResponse:
    payments = Payment.objects.filter(company=request.user.company)
    payment = find(payments.select_related("company", "customer"), pk=pk)
    if request.method == "POST" and returns.of_payment(payment):
        return done(request, "office:payment", pk)
    returns.check(payment, code=code)
    if request.method != "POST":
        fee = charge_return_fee.suggested(payment)
        return _ask(request, payment, Typed(code, fee=parsing.written(fee)))
    form = Typed(code, request.POST.get("note", ""), request.POST.get("fee", ""))
    marking = form.marking(payment)
    if marking is None:
        return _ask(request, payment, form, status=422)
    try:
        return_payment.mark(request.user.company, pk, marking, by=request.user)
    except Refusal as problem:
        return _ask(request, payment, form, problem=problem, status=problem.status)
    messages.success(request, _done_sentence(payment, marking.fee))
    return done(request, "office:payment", pk)


def _ask(
    request: StaffRequest, payment: Payment, form: Typed, *, problem: Refusal | None = None, status: int = 200
) -> HttpResponse:
    """Show the question in the dialog, or as a page of its own where there is no script."""
    charged_back = form.code == return_codes.CHARGED_BACK
    context = {
        "payment": payment,
        "typed": form,
        "problem": problem,
        "charged_back": charged_back,
        "codes": () if charged_back else return_codes.BY_HAND.items(),
        "heading": "h2" if request.htmx else "h1",
        "title": _("Charge back") if charged_back else _("NSF"),
        "part": "payments/return.html",
    }
    return page(
        request, "payments/return.html" if request.htmx else "office/asking.html", context, status=status
    )


def _done_sentence(payment: Payment, fee: Money | None) -> str:
    number = {"number": payment.number}
    if fee:
        return (
            _("Payment %(number)s came back. Its invoices are open again, and the fee is invoiced.") % number
        )
    return _("Payment %(number)s came back. Its invoices are open again.") % number
