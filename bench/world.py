"""A fresh Florin of its own: data folder, database, sandbox, web server and workers, gone afterwards."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Self

import django
import httpx
import psycopg

ROOT = Path(__file__).parent.parent
_PROGRAMS = Path(sys.executable).parent
_PATIENCE_SECONDS = 60
_CONTROL_TOKEN = "the-benchmark-controls-the-bank"  # noqa: S105 - of a bank that lives for minutes
_API_KEY = "sk_test_of_the_benchmark"
_NOTICE_SECRET = "whsec_notices-of-the-benchmark-are-signed"  # noqa: S105


class World:
    """Everything that a measurement may need; each thing is started when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.web_port, self._sandbox_port, self.smtp_port = (_free_port() for _ in range(3))
        self._open = ExitStack()
        self._running: list[subprocess.Popen[bytes]] = []

    @classmethod
    @contextmanager
    def made(cls) -> Iterator[Self]:
        """Point this process at a fresh folder, and clear everything away afterwards."""
        folder = Path(tempfile.mkdtemp(prefix="florin-bench-"))
        folder.chmod(0o755)  # PostgreSQL may run as another user
        world = cls(folder)
        signal.signal(signal.SIGTERM, _interrupt)  # a polite kill clears away too
        world._enter()
        try:
            with world._open:
                yield world
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @cached_property
    def database(self) -> str:
        """The address of a PostgreSQL with its ordinary, durable settings and all migrations applied."""
        from django.core.management import call_command  # noqa: PLC0415 - only once the settings are chosen

        from florin.edges import database_server  # noqa: PLC0415
        from florin.edges.database_roles import APPLICATION  # noqa: PLC0415

        address = self._open.enter_context(database_server.running(self.folder / "postgres"))
        with psycopg.connect(
            database_server.maintenance(self.folder / "postgres"), autocommit=True
        ) as server:
            server.execute(f"GRANT SET ON PARAMETER session_replication_role TO {APPLICATION}")
        call_command("migrate", interactive=False, verbosity=0)
        return address

    def migrate(self) -> None:
        """Have a database before anything needs one."""
        _ = self.database

    @cached_property
    def bank(self) -> httpx.Client:
        """The control API of the test processor and mailbox."""
        base = f"http://127.0.0.1:{self._sandbox_port}"
        self.start("florin-sandbox", self._sandbox_options())
        self._wait_for(f"{base}/healthz")
        client = httpx.Client(
            base_url=base, headers={"Authorization": f"Bearer {_CONTROL_TOKEN}"}, timeout=60
        )
        return self._open.enter_context(client)

    @cached_property
    def web(self) -> int:
        """The process group of ``florin serve`` with two processes, which answers at ``web_port``."""
        self.migrate()
        group = self.start("florin", ["serve", "--port", str(self.web_port), "--workers", "2"])
        self._wait_for(f"http://127.0.0.1:{self.web_port}/readyz")
        return group

    def empty_web(self) -> int:
        """Serve an empty answer as Florin's web server would, and return the port."""
        port = _free_port()
        self.start("python", ["-m", "bench.empty", str(port)])
        self._wait_for(f"http://127.0.0.1:{port}/")
        return port

    def start(self, program: str, words: Sequence[str]) -> int:
        """Start one of our programs in a process group of its own, and return the group's number."""
        with (self.folder / "log.txt").open("ab") as log:
            process = subprocess.Popen(
                [str(_PROGRAMS / program), *words], stdout=log, stderr=log, cwd=ROOT, start_new_session=True
            )
        self._open.callback(_end, process)
        self._running.append(process)
        return process.pid

    def stop(self, group: int) -> None:
        """Stop a program before the end."""
        process = next(process for process in self._running if process.pid == group)
        self._running.remove(process)
        _end(process)

    def check(self) -> None:
        """Make sure that everything that was started is still at work.

        Raises:
            RuntimeError: with what the programs said last, if one has died.
        """
        if any(process.poll() is not None for process in self._running):
            raise RuntimeError(f"A program died; the programs said last:\n{self._last_words()}")

    def _last_words(self) -> str:
        return (self.folder / "log.txt").read_text(errors="replace")[-2000:]

    def _enter(self) -> None:
        """Choose the settings for this process and all that it starts."""
        for name in [name for name in os.environ if name.startswith(("FLORIN", "STRIPE", "DATABASE_URL"))]:
            del os.environ[name]
        os.environ.update(
            DJANGO_SETTINGS_MODULE="florin.config.settings",
            FLORIN_DATA=str(self.folder),
            FLORIN_PORT=str(self.web_port),
            FLORIN_SMTP_PORT=str(self.smtp_port),
            FLORIN_LOG_LEVEL="ERROR",
            STRIPE_API_BASE=f"http://127.0.0.1:{self._sandbox_port}",
            STRIPE_API_KEY=_API_KEY,
            STRIPE_WEBHOOK_SECRET=_NOTICE_SECRET,
            SANDBOX_API_KEY=_API_KEY,
            SANDBOX_CONTROL_TOKEN=_CONTROL_TOKEN,
            SANDBOX_WEBHOOK_SECRET=_NOTICE_SECRET,
        )
        django.setup()

    def _sandbox_options(self) -> list[str]:
        given = {
            "--data": self.folder / "sandbox",
            "--port": self._sandbox_port,
            "--smtp-port": self.smtp_port,
            "--webhook-url": f"http://127.0.0.1:{self.web_port}/notices/stripe",
        }
        return [str(word) for pair in given.items() for word in pair]

    def _wait_for(self, url: str) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            self.check()
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(url).is_success:
                    return
            time.sleep(0.1)
        raise TimeoutError(f"{url} does not answer; the programs said last:\n{self._last_words()}")


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
