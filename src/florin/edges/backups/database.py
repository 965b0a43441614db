"""Dumping a database and loading it again, by PostgreSQL's own programs.

A password is given to them in the environment, never on a command line.
"""

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from tempfile import TemporaryFile
from typing import IO

import psycopg
from psycopg.pq import Conninfo

from florin.edges import database_server
from florin.kernel.errors import Refusal

_EMPTY = "SET lock_timeout = '10s'; DROP SCHEMA public CASCADE; CREATE SCHEMA public"
# pg_restore 17 and later write it for every server; those before do not know it, and it is what holds anyway.
_UNKNOWN_BEFORE_17 = b"SET transaction_timeout = 0;\n"
_PSQL = [
    "psql",
    "--no-psqlrc",
    "--quiet",
    "--single-transaction",
    "--set=ON_ERROR_STOP=1",
    "--output=/dev/null",
]
_AT_ONCE = 1024 * 1024


class DatabaseRefused(Refusal):
    """PostgreSQL's program ended with an error; the text holds what it said."""


@contextmanager
def dumped(address: str) -> Iterator[IO[bytes]]:
    """Give a stream of the whole database as it is at one instant, in PostgreSQL's custom format.

    Raises:
        DatabaseRefused: when the block ends, if the dump did not come to its end.
    """
    with TemporaryFile() as said:
        program = _start(["pg_dump", "--format=custom"], address, said, stdout=subprocess.PIPE)
        assert program.stdout is not None  # noqa: S101 - it is a pipe
        try:
            yield program.stdout
        except BaseException:
            program.kill()
            raise
        finally:
            program.stdout.close()
            program.wait()
        _demand_success((program, said))


@contextmanager
def loading(address: str) -> Iterator[IO[bytes]]:
    """Give a stream to write a dump to; it takes the place of all that the database holds, or of nothing.

    Everything is one transaction, which is committed only after the whole dump was read without an error and
    the block has ended without an exception.

    Raises:
        DatabaseRefused: when the block ends, if the database or the dump was not as it must be.
    """
    with TemporaryFile() as read_says, TemporaryFile() as write_says:
        reader = _start(
            ["pg_restore", "--no-owner", "--no-privileges", "--file=-"],
            "",
            read_says,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        writer = _start(
            [*_PSQL, f"--command={_EMPTY}", "--file=-"],
            address,
            write_says,
            stdin=subprocess.PIPE,
        )
        pump = threading.Thread(target=_pump, args=(reader, writer))
        pump.start()
        assert reader.stdin is not None  # noqa: S101 - it is a pipe
        try:
            yield reader.stdin
            reader.stdin.close()
        except BrokenPipeError:
            pass  # one of the two has said why
        except BaseException:
            writer.kill()  # before the reader: the end of its text must not look like the end of a dump
            reader.kill()
            raise
        finally:
            with suppress(BrokenPipeError):
                reader.stdin.close()
            pump.join()
            reader.wait()
            writer.wait()
        _demand_success((reader, read_says), (writer, write_says))


def _pump(reader: subprocess.Popen[bytes], writer: subprocess.Popen[bytes]) -> None:
    """Hand on what the reader writes; a reader that fails takes the writer, and its transaction, with it."""
    assert reader.stdout is not None  # noqa: S101 - pipes
    assert writer.stdin is not None  # noqa: S101
    try:
        head = True
        while text := reader.stdout.read(_AT_ONCE):
            writer.stdin.write(text.replace(_UNKNOWN_BEFORE_17, b"", 1) if head else text)
            head = False
        if reader.wait() != 0:
            writer.kill()
        writer.stdin.close()
    except BrokenPipeError:
        reader.kill()
    finally:
        reader.stdout.close()


def others(address: str) -> int:
    """Return how many other programs are connected to a database."""
    with psycopg.connect(address) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        ).fetchone()
    return int(row[0]) if row else 0


def _start(
    words: list[str],
    address: str,
    said: IO[bytes],
    *,
    stdin: int = subprocess.DEVNULL,
    stdout: int = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    given = {
        option.envvar.decode(): option.val.decode()
        for option in Conninfo.parse(address.encode())
        if option.envvar and option.val
    }
    usual = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return subprocess.Popen(  # noqa: S603 - PostgreSQL's own programs with constant words
        [database_server.program(words[0]), *words[1:]],
        stdin=stdin,
        stdout=stdout,
        stderr=said,
        env={**usual, **given},
    )


def _demand_success(*programs: tuple[subprocess.Popen[bytes], IO[bytes]]) -> None:
    if all(program.returncode == 0 for program, _said in programs):
        return
    texts = []
    for _program, said in programs:
        said.seek(0)
        texts.append(said.read()[-2000:].decode(errors="replace").strip())
    raise DatabaseRefused(f"PostgreSQL says: {' '.join(filter(None, texts)) or 'nothing; it was stopped'}")
