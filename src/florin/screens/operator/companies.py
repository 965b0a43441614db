"""The companies of the installation: how they stand, and the operator's switch over their links (R10)."""

from typing import Any
from uuid import UUID

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from florin.domain.companies import services
from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.links import rules
from florin.domain.staff.models import User
from florin.flows import stop_links
from florin.kernel import paging
from florin.kernel.database import find
from florin.kernel.errors import Refusal
from florin.kernel.paging import Column
from florin.screens.operator import expected_fees
from florin.screens.operator.access import OperatorRequest, operators_only, page

_BY_NAME = [Column("name", str), Column("slug", str)]


@require_safe
@operators_only
def companies(request: OperatorRequest) -> HttpResponse:
    """Show all companies by name."""
    shown = paging.slice_of(_counted(), _BY_NAME, request.GET.get("after", ""))
    context = {"companies": shown.rows, "after": shown.after, "first": "after" not in request.GET}
    return page(request, "operator/companies.html", context)


@require_safe
@operators_only
def company(request: OperatorRequest, pk: UUID) -> HttpResponse:
    """Show one company; of its customers only how many there are."""
    return _show(request, pk)


@require_POST
@operators_only
def switch_links(request: OperatorRequest, pk: UUID) -> HttpResponse:
    """Stop the company's payment links with a reason that its people read, or let them go again."""
    try:
        if request.POST.get("act") == "release":
            stop_links.release(pk, by=request.operator.email)
        else:
            stop_links.stop(pk, reason=request.POST.get("reason", ""), by=request.operator.email)
    except Refusal as problem:
        return _show(request, pk, problem=problem)
    return redirect("operator:company", pk)


def _show(request: OperatorRequest, pk: UUID, *, problem: Refusal | None = None) -> HttpResponse:
    shown = find(_counted(), pk=pk)
    context = {
        "company": shown,
        "links": rules.for_company(shown),
        "account": services.account_of(shown),
        "fees": expected_fees.describe(shown),
        "problem": problem,
        "reason": request.POST.get("reason", ""),
    }
    return page(request, "operator/company.html", context, status=problem.status if problem else 200)


def _counted() -> QuerySet[Company]:
    """Return companies with how many people and customers they have."""
    return Company.objects.select_related("account").annotate(
        people=_count(User.objects.filter(company=OuterRef("pk"), is_active=True)),
        customers=_count(Customer.objects.filter(company=OuterRef("pk"))),
    )


def _count(rows: QuerySet[Any]) -> Coalesce:
    return Coalesce(Subquery(rows.order_by().values("company").annotate(n=Count("pk")).values("n")), 0)
