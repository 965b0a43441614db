"""What the programs say when they start: what they do, where, and what to do next; and what they refuse."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from florin.domain.companies.models import Company
from florin.edges import database_server
from florin.runtime.migrate import SteppedMigrate
from testing import settings as test_settings
from testing.processes import free_port

FLORIN = str(Path(sys.executable).parent / "florin")


def surroundings(folder: Path, database: str, **more: str) -> dict[str, str]:
    """Return the environment of an installation of its own on one of the tests' databases."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FLORIN", "STRIPE"))}
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    server = database_server.address(test_settings.SERVER_FOLDER)
    address = server.replace("/florin?", f"/{database}?")
    port = str(free_port())
    return {**kept, "FLORIN_DATA": str(folder), "DATABASE_URL": address, "FLORIN_PORT": port, **more}


@contextmanager
def started(command: str, environment: dict[str, str], *, until: str) -> Iterator[str]:
    """Start a program, and yield what it has said up to a line that holds ``until``."""
    with subprocess.Popen(
        [FLORIN, command], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as program:
        assert program.stdout is not None
        said = ""
        for line in program.stdout:
            said += line
            if until in line:
                break
        try:
            yield said
        finally:
            program.terminate()


def name_of_database() -> str:
    return str(connection.settings_dict["NAME"])


@pytest.mark.usefixtures("database")
def test_serve_says_where_it_is_and_how_the_first_company_is_opened(tmp_path: Path) -> None:
    environment = surroundings(tmp_path, name_of_database())
    with started("serve", environment, until="It is kept in") as said:
        code = (tmp_path / "set_up_code").read_text()
        assert f"type this set-up code; it works once:\n\n  {code}\n" in said
        assert f"listening on 127.0.0.1:{environment['FLORIN_PORT']}." in said
        assert "`florin work`" in said
        assert "Warning" not in said


def test_with_a_company_serve_says_no_code_and_forgets_the_old_one(company: Company, tmp_path: Path) -> None:
    (tmp_path / "set_up_code").write_text("left behind")
    with started("serve", surroundings(tmp_path, name_of_database()), until="Stop") as said:
        assert "set-up code" not in said
        assert not (tmp_path / "set_up_code").exists()


@pytest.mark.usefixtures("database")
def test_work_says_what_it_does_and_how_mail_leaves(tmp_path: Path) -> None:
    environment = surroundings(tmp_path, name_of_database(), FLORIN_SMTP_HOST="smtp.petal.example")
    with started("work", environment, until="Stop") as said:
        assert "Florin carries out jobs, up to 4 at a time" in said
        assert "over SMTP at smtp.petal.example:8025." in said


@pytest.mark.usefixtures("database")
def test_on_an_empty_database_serve_and_work_say_what_comes_first(tmp_path: Path) -> None:
    maintenance = database_server.maintenance(test_settings.SERVER_FOLDER)
    name = f"{name_of_database()}_empty"
    with psycopg.connect(maintenance, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"'.encode())
        try:
            environment = surroundings(tmp_path, name)
            for command in ("serve", "work"):
                ended = subprocess.run(
                    [FLORIN, command], env=environment, capture_output=True, text=True, check=False
                )
                assert (ended.returncode, "Run `florin migrate` first" in ended.stderr) == (2, True)
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def test_migrate_tells_every_twentieth_step_and_the_last(capsys: pytest.CaptureFixture[str]) -> None:
    steps = SteppedMigrate(45)
    for number in range(45):
        steps.migration_progress_callback("apply_start", f"orders.{number}")
        steps.migration_progress_callback("apply_success", f"orders.{number}")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines] == [
        ["20", "of", "45", "orders.19"],
        ["40", "of", "45", "orders.39"],
        ["45", "of", "45", "orders.44"],
    ]


@pytest.mark.usefixtures("database")
def test_a_database_that_is_up_to_date_is_said_to_be(tmp_path: Path) -> None:
    for words in (["migrate"], ["migrate", "--check"]):
        environment = surroundings(tmp_path, name_of_database())
        ended = subprocess.run([FLORIN, *words], env=environment, capture_output=True, text=True, check=False)
        assert (ended.returncode, "up to date" in ended.stdout, ended.stderr) == (0, True, "")


def test_a_port_that_is_taken_is_said_in_a_sentence(tmp_path: Path, company: Company) -> None:
    environment = surroundings(tmp_path, name_of_database())
    with socket.socket() as other:
        other.bind(("127.0.0.1", int(environment["FLORIN_PORT"])))
        other.listen()
        ended = subprocess.run(
            [FLORIN, "serve"], env=environment, capture_output=True, text=True, check=False
        )
    assert ended.returncode == 1
    assert f"Florin cannot listen on 127.0.0.1:{environment['FLORIN_PORT']}." in ended.stderr
    assert "Traceback" not in ended.stderr
