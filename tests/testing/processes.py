"""What tests of processes share: a port that nobody has, and waiting for something to happen."""

import socket
import time
from collections.abc import Callable

import httpx


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(happened: Callable[[], object], *, seconds: float = 30, pause: float = 0.02) -> None:
    """Wait until something is true, and fail if it does not become so in time; no connection is not yet."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if happened():
                return
        except (httpx.HTTPError, OSError):
            pass
        time.sleep(pause)
    raise AssertionError(f"{happened} did not happen within {seconds} s")
