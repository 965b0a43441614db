"""Doing things at the same instant, on connections of their own."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import pytest
from django.db import connection
from django.db.models import QuerySet

Answer = TypeVar("Answer")


def at_once(*calls: Callable[[], Answer]) -> list[Answer | Exception]:
    """Start all calls at one barrier, each in its thread, and return what each gave or raised, in order."""
    barrier = threading.Barrier(len(calls))

    def run(call: Callable[[], Answer]) -> Answer | Exception:
        barrier.wait(10)
        try:
            return call()
        except Exception as problem:  # noqa: BLE001 - the test looks at it
            return problem
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@contextmanager
def without_locks() -> Iterator[None]:
    """Take SELECT … FOR UPDATE out of the product, for the control of a race."""
    patch = pytest.MonkeyPatch()
    patch.setattr(QuerySet, "select_for_update", lambda rows, **_options: rows.all())
    try:
        yield
    finally:
        patch.undo()
