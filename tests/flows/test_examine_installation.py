"""The doctor says in sentences what is wrong with an installation, and finds nothing where all is well."""

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from factories import make_link
from florin.contracts.connection import Level
from florin.contracts.installation import Topic
from florin.domain.staff.models import User
from florin.edges import clocks
from florin.edges.backups import folder
from florin.flows import examine_installation
from florin.kernel import clock
from testing.bank import Bank


@pytest.fixture
def healthy(database: None, bank: Bank, settings: Settings, tmp_path: Path) -> Iterator[None]:
    """An installation that has all it needs."""
    settings.DATA_FOLDER, settings.BACKUP_FOLDER = tmp_path / "data", tmp_path / "backups"
    settings.DATA_FOLDER.mkdir(mode=0o700)
    settings.BACKUP_FOLDER.mkdir(mode=0o700)
    settings.DEFAULT_FROM_EMAIL = "billing@bloom.example"
    backup(settings, age=timedelta(hours=3))
    beat(seconds=5)
    yield
    connection.close()


def backup(settings: Settings, *, age: timedelta) -> None:
    for path in settings.BACKUP_FOLDER.iterdir():
        path.unlink()
    (settings.BACKUP_FOLDER / folder.name(clock.now() - age, encrypted=True)).write_bytes(
        b"age-encryption.org/v1\n"
    )


def beat(*, seconds: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers", [])
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - make_interval(secs => %s))",
            [seconds],
        )


def problems(topic: Topic | None = None, *, mail_to: str = "") -> list[str]:
    found = examine_installation.examine(mail_to=mail_to)
    return [one.sentence for one in found if one.level == Level.PROBLEM and topic in {None, one.topic}]


@pytest.mark.usefixtures("healthy")
def test_where_all_is_well_nothing_is_to_do_and_every_topic_was_looked_at(owner: User) -> None:
    make_link(owner)
    found = examine_installation.examine()

    assert {one.topic for one in found} == set(Topic)
    assert [one for one in found if one.level == Level.PROBLEM and one.topic != Topic.PROCESSOR] == []
    assert all(one.sentence.endswith((".", "?")) for one in found)


@pytest.mark.usefixtures("healthy")
def test_a_dead_worker_and_a_missed_backup_are_told(settings: Settings) -> None:
    beat(seconds=300)
    assert "No worker runs" in problems(Topic.WORKER)[0]

    backup(settings, age=timedelta(hours=27))
    assert "one was missed" in problems(Topic.BACKUP)[0]
    for path in settings.BACKUP_FOLDER.iterdir():
        path.unlink()
    assert "There is no backup" in problems(Topic.BACKUP)[0]


@pytest.mark.usefixtures("healthy")
def test_a_key_that_made_no_link_and_files_that_others_can_read_are_told(
    owner: User, settings: Settings
) -> None:
    make_link(owner)
    settings.SECRET_KEY = "another key than the one which made that link"
    assert "FLORIN_OLD_SECRET_KEYS" in problems(Topic.SECRETS)[0]

    (settings.DATA_FOLDER / "florin_secret_key").write_text("x")
    (settings.DATA_FOLDER / "florin_secret_key").chmod(0o640)
    assert any("can be read by others" in sentence for sentence in problems(Topic.SECRETS))
    os.umask(0o077)


@pytest.mark.usefixtures("healthy")
def test_a_test_letter_leaves_and_a_mail_server_that_is_away_is_told(bank: Bank, settings: Settings) -> None:
    assert problems(Topic.MAIL, mail_to="ann@bloom.example") == []
    assert [mail["subject"] for mail in bank.mails() if "ann@bloom.example" in str(mail)] == [
        "Florin can send mail"
    ]

    settings.EMAIL_PORT = 1
    assert "does not take mail" in problems(Topic.MAIL)[0]


@pytest.mark.usefixtures("healthy")
def test_a_clock_that_is_wrong_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clocks, "_middle", lambda _before: datetime.now(UTC) - timedelta(minutes=7))
    database, bank = problems(Topic.CLOCK)  # the bank's clock may have been moved on by another test
    assert re.search("4[12][0-9] seconds behind", database)
    assert "seconds behind" in bank


@pytest.mark.usefixtures("healthy")
def test_https_without_a_proxy_that_is_counted_is_told(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://pay.bloom.example"
    assert "FLORIN_TRUSTED_PROXIES" in problems(Topic.ADDRESS)[0]
    settings.TRUSTED_PROXIES = 1
    assert problems(Topic.ADDRESS) == []
