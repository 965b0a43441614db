"""How long answers took, by kind of work, over all processes of this web server.

Each process counts in a row of its own of memory that all share, so no lock is needed, and a process that
takes another's place goes on counting where that one ended.
"""

import mmap
import struct
from bisect import bisect_left
from itertools import accumulate

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import HistogramMetricFamily
from prometheus_client.registry import Collector

from florin.runtime.serving.places import Place

_BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_PLACES = tuple(Place)
_CELL = struct.Struct("d")
_CELLS = len(_BOUNDS) + 2  # one more for what took longer, and one for the sum of seconds
_ROW = len(_PLACES) * _CELLS * _CELL.size


class Latencies(Collector):
    """Counts of answers by place and seconds; ``row`` is this process's own."""

    def __init__(self, shared: mmap.mmap, row: int) -> None:
        self._shared, self._row = shared, row

    @staticmethod
    def memory(rows: int) -> mmap.mmap:
        """Return memory for so many processes; it must be made before they are."""
        return mmap.mmap(-1, rows * _ROW)

    def note(self, place: Place, seconds: float) -> None:
        """Count an answer; called from one thread only, the loop's."""
        first = self._row * _ROW + _PLACES.index(place) * _CELLS * _CELL.size
        for cell, more in ((bisect_left(_BOUNDS, seconds), 1.0), (_CELLS - 1, seconds)):
            at = first + cell * _CELL.size
            _CELL.pack_into(self._shared, at, _CELL.unpack_from(self._shared, at)[0] + more)

    def text(self) -> bytes:
        """Return all of it in Prometheus' text format."""
        registry = CollectorRegistry(auto_describe=False)
        registry.register(self)
        return generate_latest(registry)

    def collect(self) -> list[HistogramMetricFamily]:
        """Return one histogram with a label for the place."""
        family = HistogramMetricFamily(
            "florin_request_seconds",
            "From a request's head to its answer, queues included.",
            labels=["place"],
        )
        names = [*map(str, _BOUNDS), "+Inf"]
        for place in _PLACES:
            *counts, seconds = self._sums(place)
            buckets = list(zip(names, accumulate(counts), strict=True))
            family.add_metric([place.name.lower()], buckets=buckets, sum_value=seconds)
        return [family]

    def _sums(self, place: Place) -> list[float]:
        first = _PLACES.index(place) * _CELLS * _CELL.size
        size = _CELLS * _CELL.size
        rows = [
            [value for (value,) in _CELL.iter_unpack(self._shared[at + first : at + first + size])]
            for at in range(0, len(self._shared), _ROW)
        ]
        return [sum(values) for values in zip(*rows, strict=True)]
