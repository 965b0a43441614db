"""/metrics: figures for a monitoring program in Prometheus' text format, for this machine or a token only."""

import hmac
import importlib.metadata
from collections.abc import Iterator

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from florin.flows import measure_installation
from florin.kernel import clients
from florin.kernel.gate_words import LATENCIES


@never_cache
def show(request: HttpRequest) -> HttpResponse:
    """Give the figures; to others this address is none.

    With ``FLORIN_METRICS_TOKEN`` whoever asks needs it as bearer token; without, a connection from this
    machine that no proxy has passed on is enough.
    """
    if not _may_read(request):
        raise Http404
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Installation())
    latencies: bytes = request.META.get(LATENCIES, b"")
    return HttpResponse(generate_latest(registry) + latencies, content_type=CONTENT_TYPE_LATEST)


def _may_read(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        told = request.headers.get("Authorization", "")
        return hmac.compare_digest(told.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())
    return clients.is_this_machine(request.META)


class _Installation(Collector):
    """Turns measurements into families of Prometheus' gauges."""

    def collect(self) -> Iterator[Metric]:
        """Yield them, those of one name together."""
        version = GaugeMetricFamily("florin_info", "What runs here.", labels=["version"])
        version.add_metric([importlib.metadata.version("florin")], 1)
        yield version
        families: dict[str, GaugeMetricFamily] = {}
        for one in measure_installation.measure():
            known = families.setdefault(
                one.name, GaugeMetricFamily(one.name, one.meaning, labels=list(one.labels))
            )
            known.add_metric(list(one.labels.values()), one.value)
        yield from families.values()
