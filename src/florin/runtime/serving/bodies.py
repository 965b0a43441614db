"""Reading what a request sends, before a thread is taken: not too much, and not too slowly."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import Any, ClassVar

Receive = Callable[[], Awaitable[dict[str, Any]]]

GRACE_SECONDS = 10.0
LEAST_BYTES_A_SECOND = 8 * 1024  # after the grace; a slow telephone brings ten times as many
_IN_MEMORY = 64 * 1024
_PATIENCE_FACTOR = 4  # a browser reads why its body is too large only after it has sent it
_MOST_SPOOLED = 256 * 1024 * 1024  # of all bodies of a process that are on their way


class TooLargeError(Exception):
    """More was sent, or announced, than this address takes."""


class TooSlowError(Exception):
    """The body did not come in time."""


class LeftError(Exception):
    """The other side went away before the body was complete."""


class NoRoomError(Exception):
    """Too much is being received from others at this moment."""


@dataclass(slots=True)
class Body:
    """A complete body, from its beginning; ``close`` forgets it."""

    file: "SpooledTemporaryFile[bytes]"
    length: int = 0
    spooled: ClassVar[int] = 0

    def add(self, part: bytes) -> None:
        """Keep one more part.

        Raises:
            NoRoomError: if the bodies of all requests together are too large.
        """
        if Body.spooled + len(part) > _MOST_SPOOLED:
            raise NoRoomError
        self.file.write(part)
        self.length += len(part)
        Body.spooled += len(part)

    def close(self) -> None:
        """Forget it, and give its room to others."""
        self.file.close()
        Body.spooled -= self.length
        self.length = 0


async def read(receive: Receive, *, announced: int, most: int) -> Body:
    """Return the whole body.

    Raises:
        TooLargeError: if it is larger than ``most``; who sends little more is let finish, and can read why.
        TooSlowError: if it comes slower than ``LEAST_BYTES_A_SECOND``, apart from a grace at the beginning.
        LeftError: if the sender leaves.
        NoRoomError: if the bodies of all requests together are too large.
    """
    body = Body(empty())
    try:
        if announced:
            await _fill(body, receive, announced=announced, most=most)
    except BaseException:
        body.close()
        raise
    return body


async def _fill(body: Body, receive: Receive, *, announced: int, most: int) -> None:
    if announced > _PATIENCE_FACTOR * most:
        raise TooLargeError
    begun, seen, more = asyncio.get_running_loop().time(), 0, True
    while more:
        part, more = await _next(receive, due=begun + GRACE_SECONDS + seen / LEAST_BYTES_A_SECOND)
        seen += len(part)
        if announced <= most:
            body.add(part)
    if announced > most:
        raise TooLargeError
    body.file.seek(0)


async def _next(receive: Receive, *, due: float) -> tuple[bytes, bool]:
    try:
        async with asyncio.timeout_at(due):
            message = await receive()
    except TimeoutError:
        raise TooSlowError from None
    if message["type"] == "http.disconnect":
        raise LeftError
    return message.get("body", b""), message.get("more_body", False)


def empty() -> "SpooledTemporaryFile[bytes]":
    """Return a file that grows on the disk only when it is large."""
    return SpooledTemporaryFile(max_size=_IN_MEMORY)
