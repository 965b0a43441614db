"""The database that Florin brings along: shared, private, and up again after whatever kills it."""

import os
import pwd
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from florin.edges import database_server
from florin.edges.database_server import DatabaseServerError
from testing.processes import wait_until

_DAC_READ_SEARCH = 1 << 2
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
        wait_until(lambda: not answers(url))
        wait_until(lambda: answers(url))

        assert postmaster(home) != killed
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1000,)
    with database_server.running(home, options=_FAST) as url, psycopg.connect(url) as connection:
        assert connection.execute("DROP TABLE kept").statusmessage == "DROP TABLE"


def test_a_kill_in_the_middle_of_initdb_leaves_only_rubbish_that_goes(tmp_path: Path) -> None:
    with somebody_else(tmp_path, "s.start(folder, options=fast)"):
        wait_until((tmp_path / "cluster.new" / "base").exists)
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


def test_it_runs_as_the_current_user_or_one_of_its_own_and_lets_no_stranger_in(home: Path) -> None:
    with database_server.running(home, options=_FAST) as url, psycopg.connect(url) as connection:
        owner = Path(f"/proc/{postmaster(home)}").stat().st_uid
        assert owner == (os.geteuid() or pwd.getpwnam("florin-postgres").pw_uid)
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        for folder in (Path(connection.info.host), home / "cluster"):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
            assert folder.stat().st_uid == owner


def test_its_processes_have_no_right_but_to_pass_through_folders(home: Path) -> None:
    with database_server.running(home, options=_FAST):
        status = Path(f"/proc/{postmaster(home)}/status").read_text()
        held = int(re.search(r"CapEff:\s*(\w+)", status)[1], 16)  # type: ignore[index]
        assert held & ~_DAC_READ_SEARCH == 0
        assert "NoNewPrivs:\t1" in status or os.geteuid() != 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_another_user_of_the_machine_is_not_believed_to_be_us(home: Path) -> None:
    with database_server.running(home, options=_FAST) as url:
        sockets = Path(str(conninfo_to_dict(url)["host"]))
        opened = [
            sockets,
            *(folder for folder in sockets.parents if not folder.stat().st_mode & stat.S_IXOTH),
        ]
        modes = [folder.stat().st_mode for folder in opened]
        try:
            for folder in opened:
                folder.chmod(0o755)
            with somebody_of_the_machine():
                for role in ("florin", "florin_app"):
                    with pytest.raises(psycopg.OperationalError, match="eer authentication failed"):
                        psycopg.connect(url, user=role)
        finally:
            for folder, mode in zip(opened, modes, strict=True):
                folder.chmod(mode)


@contextmanager
def somebody_of_the_machine() -> Iterator[None]:
    os.seteuid(pwd.getpwnam("daemon").pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT pg_ls_dir('/')",
        "SELECT lo_import('/etc/passwd')",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "COPY (SELECT 1) TO '/tmp/written'",
        "CREATE ROLE another SUPERUSER",
        "SET session_replication_role = replica",
        "ALTER SYSTEM SET port = 1",
        "SET ROLE florin",
    ],
)
def test_the_application_reads_no_file_runs_no_program_and_passes_no_trigger(
    home: Path, statement: str
) -> None:
    with (
        database_server.running(home, options=_FAST) as url,
        psycopg.connect(url, autocommit=True) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement)


def test_a_database_of_earlier_versions_is_given_to_the_application(tmp_path: Path) -> None:
    with (
        database_server.running(tmp_path, options=_FAST),
        psycopg.connect(database_server.maintenance(tmp_path), dbname="florin") as connection,
    ):
        connection.execute("ALTER DATABASE florin OWNER TO florin; CREATE TYPE mood AS ENUM ('a')")
        connection.execute("CREATE TABLE old (n int GENERATED ALWAYS AS IDENTITY, m mood, s serial)")
        connection.execute("CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'")
    (tmp_path / "cluster" / "pg_hba.conf").write_text("local all all trust\n")

    with database_server.running(tmp_path, options=_FAST) as url, psycopg.connect(url) as connection:
        connection.execute("INSERT INTO old (m) VALUES ('a'); ALTER TABLE old ADD x int")
        connection.execute("DROP FUNCTION one(); DROP TABLE old; DROP TYPE mood; CREATE TABLE new (n int)")
    assert "trust" not in (tmp_path / "cluster" / "pg_hba.conf").read_text()


@pytest.mark.skipif(os.geteuid() != 0, reason="earlier versions used nobody only as root")
def test_files_that_belonged_to_nobody_are_taken_over(tmp_path: Path) -> None:
    with database_server.running(tmp_path, options=_FAST) as url:
        pass
    nobody = pwd.getpwnam("nobody").pw_uid
    sockets = Path(str(conninfo_to_dict(url)["host"]))
    for each in (sockets, tmp_path / "cluster", *(tmp_path / "cluster").rglob("*")):
        os.chown(each, nobody, -1, follow_symlinks=False)

    with database_server.running(tmp_path, options=_FAST) as same:
        assert answers(same)
    assert (tmp_path / "cluster" / "PG_VERSION").stat().st_uid == pwd.getpwnam("florin-postgres").pw_uid


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
        wait_until(lambda: postmaster_or_none(home) not in {None, first}, seconds=20)
        assert other.stdout.readline() == b"up\n"

    assert answers(database_server.address(home))


def postmaster_or_none(folder: Path) -> int | None:
    try:
        return postmaster(folder)
    except (FileNotFoundError, IndexError):
        return None
