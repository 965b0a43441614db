"""The database that Florin brings along: shared, private, and up again after whatever kills it."""

import os
import pwd
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from florin.edges import database_server
from florin.edges.database_server import DatabaseServerError

_FAST = ("fsync=off", "shared_buffers=16MB", "max_connections=20")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder whose cluster is made once; nobody is in when a test begins."""
    folder = tmp_path_factory.mktemp("home")
    yield folder
    database_server.stop(folder)


def answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def wait_for(what: Callable[[], object], *, seconds: int = 30) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "It never came to pass"
        time.sleep(0.01)


def postmaster(folder: Path) -> int:
    return int((folder / "cluster" / "postmaster.pid").read_text().splitlines()[0])


@contextmanager
def somebody_else(folder: Path, script: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a script in a process of its own, and kill it without warning in the end."""
    head = (
        "import sys, time; from pathlib import Path; from florin.edges import database_server as s;"
        f"folder, fast = Path(sys.argv[1]), {_FAST!r}\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", head + script, str(folder)], stdout=subprocess.PIPE, start_new_session=True
    )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def test_it_starts_and_is_stopped_by_whoever_leaves_last(home: Path) -> None:
    with database_server.running(home, options=_FAST) as url:
        with database_server.running(home, options=_FAST) as same:
            assert same == url
            first = postmaster(home)
        assert answers(url)
        assert postmaster(home) == first

    assert not answers(url)
    assert not (home / "cluster" / "postmaster.pid").exists()


STAYING = "with s.running(folder, options=fast):\n    print('in', flush=True)\n    time.sleep(60)"


def test_it_stays_for_another_process_and_a_killed_one_counts_as_gone(home: Path) -> None:
    url = database_server.address(home)
    with somebody_else(home, STAYING) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"in\n"
        with database_server.running(home, options=_FAST):
            pass
        assert answers(url)

    assert answers(url)  # killed, the other could not stop it; but it no longer counts
    with database_server.running(home, options=_FAST):
        pass
    assert not answers(url)


def test_many_who_start_it_at_once_start_one(home: Path) -> None:
    def use(_place: int) -> tuple[int, bool]:
        with database_server.running(home, options=_FAST) as url:
            return postmaster(home), answers(url)

    with database_server.running(home, options=_FAST), ThreadPoolExecutor(4) as pool:
        found = set(pool.map(use, range(4)))

    assert len(found) == 1
    assert {answered for _, answered in found} == {True}


def test_what_was_committed_outlives_a_kill_of_the_server_which_is_started_again(home: Path) -> None:
    with database_server.running(home, options=_FAST) as url:
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
        killed = postmaster(home)

        os.kill(killed, signal.SIGKILL)
        wait_for(lambda: not answers(url))
        wait_for(lambda: answers(url))

        assert postmaster(home) != killed
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1000,)
    with database_server.running(home, options=_FAST) as url, psycopg.connect(url) as connection:
        assert connection.execute("DROP TABLE kept").statusmessage == "DROP TABLE"


def test_a_kill_in_the_middle_of_initdb_leaves_only_rubbish_that_goes(tmp_path: Path) -> None:
    with somebody_else(tmp_path, "s.start(folder, options=fast)"):
        wait_for((tmp_path / "cluster.new" / "base").exists)
    assert (tmp_path / "cluster.new").exists()
    assert not (tmp_path / "cluster").exists()

    with database_server.running(tmp_path, options=_FAST) as url:
        assert answers(url)
        assert not (tmp_path / "cluster.new").exists()


def test_a_folder_too_deep_for_a_socket_and_with_a_strange_name_is_no_hindrance(tmp_path: Path) -> None:
    deep = tmp_path / "señor & co's 100% folder" / ("x" * 120)

    with database_server.running(deep, options=_FAST) as url:
        assert answers(url)
        with psycopg.connect(url) as connection:
            assert len(connection.info.host) < 100
    assert database_server.address(deep) == url
    assert database_server.address(deep.parent / ("x" * 119)) != url


def test_it_runs_as_the_current_user_or_as_nobody_and_lets_no_stranger_in(home: Path) -> None:
    with database_server.running(home, options=_FAST) as url, psycopg.connect(url) as connection:
        owner = Path(f"/proc/{postmaster(home)}").stat().st_uid
        assert owner == (os.geteuid() or pwd.getpwnam("nobody").pw_uid)
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        for folder in (Path(connection.info.host), home / "cluster"):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
            assert folder.stat().st_uid == owner


def test_a_server_that_cannot_start_says_why(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_server, "_PATIENCE_SECONDS", 1)

    with pytest.raises(DatabaseServerError, match="no_such_setting"):
        database_server.start(home, options=("no_such_setting=1",))


def test_a_dead_server_that_nobody_has_waited_for_lets_another_process_start_a_new_one(home: Path) -> None:
    database_server.start(home, options=_FAST)
    first = postmaster(home)
    os.kill(first, signal.SIGKILL)  # it stays a zombie of ours, whose number still counts as taken

    with somebody_else(
        home, "s.start(folder, options=fast)\nprint('up', flush=True)\ntime.sleep(60)"
    ) as other:
        assert other.stdout
        wait_for(lambda: postmaster_or_none(home) not in {None, first}, seconds=20)
        assert other.stdout.readline() == b"up\n"

    assert answers(database_server.address(home))


def postmaster_or_none(folder: Path) -> int | None:
    try:
        return postmaster(folder)
    except (FileNotFoundError, IndexError):
        return None
