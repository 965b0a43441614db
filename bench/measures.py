"""What a measurement is, and how many become one: medians, percentiles, the quietest of several rounds."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import ge, le


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One line of the table; without a target it is a baseline or another number for orientation.

    ``p95`` is of the same round as ``value``; ``rounds`` holds the values of all rounds, this one included.
    ``processor`` is how many milliseconds of processor time one of it takes us: where the machine is shared,
    it says more than the clock.
    """

    part: str
    what: str
    value: float
    unit: str = "ms"
    target: float | None = None
    more_is_better: bool = False
    p95: float | None = None
    processor: float | None = None
    rounds: Sequence[float] = field(default_factory=tuple)
    note: str = ""

    @property
    def verdict(self) -> str:
        """``ok``, ``misses``, or nothing where there is no target."""
        if self.target is None:
            return ""
        return "ok" if (ge if self.more_is_better else le)(self.value, self.target) else "misses"


def milliseconds(call: Callable[[], object]) -> float:
    """Return how long one call takes."""
    begun = time.perf_counter()
    call()
    return (time.perf_counter() - begun) * 1000


def processor_of(call: Callable[[], object]) -> float:
    """Return how many milliseconds of processor time one call takes, all threads together."""
    begun = time.process_time()
    call()
    return (time.process_time() - begun) * 1000


def p95(times: Sequence[float]) -> float:
    """Return the time that 95 of 100 calls keep."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, len(ordered) * 95 // 100)]


def of_times(
    rounds: Sequence[Sequence[float]],
    *,
    part: str,
    what: str,
    target: float | None = None,
    processor: float | None = None,
    note: str = "",
) -> Measure:
    """Make a measure of the round with the lowest median: the one that others disturbed least."""
    quietest = min(rounds, key=statistics.median)
    return Measure(
        part=part,
        what=what,
        value=statistics.median(quietest),
        p95=p95(quietest),
        target=target,
        processor=processor,
        rounds=[statistics.median(times) for times in rounds],
        note=note,
    )


def of_rates(
    rounds: Sequence[float],
    *,
    part: str,
    what: str,
    target: float | None = None,
    processor: float | None = None,
    note: str = "",
) -> Measure:
    """Make a measure of the best rate per second of several rounds."""
    return Measure(
        part=part,
        what=what,
        value=max(rounds),
        unit="/s",
        target=target,
        more_is_better=True,
        processor=processor,
        rounds=rounds,
        note=note,
    )
