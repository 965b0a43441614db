"""Many idle or slow connections from one process."""

import contextlib
import resource
import selectors
import socket
import time
from collections.abc import Sequence

from siege.target import Target


def allow_many() -> None:
    """Let this process have as many connections as the machine lets it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def open_with(target: Target, first: bytes, *, count: int, buffer: int = 0) -> list[socket.socket]:
    """Open so many connections and say ``first`` on each; ``buffer`` is how little the system reads ahead."""
    made = []
    for _ in range(count):
        one = socket.socket()
        if buffer:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        one.settimeout(5)
        with contextlib.suppress(OSError):  # a full house is the attacker's business
            one.connect(target.address)
            one.sendall(first)
        made.append(one)
    return made


def drip(connections: Sequence[socket.socket], *, seconds: float, every: float, said: bytes = b"") -> None:
    """Say a little on each now and then, or read a single byte where there is nothing to say."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        time.sleep(every)
        for one in connections:
            with contextlib.suppress(OSError):
                one.setblocking(False)
                if said:
                    one.send(said)
                else:
                    one.recv(1)


def still_open(connections: Sequence[socket.socket]) -> int:
    """Count those that the server has not ended; what it still sends is read and forgotten."""
    count = 0
    with selectors.DefaultSelector():
        for one in connections:
            one.setblocking(False)
            try:
                while one.recv(1 << 16):
                    pass
            except BlockingIOError:
                count += 1
            except OSError:
                pass
    return count


def close(connections: Sequence[socket.socket]) -> None:
    """End them all."""
    for one in connections:
        one.close()
