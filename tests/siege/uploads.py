"""Somebody of the staff uploads, eight at a time, the files that cost most to read."""

import re
import time
from concurrent.futures import ThreadPoolExecutor

import httpx

from edges.test_tables import COSTLY
from siege.target import Target

_AT_ONCE = 8
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_FINE = {200, 400, 413, 422, 503}
_MOST_BYTES = 400 * 1024 * 1024  # of memory more than before


def attack(target: Target) -> list[str]:
    """Upload each of them once."""
    before = target.memory()
    files = {
        name: made.encode() if isinstance(made := make(), str) else made for name, make in COSTLY.items()
    }
    with ThreadPoolExecutor(_AT_ONCE) as crowd:
        seen = list(crowd.map(lambda name: _upload(target, name, files[name]), files))
    grown = target.memory() - before
    return [
        *(f"{name}: {status} after {seconds:.1f} s" for name, status, seconds in seen if status not in _FINE),
        *([f"the server grew by {grown >> 20} MiB"] if grown > _MOST_BYTES else []),
    ]


def _upload(target: Target, name: str, data: bytes) -> tuple[str, int, float]:
    address, begun = f"{target.url}/office/credits/upload/", time.monotonic()
    with httpx.Client(timeout=120, headers={"Cookie": target.cookie, "Referer": target.url}) as web:
        found = _TOKEN.search(web.get(address).text)
        assert found
        answer = web.post(
            address, data={"csrfmiddlewaretoken": found[1]}, files={"file": (f"{name}.xlsx", data)}
        )
    return name, answer.status_code, time.monotonic() - begun
