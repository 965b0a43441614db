"""Two thousand requests whose bodies never come: they end by themselves, with 408, and hold nobody up."""

import socket

from siege import sockets
from siege.target import Target

_COUNT = 2000
_SECONDS = 25  # ten of grace, and what a machine under load needs to end them


def attack(target: Target) -> list[str]:
    """Announce a form and send one byte of it each five seconds, at every kind of door."""
    doors = ("/account/sign-in/", "/notices/stripe", f"{target.pay_path}/checkout", "/office/orders/new/")
    held = [
        one
        for door in doors
        for one in sockets.open_with(target, _head(target, door), count=_COUNT // len(doors))
    ]
    sockets.drip(held, seconds=_SECONDS, every=5, said=b"a")
    told = sum(_was_answered(one) for one in held[:: _COUNT // 100])
    left = sockets.still_open(held)
    sockets.close(held)
    return [
        *([f"{left} of {_COUNT} connections are still open"] if left else []),
        *(["Nobody was told that the time is over (408)"] if not told else []),
    ]


def _head(target: Target, door: str) -> bytes:
    host = "{}:{}".format(*target.address)
    return (
        f"POST {door} HTTP/1.1\r\nHost: {host}\r\nCookie: {target.cookie}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\n"
    ).encode()


def _was_answered(one: socket.socket) -> bool:
    try:
        return b" 408 " in one.recv(64)
    except OSError:
        return False
