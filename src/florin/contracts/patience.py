"""Waiting for a processor that says "not so fast": only for who has said that they can, and within a bound.

A request of the web never waits so: whoever presses is told at once. A comparison that a worker makes may.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from florin.contracts.processor import GatewayThrottled


@dataclass(slots=True)
class _Patience:
    """How many seconds are left for all the waiting that is still to come."""

    left: float


_patience: ContextVar[_Patience | None] = ContextVar("patience", default=None)


@contextmanager
def lasting(seconds: float) -> Iterator[None]:
    """Let what is asked within wait for so long altogether; within another patience, that one lasts on."""
    token = _patience.set(_patience.get() or _Patience(seconds))
    try:
        yield
    finally:
        _patience.reset(token)


def waited(problem: GatewayThrottled) -> bool:
    """Wait as long as the processor wants and say so; false at once if that is longer than anybody will."""
    patience = _patience.get()
    if patience is None or problem.retry_after > patience.left:
        return False
    patience.left -= problem.retry_after
    time.sleep(problem.retry_after)
    return True
