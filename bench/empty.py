"""The least that a web application can answer: what the server itself costs."""

from collections.abc import Callable, Iterable
from typing import Any


def answer(_environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer anything with nothing."""
    start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", "0")])
    return [b""]
