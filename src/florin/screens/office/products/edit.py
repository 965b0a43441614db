"""Setup > Products: add, edit, deactivate and activate again."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from florin.domain.catalogue import queries
from florin.domain.catalogue.models import Product
from florin.domain.catalogue.services import CodeTaken, WrongSign
from florin.domain.staff.rights import Right
from florin.flows import save_product
from florin.kernel.database import find
from florin.kernel.errors import Conflict, Refusal
from florin.screens.office.products.product_form import ProductForm
from florin.screens.office.shared.access import StaffRequest, asks, does, page

_UNPROCESSABLE = 422


@asks(Right.EDIT_PRODUCTS)
def new(request: StaffRequest) -> HttpResponse:
    """Add a product."""
    return _answer(request, None)


@asks(Right.EDIT_PRODUCTS)
def edit(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Change a product; orders that have it stay as they are."""
    return _answer(request, find(Product.objects.filter(company=request.user.company), pk=pk))


@does(Right.EDIT_PRODUCTS)
def switch(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Offer a product in new orders, or no longer."""
    active = request.POST.get("active") == "on"
    product = save_product.switch(request.user.company, pk, active=active, by=request.user)
    told = _("%(code)s is active again.") if active else _("%(code)s is inactive: new orders cannot take it.")
    messages.success(request, told % {"code": product.code})
    return redirect("office:product", pk)


def _answer(request: StaffRequest, product: Product | None) -> HttpResponse:
    """Show the form; sent, save what was typed, or show it again with what is wrong."""
    company, person = request.user.company, request.user
    data = request.POST if request.method == "POST" else None
    form = ProductForm(data, company=company, product=product)
    if data is None:
        return _show(request, form, product)
    if not form.is_valid():
        return _show(request, form, product, status=_UNPROCESSABLE)
    try:
        if product is None:
            saved = save_product.add(company, form.draft(), by=person)
        else:
            saved = save_product.change(company, product.pk, form.draft(), seen=form.seen, by=person)
    except Refusal as problem:
        return _refused(request, form, product, problem)
    messages.success(request, _("%(code)s is saved.") % {"code": saved.code})
    return redirect("office:product", saved.pk)


def _refused(
    request: StaffRequest, form: ProductForm, product: Product | None, problem: Refusal
) -> HttpResponse:
    """Show the form as it was typed, and why it was not saved; after a conflict also what is saved now."""
    match problem:
        case CodeTaken():
            form.add_error("code", str(problem))
        case WrongSign():
            form.add_error("unit_price", str(problem))
        case Conflict() if product is not None:
            product.refresh_from_db()
            form.compare(product)
    above = None if form.errors else problem
    return _show(request, form, product, status=problem.status, problem=above)


def _show(
    request: StaffRequest,
    form: ProductForm,
    product: Product | None,
    *,
    status: int = 200,
    problem: Refusal | None = None,
) -> HttpResponse:
    units = queries.units(request.user.company_id)
    context = {"form": form, "product": product, "problem": problem, "units": units}
    return page(request, "products/form.html", context, status=status)
