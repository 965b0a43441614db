"""Which requests share which threads: a crowd at one door leaves the others open."""

import asyncio
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum, auto
from typing import TypeVar

Result = TypeVar("Result")

_KB = 1024


class Place(Enum):
    """Kinds of work that do not wait for each other."""

    OFFICE = auto()  # staff, by their session
    OFFICE_PROCESSOR = auto()  # staff's work that asks the processor
    UPLOADS = auto()  # staff's files, which are read and judged row by row
    IMPORTS = auto()  # staff's files that the worker reads
    PAGES = auto()  # everybody else's pages: bills above all
    PROCESSOR = auto()  # payers' presses that ask the processor
    NOTICES = auto()  # from processors and mail senders
    DOCUMENTS = auto()  # PDFs for payers
    SIGN_IN = auto()  # whatever hashes a password
    KNOWN_SIGN_IN = auto()  # the same, from browsers that have signed somebody in before
    FILES = auto()  # style sheets, scripts, whether all is ready, and figures for a monitoring program


@dataclass(frozen=True, slots=True)
class Bounds:
    """Of one place in one process: threads, requests that wait for one and how long, bytes of a body."""

    threads: int
    queue: int
    seconds: float
    body: int = 64 * _KB


BOUNDS: Mapping[Place, Bounds] = {
    Place.OFFICE: Bounds(6, queue=60, seconds=20, body=4 * _KB * _KB),
    Place.OFFICE_PROCESSOR: Bounds(2, queue=60, seconds=20, body=4 * _KB * _KB),
    Place.UPLOADS: Bounds(1, queue=20, seconds=20, body=4 * _KB * _KB),
    Place.IMPORTS: Bounds(1, queue=5, seconds=20, body=13_000_000),
    Place.PAGES: Bounds(2, queue=100, seconds=10),
    Place.PROCESSOR: Bounds(6, queue=40, seconds=5),
    Place.NOTICES: Bounds(2, queue=100, seconds=10, body=2 * _KB * _KB),
    Place.DOCUMENTS: Bounds(1, queue=20, seconds=5),
    Place.SIGN_IN: Bounds(1, queue=60, seconds=20),
    Place.KNOWN_SIGN_IN: Bounds(1, queue=20, seconds=20),
    Place.FILES: Bounds(1, queue=100, seconds=10),
}

_PRESS = re.compile(r"/pay/(?P<token>[^/]+)/(checkout|result/[^/]+/check)")
_FILE = re.compile(r"/pay/(?P<token>[^/]+)/(invoices/[^/]+\.pdf|statement\.pdf|result/[^/]+/receipt\.pdf)")
_OFFICE_PRESS = re.compile(
    r"/office/payments/(account/.+|connection/|disputes/[^/]+/answer/|[^/]+/refund/)",
)
_IMPORT = "/office/setup/import/upload/"
_UPLOAD = re.compile(r"/office/credits/upload/.*")


class FullError(Exception):
    """All threads of a place are at work, and too many requests wait for them, or one has waited too long."""


class Room:
    """The threads of one place."""

    def __init__(self, place: Place) -> None:
        self._bounds = BOUNDS[place]
        self._threads = ThreadPoolExecutor(self._bounds.threads, thread_name_prefix=place.name.lower())
        self._free = asyncio.Semaphore(self._bounds.threads)
        self._waiting = 0

    async def run(self, work: Callable[[], Result]) -> Result:
        """Do it in one of the threads.

        Raises:
            FullError: if none becomes free in time.
        """
        await self._enter()
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._free.release()

    async def _enter(self) -> None:
        if self._free.locked() and self._waiting >= self._bounds.queue:
            raise FullError
        self._waiting += 1
        try:
            async with asyncio.timeout(self._bounds.seconds):
                await self._free.acquire()
        except TimeoutError:
            raise FullError from None
        finally:
            self._waiting -= 1


def place_of(
    method: str, path: str, *, has_session: bool, is_known: Callable[[], bool] = lambda: False
) -> tuple[Place, str]:
    """Say where a request is worked at, and the link for whose sake others are asked; see ``Turns``.

    A session that is none only leads to a quick refusal, in the office's threads. ``is_known`` says whether
    the browser has signed somebody in before; it is asked only where that matters.
    """
    posts = method == "POST"
    if path.startswith("/pay/"):
        return _payers_place(path, posts=posts)
    if path.startswith("/notices/"):
        return Place.NOTICES, ""
    if path.startswith("/static/") or path in {"/readyz", "/metrics"}:
        return Place.FILES, ""
    if posts and path.startswith("/account/"):
        return (Place.KNOWN_SIGN_IN if is_known() else Place.SIGN_IN), ""
    return (_staffs_place(path, posts=posts) if has_session else Place.PAGES), ""


def _staffs_place(path: str, *, posts: bool) -> Place:
    if posts and _OFFICE_PRESS.fullmatch(path):
        return Place.OFFICE_PROCESSOR
    if posts and path == _IMPORT:
        return Place.IMPORTS
    if posts and _UPLOAD.fullmatch(path):
        return Place.UPLOADS
    return Place.OFFICE


def _payers_place(path: str, *, posts: bool) -> tuple[Place, str]:
    if posts and (submission := _PRESS.fullmatch(path)):
        return Place.PROCESSOR, submission["token"]
    if document := _FILE.fullmatch(path):
        return Place.DOCUMENTS, document["token"]
    return Place.PAGES, ""
