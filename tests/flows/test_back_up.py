"""Backing up and restoring: all or nothing, and never over what somebody would miss."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from factories import make_company, make_link
from factories.database import sql
from florin.domain.companies.models import Company
from florin.domain.links import services as links
from florin.domain.staff.models import User
from florin.edges.backups import archive, folder
from florin.edges.backups import database as programs
from florin.edges.backups.archive import About
from florin.flows import back_up, restore_backup
from florin.kernel import clock, database
from florin.kernel.errors import Conflict, Refusal

KEY = "a key that nobody will guess, and long"


@pytest.fixture(autouse=True)
def data(settings: Settings, tmp_path: Path) -> Path:
    """A data folder with a secret key in it."""
    settings.DATA_FOLDER = tmp_path / "data"
    settings.SECRET_KEY_FILE = settings.DATA_FOLDER / "florin_secret_key"
    settings.OLD_SECRET_KEYS_FILE = settings.DATA_FOLDER / "florin_old_secret_keys"
    settings.DATA_FOLDER.mkdir()
    settings.SECRET_KEY_FILE.write_text(settings.SECRET_KEY)
    return tmp_path / "data"


def test_what_came_after_the_backup_is_gone_and_what_was_before_is_there(owner: User, tmp_path: Path) -> None:
    link = make_link(owner)
    made = back_up.make(tmp_path / "one", key=KEY, verify=False)
    make_company(slug="later", name="Later Flowers")

    with pytest.raises(Conflict, match="--replace"):
        restore_backup.restore(made.path, key=KEY, replace=False)
    assert Company.objects.count() == 2

    restored = restore_backup.restore(made.path, key=KEY, replace=True)
    assert [company.slug for company in Company.objects.all()] == [owner.company.slug]
    assert links.find(links.token_of(link.pk)) == link
    assert (restored.key_fits, restored.findings, restored.mails_waiting) == (True, (), 1)


def test_the_present_key_is_put_aside_and_a_key_that_made_no_link_is_told(
    owner: User, tmp_path: Path, data: Path
) -> None:
    make_link(owner)
    made = back_up.make(tmp_path / "one", key="", verify=False)
    (data / "florin_secret_key").write_text("another key, from after the backup")

    restored = restore_backup.restore(made.path, key="", replace=True)
    assert restored.aside == ("florin_secret_key",)
    assert (data / "florin_secret_key.before-restore").read_text() == "another key, from after the backup"
    assert restored.key_fits

    (data / "florin_secret_key").write_text("a key that made no link")
    made = back_up.make(tmp_path / "two", key="", verify=False)
    assert restore_backup.restore(made.path, key="", replace=True).key_fits is False


def test_a_dump_that_ends_half_way_changes_nothing(owner: User, tmp_path: Path) -> None:
    with programs.dumped(database.address()) as dump:
        whole = dump.read()
    about = About(florin="0.1.0", made_at="2026-11-30T12:00:00+00:00")
    with archive.written(tmp_path / "half", key="") as stream:
        archive.write(stream, about, files=[], dump=io.BytesIO(whole[: len(whole) * 9 // 10]))

    with pytest.raises(Refusal, match="PostgreSQL says"):
        restore_backup.restore(tmp_path / "half", key="", replace=True)
    assert Company.objects.get() == owner.company


def test_nothing_is_restored_under_the_feet_of_another_program(owner: User, tmp_path: Path) -> None:
    made = back_up.make(tmp_path / "one", key="", verify=False)
    other = connection.copy()
    other.settings_dict["OPTIONS"] = {}
    with other.cursor() as cursor:
        cursor.execute("SELECT 1")
        with pytest.raises(Conflict, match="Stop serve"):
            restore_backup.restore(made.path, key="", replace=True)
    other.close()


def test_books_that_are_not_right_make_no_verified_backup(owner: User, tmp_path: Path) -> None:
    make_link(owner)
    passed = "SET LOCAL session_replication_role = replica"
    sql(passed, "UPDATE ledger_line SET amount = amount + 1")
    try:
        with pytest.raises(Refusal, match="books are not right"):
            back_up.make(tmp_path / "one", key="", verify=True)
        assert not list(tmp_path.glob("*one*"))
    finally:
        sql(passed, "UPDATE ledger_line SET amount = amount - 1")


def test_a_backup_never_takes_the_place_of_a_file(owner: User, tmp_path: Path) -> None:
    (tmp_path / "one").write_text("mine")
    with pytest.raises(Refusal, match="there already"):
        back_up.make(tmp_path / "one", key="", verify=False)
    assert (tmp_path / "one").read_text() == "mine"


def test_a_password_of_the_database_is_in_no_sentence() -> None:
    with pytest.raises(Refusal) as refused, programs.dumped("postgresql://a:hunter2@127.0.0.1:1/x") as dump:
        dump.read()
    assert "PostgreSQL says" in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_the_worker_backs_up_at_its_hour_once_and_what_was_missed_at_once(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[datetime] = []

    def make(target: Path, *, key: str, verify: bool) -> back_up.Made:
        path = target / folder.name(clock.now(), encrypted=bool(key))
        path.touch()
        made.append(clock.now())
        return back_up.Made(path=path, size=0, encrypted=bool(key), verified=verify)

    monkeypatch.setattr(back_up, "make", make)
    settings.BACKUP_FOLDER, settings.BACKUP_HOUR = tmp_path / "backups", 7
    start = datetime(2026, 11, 30, 3, 4, tzinfo=UTC)
    hours = [hour for hour in range(80) if not 50 <= hour < 60]  # the worker was away
    for hour in hours:
        monkeypatch.setattr(clock, "now", lambda hour=hour: start + timedelta(hours=hour))
        back_up.back_up_if_due()

    assert [f"{moment:%d %H}" for moment in made] == ["30 03", "30 07", "01 07", "02 15", "03 07"]
