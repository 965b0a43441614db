"""Thirty-two strangers open a bill again and again, as fast as they can."""

import time
from concurrent.futures import ThreadPoolExecutor

import httpx

from siege.target import Target

_AT_ONCE = 32
_SECONDS = 15


def attack(target: Target) -> list[str]:
    """Open the bill, thirty-two at a time, for fifteen seconds."""
    until = time.monotonic() + _SECONDS
    with ThreadPoolExecutor(_AT_ONCE) as crowd:
        seen = list(crowd.map(lambda _: _open(f"{target.url}{target.pay_path}", until), range(_AT_ONCE)))
    odd = {status for some in seen for status in some} - {200, 503}
    return [f"odd answers: {odd}"] if odd else []


def _open(address: str, until: float) -> set[int]:
    statuses = set()
    with httpx.Client(timeout=60) as web:
        while time.monotonic() < until:
            statuses.add(web.get(address).status_code)
    return statuses
