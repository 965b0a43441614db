"""Emails that could not leave so far, or came back: how many of each company, and why.

Who they were to, and what they say, is the company's: the addresses within a reason are blotted out.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Max, Min, Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from florin.domain.companies.models import Company
from florin.domain.outbox import services as outbox
from florin.domain.outbox.models import Message
from florin.domain.security import services as security
from florin.kernel import clock
from florin.kernel.database import find
from florin.screens.operator.access import OperatorRequest, operators_only, page

_SHOWN_FOR = timedelta(days=30)
_MOST_REASONS = 5
_MOST_COMPANIES = 200
_ADDRESS = re.compile(r"[^\s<>\"'(),:;]+@[^\s<>\"'(),:;]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """The emails of a company that wait after a failure, and those that came back lately."""

    company: UUID
    name: str
    delayed: int
    bounced: int
    since: datetime
    last: datetime
    reasons: Sequence[str]


@require_safe
@operators_only
def mails(request: OperatorRequest) -> HttpResponse:
    """Show which companies' emails fail, the most first."""
    return page(request, "operator/mails.html", {"failures": _failures()})


@require_POST
@operators_only
def retry(request: OperatorRequest, pk: UUID) -> HttpResponse:
    """Try a company's delayed emails now; those that came back its own people send again, or not."""
    company = find(Company.objects.all(), pk=pk)
    count = outbox.hasten(company.pk)
    security.note(
        security.Kind.SETTINGS_CHANGED,
        company_id=company.pk,
        who=request.operator.email,
        what="emails-retried",
        number=str(count),
    )
    return redirect("operator:mails")


def _failures() -> list[Failures]:
    waiting = Q(state=Message.State.QUEUED) & ~Q(error="")
    back = Q(state=Message.State.BOUNCED, bounced_at__gte=clock.now() - _SHOWN_FOR)
    rows = (
        Message.objects.filter(waiting | back)
        .order_by()
        .values("company", "company__name")
        .annotate(
            delayed=Count("pk", filter=waiting),
            bounced=Count("pk", filter=back),
            since=Min("queued_at"),
            last=Max("queued_at"),
            reasons=ArrayAgg("error", distinct=True),
        )
        .order_by("-delayed", "-bounced", "company__name")[:_MOST_COMPANIES]
    )
    return [
        Failures(
            company=row["company"],
            name=row["company__name"],
            delayed=row["delayed"],
            bounced=row["bounced"],
            since=row["since"],
            last=row["last"],
            reasons=_blotted(row["reasons"]),
        )
        for row in rows
    ]


def _blotted(reasons: Sequence[str]) -> list[str]:
    """Return some of the reasons, each once, with no address in them."""
    return list(dict.fromkeys(_ADDRESS.sub("…", reason) for reason in reasons))[:_MOST_REASONS]
