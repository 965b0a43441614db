"""One thread of each web process: it looks every minute whether a worker lives, and tells the operator."""

import logging
import threading
import time

from django.db import connection

from florin.flows import watch_installation

_log = logging.getLogger(__name__)
_EVERY_SECONDS = 60.0
_APART_SECONDS = 7.0  # the processes do not look at the same moment


def begin(row: int) -> None:
    """Look from now on, in the background, until the process ends; ``row`` is the process's number."""
    threading.Thread(target=_keep_looking, args=(row,), daemon=True, name="watching").start()


def _keep_looking(row: int) -> None:
    time.sleep(_APART_SECONDS * (row + 1) % _EVERY_SECONDS)
    while True:
        try:
            watch_installation.watch()
        except Exception as problem:  # noqa: BLE001 - a database that is away is told by /readyz
            _log.warning("Nobody can see whether a worker lives: %s", problem)
        finally:
            connection.close()
        time.sleep(_EVERY_SECONDS)
