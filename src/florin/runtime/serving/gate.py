"""The gate: a request is received whole, waits for a place among its like, and its answer is handed out.

head -> not too large? -> body, in time -> a turn of its link -> a thread of its place -> Django -> answer
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import lru_cache, partial
from typing import Any

from django.conf import settings

from florin.domain.staff import known_browsers
from florin.kernel import request_ids
from florin.kernel.gate_words import CROWDED, LATENCIES, LIMIT, REFUSED, REQUEST_ID
from florin.runtime.serving import bodies, wsgi_calls
from florin.runtime.serving.latencies import Latencies
from florin.runtime.serving.places import BOUNDS, FullError, Place, Room, place_of
from florin.runtime.serving.turns import CrowdedError, Turns
from florin.runtime.serving.wsgi_calls import Answer, Application, Environ

Send = Callable[[dict[str, Any]], Awaitable[None]]

_PIECE = 64 * 1024
_AGAIN_AFTER = {503: ((b"retry-after", b"3"),)}
_LAST = (b"connection", b"close")

Headers = tuple[tuple[bytes, bytes], ...]
Kept = tuple[int, Headers, bytes]


class Gate:
    """An ASGI application before a WSGI one: takes a thread only for what needs nobody outside any more."""

    def __init__(self, application: Application, turns: Turns, latencies: Latencies) -> None:
        self._application, self._turns, self._latencies = application, turns, latencies
        self._rooms = {place: Room(place) for place in Place}
        self._telling = asyncio.Lock()
        self._kept: dict[tuple[object, ...], Kept] = {}

    async def __call__(self, scope: dict[str, Any], receive: bodies.Receive, send: Send) -> None:
        """Answer one request; the answer bears the request's id."""
        request = wsgi_calls.environ_of(scope)
        request[REQUEST_ID] = request_ids.choose(request.get("HTTP_X_REQUEST_ID", ""))
        send = partial(_send_with_id, send, request[REQUEST_ID].encode())
        if scope["path"] == "/metrics":
            _tell_latencies(request, self._latencies)
        if scope["path"] == "/healthz":
            await _hand_out(send, *await self._same_each_time(request, {"PATH_INFO": "/healthz"}))
            return
        cookies = request.get("HTTP_COOKIE", "")
        place, token = place_of(
            scope["method"],
            scope["path"],
            has_session=f"{settings.SESSION_COOKIE_NAME}=" in cookies,
            is_known=partial(known_browsers.is_known, cookies),
        )
        try:
            body = await bodies.read(receive, announced=_announced(scope), most=BOUNDS[place].body)
        except bodies.LeftError:
            return
        except bodies.TooSlowError:
            async with self._telling:  # of a thousand that are late together, one after the other
                await asyncio.sleep(0)
                await self._refuse(send, request, 408)
        except bodies.TooLargeError:
            await self._refuse(send, request, 413, limit=BOUNDS[place].body)
        except bodies.NoRoomError:
            await self._refuse(send, request, 503)
        else:
            try:
                await self._pass_on(send, request, (place, token), body)
            finally:
                body.close()

    async def _pass_on(
        self, send: Send, request: Environ, place: tuple[Place, str], body: bodies.Body
    ) -> None:
        begun = time.monotonic()
        try:
            answer = await self._answer(request, *place, body)
        except FullError:
            await self._refuse(send, request, 503)
            return
        finally:
            self._latencies.note(place[0], time.monotonic() - begun)
        try:
            await _stream(send, answer)
        finally:
            answer.content.close()

    async def _answer(self, request: Environ, place: Place, token: str, body: bodies.Body) -> Answer:
        """Have a request answered; one too many for its link by the page that says so, and asks nobody."""
        async with AsyncExitStack() as turn:
            if token:
                try:
                    await turn.enter_async_context(self._turns.taken(token))
                except CrowdedError:
                    if place == Place.DOCUMENTS:
                        raise FullError from None
                    request[CROWDED], place = True, Place.PAGES
            return await self._rooms[place].run(partial(wsgi_calls.call, self._application, request, body))

    async def _refuse(self, send: Send, request: Environ, status: int, *, limit: int = 0) -> None:
        """Answer with one calm page; the connection ends with it."""
        asked = {
            "PATH_INFO": "/pay/" if request["PATH_INFO"].startswith("/pay/") else "/",
            "HTTP_ACCEPT_LANGUAGE": _language(request.get("HTTP_ACCEPT_LANGUAGE", "")),
            **({"HTTP_HX_REQUEST": "true"} if "HTTP_HX_REQUEST" in request else {}),
            REFUSED: status,
            LIMIT: limit,
        }
        status, headers, content = await self._same_each_time(request, asked)
        await _hand_out(send, status, (*headers, *_AGAIN_AFTER.get(status, ()), _LAST), content)

    async def _same_each_time(self, request: Environ, asked: Environ) -> Kept:
        """Return an answer that depends on nothing else: it is made once, and then needs no thread."""
        asked["HTTP_X_FORWARDED_PROTO"] = (
            "https" if request.get("HTTP_X_FORWARDED_PROTO") == "https" else "http"
        )
        key = tuple(asked.values())
        if key not in self._kept:
            plain = {name: value for name, value in request.items() if not name.startswith("HTTP_")}
            plain |= {"REQUEST_METHOD": "GET", "QUERY_STRING": "", "HTTP_HOST": settings.ALLOWED_HOSTS[0]}
            work = partial(wsgi_calls.call, self._application, plain | asked, bodies.Body(bodies.empty()))
            try:
                answer = await self._rooms[Place.FILES].run(work)
            except FullError:
                return 503, (), b"Please try again soon.\n"
            with answer.content as content:
                self._kept[key] = answer.status, answer.headers, content.read()
        return self._kept[key]


def _tell_latencies(request: Environ, latencies: Latencies) -> None:
    """Let the page of figures tell them too; a monitoring program on this machine calls us by any name."""
    request[LATENCIES] = latencies.text()
    request["HTTP_HOST"] = settings.ALLOWED_HOSTS[0]


async def _send_with_id(send: Send, request_id: bytes, message: dict[str, Any]) -> None:
    """Send a part of an answer; its head bears the request's id."""
    if message["type"] == "http.response.start":
        message = {**message, "headers": (*message["headers"], (b"x-request-id", request_id))}
    await send(message)


def _announced(scope: dict[str, Any]) -> int:
    found = [value for name, value in scope["headers"] if name == b"content-length"]
    return int(found[0]) if found else 0  # h11 has refused what is no number


@lru_cache(maxsize=256)
def _language(accepted: str) -> str:
    """Choose among our languages by what a browser accepts, the first first."""
    known = dict(settings.LANGUAGES)
    wanted = (part.strip()[:2].lower() for part in accepted[:200].split(","))
    return next((short for short in wanted if short in known), "en")


async def _stream(send: Send, answer: Answer) -> None:
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    piece = answer.content.read(_PIECE)
    while piece:
        following = answer.content.read(_PIECE)
        await send({"type": "http.response.body", "body": piece, "more_body": bool(following)})
        piece = following
        if not piece:
            return
    await send({"type": "http.response.body", "body": b""})


async def _hand_out(send: Send, status: int, headers: Headers, content: bytes) -> None:
    if not any(name == b"content-length" for name, _ in headers):
        headers = (*headers, (b"content-length", str(len(content)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
