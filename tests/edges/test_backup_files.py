"""A backup's file: opened by its key alone, readable by other programs, and no damage goes unseen."""

import io
import os
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from florin.edges.backups import archive, folder
from florin.edges.backups.archive import About, UnusableBackup
from florin.edges.backups.encryption import Decryption, Encryption, NotOpened
from florin.edges.backups.folder import Keep
from florin.kernel.errors import Refusal

KEY = "a key that nobody will guess, and long"
CHUNK = 65_536 + 16
CASES = Path(__file__).parent / "backups"


def encrypted(plain: bytes, *, key: str = KEY) -> bytes:
    stream = io.BytesIO()
    encryption = Encryption(stream, key=key)
    for begin in range(0, len(plain), 10_007):
        encryption.write(plain[begin : begin + 10_007])
    encryption.close()
    return stream.getvalue()


def opened(data: bytes, *, key: str = KEY) -> bytes:
    decryption = Decryption(io.BytesIO(data), key=key)
    parts = iter(lambda: decryption.read(9_001), b"")
    return b"".join(parts)


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 131_072, 300_000])
def test_what_is_encrypted_is_read_again_whatever_its_size(size: int) -> None:
    plain = os.urandom(size)

    assert opened(encrypted(plain)) == plain


@pytest.mark.parametrize("name", ["empty", "short", "one_chunk", "long"])
def test_what_the_program_age_has_encrypted_is_read(name: str) -> None:
    size = {"empty": 0, "short": 11, "one_chunk": 65_536, "long": 150_000}[name]

    assert (
        opened((CASES / f"{name}.age").read_bytes(), key="made by age itself")
        == (b"florin books\n" * 12_000)[:size]
    )


def test_the_program_age_reads_what_we_encrypt(tmp_path: Path) -> None:
    age = shutil.which("age")
    if age is None:
        pytest.skip("age is not installed")
    file = tmp_path / "backup.age"
    file.write_bytes(encrypted(b"florin books\n" * 12_000))

    typed = subprocess.run(
        [
            "script",
            "--quiet",
            "--command",
            f"{age} --decrypt --output {tmp_path / 'plain'} {file}",
            "/dev/null",
        ],
        input=f"{KEY}\n".encode(),
        check=True,
        capture_output=True,
    )
    assert (tmp_path / "plain").read_bytes() == b"florin books\n" * 12_000, typed.stdout


def test_another_key_opens_nothing() -> None:
    with pytest.raises(NotOpened, match="does not open"):
        opened(encrypted(b"books"), key=KEY.upper())


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def body(data: bytes) -> int:
    return data.index(b"\n", data.index(b"\n---") + 1) + 1 + 16


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[: body(data) + 2 * CHUNK],  # cut off between two chunks
        lambda data: data[:-1],
        lambda data: data[:-CHUNK],
        lambda data: data + b"more",
        lambda data: flipped(data, body(data) + CHUNK + 5),
        lambda data: flipped(data, body(data) - 3),  # the nonce
        lambda data: data.replace(b"scrypt ", b"scrypt A", 1),
        lambda data: flipped(data, data.index(b"--- ") + 10),
        lambda data: (  # two chunks in each other's place
            data[: body(data)] + data[body(data) + CHUNK : body(data) + 2 * CHUNK]
            + data[body(data) : body(data) + CHUNK] + data[body(data) + 2 * CHUNK :]
        ),
        lambda data: data[: body(data)] + data[body(data) + CHUNK :],  # the first one left out
    ],
)  # fmt: skip
def test_a_chunk_changed_moved_left_out_or_cut_off_is_noticed(damage: Callable[[bytes], bytes]) -> None:
    data = encrypted(os.urandom(200_000))
    with pytest.raises(NotOpened):
        opened(damage(data))


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    (tmp_path / "data" / "deep").mkdir(parents=True)
    (tmp_path / "data" / "florin_secret_key").write_text("the key")
    (tmp_path / "data" / "deep" / "logo").write_bytes(b"\x89PNG")
    for made_again in ("postgres", "static", "run"):
        (tmp_path / "data" / made_again).mkdir()
        (tmp_path / "data" / made_again / "file").write_text("made again")
    return tmp_path / "data"


def write(path: Path, data: Path, *, dump: bytes, key: str = "") -> None:
    about = About(florin="0.1.0", made_at="2026-11-30T12:00:00+00:00")
    with archive.written(path, key=key) as stream:
        archive.write(stream, about, files=folder.belongings(data, but=None), dump=io.BytesIO(dump))


@pytest.mark.parametrize("key", ["", KEY])
def test_an_archive_holds_the_dump_and_what_is_not_made_again(
    secrets: Path, tmp_path: Path, key: str
) -> None:
    dump = os.urandom(9_000_000)  # more than one piece
    path = tmp_path / "backup"
    write(path, secrets, dump=dump, key=key)

    parts = list(archive.read(path, key=key))
    assert dict(parts[:2]) == {"data/florin_secret_key": b"the key", "data/deep/logo": b"\x89PNG"}
    assert b"".join(content for name, content in parts if name.startswith("database/")) == dump
    assert archive.about(path, key=key).made_at == "2026-11-30T12:00:00+00:00"
    assert path.stat().st_mode & 0o077 == 0 or os.umask(0o077)


@pytest.mark.parametrize("length", [100, 600, 3_000, 5_700, 8_000])
def test_a_plain_archive_that_was_cut_off_is_none(secrets: Path, tmp_path: Path, length: int) -> None:
    path = tmp_path / "backup"
    write(path, secrets, dump=b"dump" * 1000)
    path.write_bytes(path.read_bytes()[:length])

    with pytest.raises(UnusableBackup):
        list(archive.read(path, key=""))


def test_a_plain_archive_in_which_a_byte_changed_is_none(secrets: Path, tmp_path: Path) -> None:
    path = tmp_path / "backup"
    write(path, secrets, dump=b"dump" * 1000)
    path.write_bytes(path.read_bytes().replace(b"dumpdump", b"dumpdumb", 1))

    with pytest.raises(UnusableBackup, match="damaged"):
        list(archive.read(path, key=""))


def test_another_archive_is_no_backup(tmp_path: Path) -> None:
    path = tmp_path / "other.tar"
    with tarfile.open(path, "w") as tar:
        tar.addfile(tarfile.TarInfo("holiday.jpg"))
    with pytest.raises(UnusableBackup):
        list(archive.read(path, key=""))


def test_an_encrypted_backup_without_a_key_says_what_is_missing(secrets: Path, tmp_path: Path) -> None:
    path = tmp_path / "backup"
    write(path, secrets, dump=b"dump", key=KEY)
    with pytest.raises(Refusal, match="FLORIN_BACKUP_KEY"):
        list(archive.read(path, key=""))


NOW = datetime(2026, 11, 30, 7, 4, tzinfo=UTC)


def backups_of_a_year(tmp_path: Path) -> None:
    for days in range(400):
        (tmp_path / folder.name(NOW - timedelta(days=days), encrypted=True)).touch()


def test_old_backups_go_and_the_latest_of_days_weeks_and_months_stay(tmp_path: Path) -> None:
    backups_of_a_year(tmp_path)
    (tmp_path / "holiday.jpg").touch()

    folder.prune(tmp_path, Keep(daily=3, weekly=3, monthly=3), now=NOW)

    days = [f"{backup.made_at:%m-%d}" for backup in folder.backups(tmp_path)]
    assert days == ["11-30", "11-29", "11-28", "11-22", "10-31", "09-30"]
    assert (tmp_path / "holiday.jpg").exists()


def test_the_latest_backup_always_stays_and_what_a_killed_one_left_goes(tmp_path: Path) -> None:
    backups_of_a_year(tmp_path)
    left = folder.unfinished(tmp_path / folder.name(NOW, encrypted=False))
    left.touch()
    os.utime(left, (0, 0))

    folder.prune(tmp_path, Keep(daily=0, weekly=0, monthly=0), now=NOW)

    assert [path.name for path in tmp_path.iterdir()] == ["florin-20261130T070400Z.tar.age"]
