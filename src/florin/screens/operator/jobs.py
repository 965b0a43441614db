"""Jobs that wait or have failed; what they are about is not shown."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from procrastinate.contrib.django.models import ProcrastinateJob

from florin.domain.security import services as security
from florin.kernel import jobs, paging
from florin.kernel.errors import Refusal
from florin.kernel.paging import Column
from florin.screens.operator.access import OperatorRequest, operators_only, page

_STATES = ("failed", "doing", "todo")


@require_safe
@operators_only
def shown(request: OperatorRequest) -> HttpResponse:
    """Show the jobs of one state, the newest first."""
    asked = request.GET.get("state", "")
    state = asked if asked in _STATES else _STATES[0]
    return _show(request, state)


@require_POST
@operators_only
def retry(request: OperatorRequest, number: int) -> HttpResponse:
    """Let a failed job be carried out again; every job is safe to repeat."""
    try:
        task = jobs.retry(number)
    except Refusal as problem:
        return _show(request, _STATES[0], problem=problem)
    security.note(security.Kind.SETTINGS_CHANGED, who=request.operator.email, what="job-retried", number=task)
    return redirect("operator:jobs")


def _show(request: OperatorRequest, state: str, *, problem: Refusal | None = None) -> HttpResponse:
    found = ProcrastinateJob.objects.filter(status=state)
    rows = paging.slice_of(found, [Column("id", int)], request.GET.get("after", ""), falling=True)
    names = {"failed": _("Failed"), "doing": _("In progress"), "todo": _("Waiting")}
    context = {
        "state": state,
        "states": {name: (names[name], jobs.count(name)) for name in _STATES},
        "jobs": rows.rows,
        "after": rows.after,
        "problem": problem,
    }
    return page(request, "operator/jobs.html", context, status=problem.status if problem else 200)
