"""Connections that nobody can keep for themselves: each wait for a peer has an end.

uvicorn reads and writes HTTP/1.1. It waits without end for a head that never becomes complete and for a
reader who never reads; here the connection is cut instead.
"""

import asyncio
from collections import OrderedDict
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 10  # from the first byte of a request until its head is complete
IDLE_SECONDS = 75  # between two requests; longer than nginx keeps one (60), so that we never close first
WRITE_SECONDS = 20  # for the 48 KiB after which asyncio goes on writing, or for the rest of an answer
MOST_CONNECTIONS = 4000  # of a process; with more, the one that has waited longest for its peer gives way


class Connection(H11Protocol):
    """One connection. While nothing but the other side's doing is awaited, a clock runs."""

    waiting: OrderedDict["Connection", None] = OrderedDict()
    _clock: asyncio.TimerHandle | None = None
    _head_begun = False

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.conn = _WithLength(h11.SERVER, self.config.h11_max_incomplete_event_size or 16 * 1024)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in uvicorn
        """Expect a first request soon; where there are too many connections, cut the oldest idle one."""
        super().connection_made(transport)
        self._expect(HEAD_SECONDS)
        if len(self.connections) > MOST_CONNECTIONS:
            next(iter(self.waiting)).cut()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._expect_nothing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; a next request's head must be complete soon after it began. The gate times bodies."""
        if self in self.waiting and not self._head_begun:
            self._expect(HEAD_SECONDS)
            self._head_begun = True
        super().data_received(data)
        if self._is_at_work():
            self._stop_clock()
            if not self.cycle.more_body:
                self.waiting.pop(self, None)

    def pause_writing(self) -> None:
        """Give the peer time to take what has been written so far."""
        super().pause_writing()
        self._expect(WRITE_SECONDS)

    def resume_writing(self) -> None:
        """Write on: the peer has taken enough."""
        super().resume_writing()
        if self._is_at_work():
            self._expect_nothing()

    def on_response_complete(self) -> None:
        """Give the peer time to take the rest of the answer, or to ask for something else."""
        super().on_response_complete()
        if self._is_at_work():  # with a request that had come already
            return
        if self.transport.get_write_buffer_size():
            self._expect(WRITE_SECONDS)
        elif not self.transport.is_closing():
            self._expect(IDLE_SECONDS)

    def cut(self) -> None:
        """End the connection at once; what is still to be sent is forgotten."""
        self._expect_nothing()
        self.transport.abort()

    def _is_at_work(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _expect(self, seconds: float) -> None:
        self._expect_nothing()
        self.waiting[self] = None
        self._clock = self.loop.call_later(seconds, self.cut)

    def _expect_nothing(self) -> None:
        self._stop_clock()
        self._head_begun = False
        self.waiting.pop(self, None)

    def _stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None


class _WithLength(h11.Connection):
    """HTTP/1.1 without chunked requests: no browser sends one, and tiny chunks cost much time to read."""

    def next_event(self) -> Any:
        """Return what comes next.

        Raises:
            RemoteProtocolError: if a request does not say how long it is.
        """
        event = super().next_event()
        if isinstance(event, h11.Request) and any(name == b"transfer-encoding" for name, _ in event.headers):
            raise h11.RemoteProtocolError("A request must say how long it is", 411)
        return event
