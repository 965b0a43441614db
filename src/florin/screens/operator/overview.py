"""The console's first page: whether all is well, what waits and since when, and how much room is left."""

import json
from datetime import timedelta

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from florin.flows import measure_health
from florin.kernel import clock
from florin.screens.operator.access import OperatorRequest, operators_only, page
from florin.screens.shared import views

_WAITS_LONG = timedelta(minutes=10)
_LITTLE_ROOM = 10  # per cent


@require_safe
@operators_only
def overview(request: OperatorRequest) -> HttpResponse:
    """Show what /readyz says, what waits, and what fills the disk."""
    health, storage = measure_health.measure(), measure_health.measure_storage()
    context = {
        "ready": json.loads(views.ready(request).content),
        "health": health,
        "storage": storage,
        "is_full": storage.free * 100 < storage.total * _LITTLE_ROOM,
        "long_ago": clock.now() - _WAITS_LONG,
    }
    return page(request, "operator/overview.html", context)
