"""Open connections by peer, so that one can be cut without an answer."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from uvicorn.protocols.http.h11_impl import H11Protocol

_open: dict[tuple[str, int], asyncio.Transport] = {}


class Protocol(H11Protocol):
    """uvicorn's HTTP protocol that remembers its connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember the connection."""
        _open[transport.get_extra_info("peername")[:2]] = transport
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        super().connection_lost(exc)
        _open.pop((self.client or ("", 0)), None)


def cut(request: Request) -> Response:
    """Drop the caller's connection; what is returned will reach nobody."""
    if request.client:
        transport = _open.pop((request.client.host, request.client.port), None)
        if transport:
            transport.abort()
    return Response(status_code=500)
