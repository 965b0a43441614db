"""The processes of the web server: so many, each replaced when it dies, all ended in order."""

import multiprocessing
import resource
import signal
import socket
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import wait
from multiprocessing.context import ForkProcess
from types import FrameType

from uvicorn import Config, Server

from florin.runtime.processes import die_with_parent
from florin.runtime.serving import connections, watching
from florin.runtime.serving.connections import Connection
from florin.runtime.serving.gate import Gate
from florin.runtime.serving.latencies import Latencies
from florin.runtime.serving.turns import Turns
from florin.runtime.serving.wsgi_calls import Application

_LONGEST_HEAD = 64 * 1024
_SEND_BUFFER = 256 * 1024  # of each connection, in the kernel; by itself it would grow to megabytes
_ACCEPTED_AT_ONCE, _BACKLOG = 1, 2048
_GRACE_SECONDS = 8  # for what is under way when the server is told to stop
_PATIENCE_SECONDS = 12
_SPARE_FILES = 500
_SWITCH_SECONDS = 0.001  # between threads, so that the loop is not kept waiting by pages that compute


def serve(
    make: Callable[[], Application],
    *,
    host: str,
    port: int,
    workers: int,
    announce: Callable[[], None] = lambda: None,
) -> None:
    """Serve what ``make`` makes with so many processes until SIGTERM or Ctrl-C; ``announce`` when it listens.

    Raises:
        SystemExit: with a sentence, if it cannot listen there.
    """
    _allow_files()
    config = configured(host=host, port=port)
    try:
        listening = config.bind_socket()
    except SystemExit:  # uvicorn has logged the system's words
        raise SystemExit(
            f"Florin cannot listen on {host}:{port}. If another program does, set FLORIN_PORT to another."
        ) from None
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
    # Head and body go out one after the other; without this each answer on a connection that is kept waits
    # 40 ms for the peer to confirm the head. Connections have it from the socket that took them.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    turns, latencies = Turns.memory(workers), Latencies.memory(workers)

    def work(row: int) -> None:
        die_with_parent()
        sys.setswitchinterval(_SWITCH_SECONDS)
        config.app = Gate(make(), Turns(turns, row), Latencies(latencies, row))
        watching.begin(row)
        PatientServer(config).run(sockets=[listening])

    announce()
    keep(workers, work)


def configured(*, host: str, port: int) -> Config:
    """Return how uvicorn is to serve; the application is told later."""
    return Config(
        "",
        host=host,
        port=port,
        http=Connection,
        ws="none",
        lifespan="off",
        interface="asgi3",
        proxy_headers=False,  # whom we believe what is the business of the settings
        server_header=False,
        access_log=False,
        log_config=None,
        backlog=_ACCEPTED_AT_ONCE,
        timeout_keep_alive=connections.IDLE_SECONDS,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        h11_max_incomplete_event_size=_LONGEST_HEAD,
    )


class PatientServer(Server):
    """uvicorn's server, whose loop looks at others between any two connections that arrive together.

    asyncio accepts as many in one go as may wait in the kernel, so one process would take all that come at
    the same moment, and the other none; here more wait there.
    """

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and let more wait than are accepted at once."""
        await super().startup(sockets)
        for one in sockets or []:
            one.listen(_BACKLOG)


def keep(count: int, work: Callable[[int], None]) -> None:
    """Have so many processes at ``work``, each with its number from 0, until this one is told to end."""
    received: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        received.append(number)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    running = [_start(work, row) for row in range(count)]
    while not received:
        wait([process.sentinel for process in running], timeout=0.5)
        for row, process in enumerate(running):
            if not process.is_alive() and not received:
                time.sleep(0.2)  # one that dies at once must not take the machine with it
                running[row] = _start(work, row)
    for process in running:
        process.terminate()
    until = time.monotonic() + _PATIENCE_SECONDS
    for process in running:
        process.join(max(0.0, until - time.monotonic()))
        process.kill()


def _start(work: Callable[[int], None], row: int) -> ForkProcess:
    process = multiprocessing.get_context("fork").Process(target=work, args=(row,))
    process.start()
    return process


def _allow_files() -> None:
    """Let this process and its children have as many connections as they take."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections.MOST_CONNECTIONS + _SPARE_FILES
    allowed = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, most))
    connections.MOST_CONNECTIONS = min(connections.MOST_CONNECTIONS, allowed - _SPARE_FILES)
