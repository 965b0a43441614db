"""Setup > Customers: add and edit a customer, with what is behind Advanced."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from florin.domain.customers.models import Customer
from florin.domain.customers.services import NumberTaken
from florin.domain.staff.rights import Right
from florin.flows import save_customer
from florin.flows.save_customer import CurrencyFixed
from florin.kernel.database import find
from florin.kernel.errors import Conflict, Refusal
from florin.screens.office.customers.customer_form import CustomerForm
from florin.screens.office.shared.access import StaffRequest, asks, page


@asks(Right.EDIT_CUSTOMERS)
def new(request: StaffRequest) -> HttpResponse:
    """Add a customer; without a number it gets the next one."""
    return _answer(request, None)


@asks(Right.EDIT_CUSTOMERS)
def edit(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Change a customer; the switches under Advanced only by who may move them (R9)."""
    return _answer(request, find(Customer.objects.filter(company=request.user.company), pk=pk))


def _answer(request: StaffRequest, customer: Customer | None) -> HttpResponse:
    """Show the form; sent, save what was typed, or show it again with what is wrong."""
    company, person = request.user.company, request.user
    data = request.POST if request.method == "POST" else None
    form = CustomerForm(data, company=company, customer=customer, may_switch=_may_switch(request))
    if not form.is_valid():
        return _show(request, form, customer)
    try:
        if customer is None:
            saved = save_customer.add(company, form.draft(), by=person)
        else:
            saved = save_customer.change(company, customer.pk, form.draft(), seen=form.seen, by=person)
    except Refusal as problem:
        return _refused(request, form, customer, problem)
    messages.success(request, _("%(customer)s is saved.") % {"customer": saved.name})
    return redirect("office:customer", saved.pk)


def _refused(
    request: StaffRequest, form: CustomerForm, customer: Customer | None, problem: Refusal
) -> HttpResponse:
    """Show the form as it was typed, and why it was not saved; after a conflict also what is saved now."""
    match problem:
        case NumberTaken():
            form.add_error("number", str(problem))
        case CurrencyFixed():
            form.add_error("currency", str(problem))
        case Conflict() if customer is not None:
            customer.refresh_from_db()
            form.compare(customer)
    form.problem = problem
    return _show(request, form, customer)


def _show(request: StaffRequest, form: CustomerForm, customer: Customer | None) -> HttpResponse:
    context = {
        "form": form,
        "customer": customer,
        "problem": None if form.errors else form.problem,
        "currency_stays": customer is not None and save_customer.has_items(customer),
        "may_switch": _may_switch(request),
    }
    return page(request, "customers/form.html", context, status=form.status)


def _may_switch(request: StaffRequest) -> bool:
    return request.user.may(Right.SWITCH_CUSTOMER_LINKS)
