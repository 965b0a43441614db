"""Order Entry: write and change orders; the server reckons while people type."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from florin.domain.catalogue import queries as catalogue
from florin.domain.catalogue.models import Product
from florin.domain.orders import credit_limit
from florin.domain.orders.credit_limit import OverLimit
from florin.domain.orders.models import Order
from florin.domain.staff.rights import Right
from florin.flows import write_order
from florin.kernel.errors import Conflict, Refusal, SubmissionReused
from florin.kernel.folding import fold
from florin.screens.office.orders import limit_dialog, order_form
from florin.screens.office.orders.order_form import OrderForm, TypedLine
from florin.screens.office.shared import customer_field, order_status
from florin.screens.office.shared.access import StaffRequest, asks, does, page, shows
from florin.screens.office.shared.parsing import InvalidInput, as_key
from florin.screens.office.shared.submissions import new_submission

_SUGGESTIONS = 12


@asks(Right.ORDERS)
def new(request: StaffRequest) -> HttpResponse:
    """Write a new draft order; the same press of Save writes it once."""
    if request.method != "POST":
        return _form(request, order_form.new_form(request.user.company), None)
    return _save(request, None)


@asks(Right.ORDERS)
def edit(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Change an order; a confirmed one gets a new revision of its invoice (R19)."""
    order = order_status.read_order(request.user.company, pk).order
    if order.state == Order.State.VOID:
        messages.warning(request, _("A void order cannot be changed."))
        return redirect("office:order", pk)
    if request.method != "POST":
        return _form(request, order_form.saved_form(request.user.company, order), order)
    return _save(request, order)


@does(Right.ORDERS)
def lines(request: StaffRequest) -> HttpResponse:
    """Show the lines again after one was added, removed, moved, or a product was chosen."""
    form = order_form.sent_form(request.POST, request.user.company)
    act = request.POST.get("act", "")
    verb, _colon, key = act.partition(":")
    if verb != "fill":
        form.act(act)
        response = page(request, "orders/lines.html", {"form": form, "over": None})
    else:
        line = next((line for line in form.lines if line.key == key), order_form.new_line())
        _fill(request, line)
        response = page(request, "orders/line.html", {"line": line, "total": line.total(form.currency)})
    response["HX-Trigger-After-Settle"] = "reckon"
    return response


@does(Right.ORDERS)
def reckon(request: StaffRequest) -> HttpResponse:
    """Show what each line and the order come to."""
    form = order_form.sent_form(request.POST, request.user.company)
    limit = limit_dialog.of_typed(request, form, _named(request))
    return page(request, "orders/totals.html", {"form": form, "over": limit.over if limit else None})


@does(Right.ORDERS)
def customer(request: StaffRequest) -> HttpResponse:
    """Show who was chosen: terms, currency, and where invoices go."""
    text = request.POST.get("customer", "")
    context: dict[str, object] = {"customer": None, "problem": None}
    try:
        found = customer_field.find_customer(request.user.company, text)
        context |= {"customer": found, "room": credit_limit.room_of(found)}
    except InvalidInput as problem:
        context["problem"] = problem if text.strip() else None
    return page(request, "orders/customer.html", context)


@shows(Right.ORDERS)
def suggest_products(request: StaffRequest) -> HttpResponse:
    """Suggest products for what is typed."""
    words = request.GET.get("line-code", "")
    found = catalogue.offered(request.user.company_id, words)[:_SUGGESTIONS]
    return page(request, "orders/suggest_products.html", {"products": found})


def _named(request: StaffRequest) -> Order | None:
    """Return the order that is being changed, if it is one of the company's."""
    key = as_key(request.GET.get("order", ""))
    return Order.objects.filter(company=request.user.company_id, pk=key).first() if key else None


def _save(request: StaffRequest, order: Order | None) -> HttpResponse:
    """Save what was typed, or show it again with what is wrong."""
    form = order_form.sent_form(request.POST, request.user.company, is_checked="act" not in request.POST)
    if "act" in request.POST:
        form.act(request.POST["act"])
        return _form(request, form, order)
    draft = form.draft()
    if draft is None:
        return _form(request, form, order, status=422)
    try:
        if order is None:
            saved = write_order.create(
                request.user.company, draft, by=request.user, submission=form.submission_key
            )
        else:
            saved = write_order.change(
                request.user.company,
                order.pk,
                draft,
                version=form.version,
                by=request.user,
                reason=limit_dialog.reason(request),
            )
    except Refusal as problem:
        return _refused(request, form, order, problem)
    messages.success(request, _("Order %(number)s is saved.") % {"number": saved.number})
    return redirect("office:order", saved.pk)


def _refused(request: StaffRequest, form: OrderForm, order: Order | None, problem: Refusal) -> HttpResponse:
    """Show the form as it was typed, and why it was not saved; after a conflict also what is saved now."""
    now = None
    if isinstance(problem, Conflict) and order is not None:
        now = order_status.read_order(request.user.company, order.pk).order
        form.version = now.version
    if isinstance(problem, SubmissionReused):
        form.submission_key = new_submission()
    return _form(request, form, order, status=problem.status, problem=problem, now=now)


def _form(
    request: StaffRequest,
    form: OrderForm,
    order: Order | None,
    *,
    status: int = 200,
    problem: Refusal | None = None,
    now: Order | None = None,
) -> HttpResponse:
    limit = limit_dialog.of_typed(request, form, order)
    context: dict[str, object] = {
        "form": form,
        "order": order,
        "problem": problem,
        "now": now,
        "over": limit.over if limit else None,
        "unsaid": False,
        "units": catalogue.units(request.user.company_id),
        "limit": limit if problem and order and order.state == Order.State.CONFIRMED else None,
    }
    if isinstance(problem, OverLimit) and limit and limit.may_override:
        context |= {"problem": None, "unsaid": True}  # said beside the field that asks why
    return page(request, "orders/form.html", context, status=status)


def _fill(request: StaffRequest, line: TypedLine) -> None:
    """Copy a chosen product into its line; what it is and costs may be typed over."""
    code = line.texts["code"].replace("\x00", "").strip()
    found = Product.objects.filter(company_id=request.user.company_id, folded=fold(code))
    product = found.first() if code else None
    if product is not None and not product.active:
        line.errors["code"] = _("%(code)s is inactive: new orders cannot take it.") % {"code": product.code}
    elif product is not None:
        line.show(
            code=product.code,
            description=product.description,
            unit=product.unit,
            unit_price=product.unit_price,
            quantity=line.texts["quantity"] or "1",
        )
