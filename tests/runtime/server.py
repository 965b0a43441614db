"""The web server in this process, before an application that remembers what it was called with."""

import asyncio
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import django
from django.apps import apps
from uvicorn import Server

if not apps.ready:
    django.setup()  # as the program does before it serves; what is imported next has models

from florin.runtime.serving import workers
from florin.runtime.serving.gate import Gate
from florin.runtime.serving.latencies import Latencies
from florin.runtime.serving.turns import Turns

PAGE = b"<p>A page.</p>"


class Application:
    """A WSGI application that can be made to wait, and remembers what it was called with."""

    def __init__(self) -> None:
        self.seen: list[dict[str, Any]] = []
        self.go_on = threading.Event()
        self.go_on.set()
        self.content = PAGE

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        self.seen.append({**environ, "body": environ["wsgi.input"].read()})
        if "florin.refused" in environ:
            start(f"{environ['florin.refused']} Refused", [])
            return [b"Refused."]
        if environ["PATH_INFO"].endswith(("/checkout", ".pdf")) and "florin.crowded" not in environ:
            assert self.go_on.wait(20)
        start("200 OK", [("Content-Type", "text/html"), ("Set-Cookie", " a=b")])  # with a space, as Django's
        return [self.content]


@contextmanager
def served(application: Application) -> Iterator[int]:
    """Serve it, and yield the port; whoever waits in it is let go in the end."""
    config = workers.configured(host="127.0.0.1", port=0)
    config.app = Gate(application, Turns(Turns.memory(1), 0), Latencies(Latencies.memory(1), 0))
    server = Server(config)
    running = threading.Thread(target=lambda: asyncio.run(server._serve()))
    running.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        application.go_on.set()
        server.should_exit = True
        running.join()


def _slow(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """Say which process answers, after a second where that is asked for."""
    if environ["PATH_INFO"] == "/pay/slow":
        time.sleep(1)
    start("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]


if __name__ == "__main__":
    workers.serve(lambda: _slow, host="127.0.0.1", port=int(sys.argv[1]), workers=2)
