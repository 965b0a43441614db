"""Forty-eight sign-ins at once: they need no more memory than four, and nobody else waits for them."""

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import httpx

from siege.target import Target

_FEW, _MANY = 4, 48
_TOLERANCE_BYTES = 40 * 1024 * 1024
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def attack(target: Target) -> list[str]:
    """Sign in with four, then with forty-eight addresses that nobody has."""
    few = max(_peak(target, _FEW) for _ in range(4))  # until they met in all processes
    many = _peak(target, _MANY)
    if many > few + _TOLERANCE_BYTES:
        return [f"{_FEW} sign-ins take {few >> 20} MiB, {_MANY} take {many >> 20} MiB"]
    return []


def _peak(target: Target, count: int) -> int:
    """Return the most memory that the server held while so many signed in at the same moment."""
    seen, over = [target.memory()], threading.Event()

    def watch_health() -> None:
        while not over.wait(0.02):
            seen.append(target.memory())

    looking = threading.Thread(target=watch_health)
    looking.start()
    try:
        barrier = threading.Barrier(count)
        with ThreadPoolExecutor(count) as crowd:
            list(crowd.map(partial(_sign_in, target, barrier), range(count)))
        time.sleep(0.5)
    finally:
        over.set()
        looking.join()
    return max(seen)


def _sign_in(target: Target, barrier: threading.Barrier, place: int) -> int:
    with httpx.Client(timeout=90) as web:
        address = f"{target.url}/account/sign-in/"
        found = _TOKEN.search(web.get(address).text)
        assert found
        form = {
            "login": f"nobody-{place}-{time.monotonic_ns()}@stranger.example",
            "password": "a password that nobody has",
            "csrfmiddlewaretoken": found[1],
        }
        barrier.wait(90)
        return web.post(address, data=form).status_code
