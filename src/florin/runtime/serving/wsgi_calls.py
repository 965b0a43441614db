"""Calling Django with a complete request, and keeping its whole answer: no thread waits for a reader."""

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import Any

from florin.runtime.serving.bodies import Body

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

_IN_MEMORY = 512 * 1024
_UNPREFIXED = {"content-type": "CONTENT_TYPE"}


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer; ``content`` is read from its beginning and closed by whoever sends it."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    content: "SpooledTemporaryFile[bytes]"


def environ_of(scope: Mapping[str, Any]) -> Environ:
    """Say what PEP 3333 wants said of a request, apart from its body.

    A header with an underscore in its name is dropped: it could pass for one that only a proxy may set.
    """
    environ: Environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode().decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": scope["server"][0],
        "SERVER_PORT": str(scope["server"][1]),
        "REMOTE_ADDR": scope["client"][0],
        "REMOTE_PORT": str(scope["client"][1]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        if "_" in name or name == "content-length":
            continue
        key = _UNPREFIXED.get(name) or f"HTTP_{name.upper().replace('-', '_')}"
        glue = "; " if name == "cookie" else ","
        environ[key] = f"{environ[key]}{glue}{value}" if key in environ else value
    return environ


def call(application: Application, environ: Environ, body: Body) -> Answer:
    """Call the application in this thread and return its whole answer, streams included."""
    environ |= {"wsgi.input": body.file, "CONTENT_LENGTH": str(body.length)}
    head: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], _problem: Any = None) -> None:
        head[:] = [int(status[:3]), headers]

    content = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed by whoever sends it
    parts = application(environ, start_response)
    try:
        for part in parts:
            content.write(part)
    except BaseException:
        content.close()
        raise
    finally:
        if hasattr(parts, "close"):
            parts.close()
    length = content.tell()
    content.seek(0)
    status, headers = head
    named = [(name.lower().encode("latin-1"), value.strip().encode("latin-1")) for name, value in headers]
    if not any(name == b"content-length" for name, _ in named) and status not in (204, 304):
        named.append((b"content-length", str(length).encode()))
    return Answer(status, tuple(named), content)
