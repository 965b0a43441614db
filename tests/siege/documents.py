"""Forty strangers fetch the documents of one link again and again: few are drawn at once."""

import re
import time
from concurrent.futures import ThreadPoolExecutor

import httpx

from siege.target import Target

_AT_ONCE = 40
_SECONDS = 15
_MOST_BYTES = 150 * 1024 * 1024  # of memory more than before


def attack(target: Target) -> list[str]:
    """Fetch the bill's invoice as a PDF, forty at a time, for fifteen seconds."""
    page = httpx.get(f"{target.url}{target.pay_path}", timeout=30).text
    found = re.search(rf'href="({re.escape(target.pay_path)}/invoices/[^"]+\.pdf)"', page)
    assert found
    before, until = target.memory(), time.monotonic() + _SECONDS
    with ThreadPoolExecutor(_AT_ONCE) as crowd:
        seen = list(crowd.map(lambda _: _fetch(f"{target.url}{found[1]}", until), range(_AT_ONCE)))
    statuses, grown = {status for some in seen for status in some}, target.memory() - before
    return [
        *([f"odd answers: {statuses}"] if not statuses <= {200, 503} else []),
        *(["nobody got the document"] if 200 not in statuses else []),
        *([f"the server grew by {grown >> 20} MiB"] if grown > _MOST_BYTES else []),
    ]


def _fetch(address: str, until: float) -> set[int]:
    statuses = set()
    with httpx.Client(timeout=60) as web:
        while time.monotonic() < until:
            answer = web.get(address)
            statuses.add(answer.status_code)
            if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
                time.sleep(0.2)  # much less than it was told
    return statuses
