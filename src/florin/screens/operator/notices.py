"""What processors reported: what was made of it, and to have it looked at once more."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from florin.domain.notices.models import ProcessorNotice
from florin.flows import replay_notice
from florin.kernel import paging
from florin.screens.operator.access import OperatorRequest, operators_only, page


@require_safe
@operators_only
def notices(request: OperatorRequest) -> HttpResponse:
    """Show notices, the latest first, or only those that nobody has handled; never what they hold."""
    found = ProcessorNotice.objects.defer("body")
    state = "open" if request.GET.get("state") == "open" else ""
    if state:
        found = found.filter(handled_at__isnull=True)
    columns = paging.by_moment("received_at")
    shown = paging.slice_of(found, columns, request.GET.get("after", ""), falling=True)
    context = {"notices": shown.rows, "after": shown.after, "state": state}
    return page(request, "operator/notices.html", context)


@require_POST
@operators_only
def replay(request: OperatorRequest, pk: UUID) -> HttpResponse:
    """Have a notice handled again."""
    replay_notice.replay(pk, by=request.operator.email)
    return redirect("operator:notices")
