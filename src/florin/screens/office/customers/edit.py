"""Setup > Customers: add and edit a customer, with what is behind Advanced."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from florin.domain.customers.models import Customer
from florin.domain.customers.services import NumberTaken
from florin.domain.staff.rights import Right
from florin.flows import save_customer
from florin.flows.save_customer import CurrencyFixed
from florin.kernel.database import find
from florin.kernel.errors import Conflict, Refusal
from florin.screens.office.customers import customer_form
from florin.screens.office.customers.customer_form import TypedCustomer
from florin.screens.office.shared.access import StaffRequest, page, requires

_UNPROCESSABLE = 422


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.EDIT_CUSTOMERS)
def new(request: StaffRequest) -> HttpResponse:
    """Add a customer; without a number it gets the next one."""
    if request.method != "POST":
        return _form(request, customer_form.blank(request.user.company), None)
    return _save(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.EDIT_CUSTOMERS)
def edit(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Change a customer; the switches under Advanced only by who may move them (R9)."""
    customer = find(Customer.objects.filter(company=request.user.company), pk=pk)
    if request.method != "POST":
        return _form(request, customer_form.of(customer), customer)
    return _save(request, customer)


def _save(request: StaffRequest, customer: Customer | None) -> HttpResponse:
    """Save what was typed, or show it again with what is wrong."""
    typed = customer_form.read(request.POST)
    if customer is not None and not typed.currency:
        typed.currency = customer.currency  # shown, and not to be changed any more
    draft = typed.draft()
    if draft is None:
        return _form(request, typed, customer, status=_UNPROCESSABLE)
    company, person = request.user.company, request.user
    try:
        if customer is None:
            saved = save_customer.add(company, draft, by=person)
        else:
            saved = save_customer.change(company, customer.pk, draft, seen=typed.seen, by=person)
    except Refusal as problem:
        return _refused(request, typed, customer, problem)
    messages.success(request, _("%(customer)s is saved.") % {"customer": saved.name})
    return redirect("office:customer", saved.pk)


def _refused(
    request: StaffRequest, typed: TypedCustomer, customer: Customer | None, problem: Refusal
) -> HttpResponse:
    """Show the form as it was typed, and why it was not saved; after a conflict also what is saved now."""
    match problem:
        case NumberTaken():
            typed.errors["number"] = str(problem)
        case CurrencyFixed():
            typed.errors["currency"] = str(problem)
        case Conflict() if customer is not None:
            customer.refresh_from_db()
            typed.compare(customer)
    said = "number" in typed.errors or "currency" in typed.errors
    return _form(request, typed, customer, status=problem.status, problem=None if said else problem)


def _form(
    request: StaffRequest,
    typed: TypedCustomer,
    customer: Customer | None,
    *,
    status: int = 200,
    problem: Refusal | None = None,
) -> HttpResponse:
    context = {
        "typed": typed,
        "customer": customer,
        "problem": problem,
        "currency_stays": customer is not None and save_customer.has_items(customer),
        "may_switch": request.user.may(Right.SWITCH_CUSTOMER_LINKS),
    }
    if not context["may_switch"]:
        typed.links_enabled = customer.links_enabled if customer else True
        typed.automatic_invoices = customer.automatic_invoices if customer else True
    return page(request, "customers/form.html", context, status=status)
