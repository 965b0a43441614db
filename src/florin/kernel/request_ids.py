"""The id of the request that is being answered, so that every line of the log can name it."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings

_POSSIBLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{7,63}")
_current: ContextVar[str] = ContextVar("request_id", default="")


def choose(told: str) -> str:
    """Return the id that a trusted proxy gave a request, or a new one.

    Without ``FLORIN_TRUSTED_PROXIES`` anybody may have written it, and an id that is none is not taken over.
    """
    if settings.TRUSTED_PROXIES and _POSSIBLE.fullmatch(told):
        return told
    return secrets.token_hex(8)


@contextmanager
def answering(request_id: str) -> Iterator[None]:
    """Let ``current`` say, while a request is answered, which one it is."""
    token = _current.set(request_id)
    try:
        yield
    finally:
        _current.reset(token)


def current() -> str:
    """Return the id of the request that is being answered; empty outside of requests."""
    return _current.get()
