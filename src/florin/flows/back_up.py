"""Backing up: one file with the database at one instant and the secrets that belong to it.

dump -> archive, encrypted if there is a key -> under its name once it is whole -> proved -> old ones go
"""

import fcntl
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings

from florin.edges import database_server
from florin.edges.backups import archive, folder
from florin.edges.backups import database as programs
from florin.edges.backups.archive import About
from florin.kernel import clock, database
from florin.kernel.errors import Refusal

_log = logging.getLogger(__name__)

OVERDUE_AFTER = timedelta(hours=25)
"""A daily backup that is older was missed."""
_SCRATCH = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A backup that lies safely on the disk; ``deleted`` are the older ones that went."""

    path: Path
    size: int
    encrypted: bool
    verified: bool
    deleted: tuple[Path, ...] = ()


def make(target: Path, *, key: str, verify: bool) -> Made:
    """Back up into a file, or into a folder, where it gets a name by the time and old ones go.

    Serve and work may run. A backup has its name only once it is whole and, with ``verify``, proved: restored
    into a server of its own, where the books are right.

    Raises:
        Refusal: if the file is there already, or the backup is not good.
        OSError: if it cannot be written.
    """
    is_folder = target.is_dir()
    path = target / folder.name(clock.now(), encrypted=bool(key)) if is_folder else target
    if path.exists():
        raise Refusal(f"{path} is there already. Name another file, or a folder.")
    fresh = folder.unfinished(path)
    try:
        _write(fresh, key=key)
        if verify:
            prove(fresh, key=key)
        fresh.rename(path)
        _sync(path.parent)
    finally:
        fresh.unlink(missing_ok=True)
    deleted = folder.prune(target, settings.BACKUP_KEEP, now=clock.now()) if is_folder else []
    return Made(
        path=path,
        size=path.stat().st_size,
        encrypted=bool(key),
        verified=verify,
        deleted=tuple(deleted),
    )


def _write(path: Path, *, key: str) -> None:
    about = About(florin=version("florin"), made_at=clock.now().isoformat(timespec="seconds"))
    files = folder.belongings(settings.DATA_FOLDER, but=settings.BACKUP_FOLDER)
    with archive.written(path, key=key) as stream, programs.dumped(database.address()) as dump:
        archive.write(stream, about, files=files, dump=dump)


def prove(path: Path, *, key: str) -> None:
    """Restore a backup into a server made for it alone, and prove the books there. Nothing else is touched.

    Raises:
        Refusal: if the backup cannot be read or loaded, or its books are not right.
    """
    with (
        TemporaryDirectory(prefix="florin-verify-") as scratch,
        database_server.running(Path(scratch) / "postgres", options=_SCRATCH) as address,
    ):
        with programs.loading(address) as loader:
            for name, content in archive.read(path, key=key):
                if name.startswith(archive.DATABASE):
                    loader.write(content)
        checked = subprocess.run(  # noqa: S603 - our own program
            [Path(sys.executable).parent / "florin", "check-ledger", "--json"],
            env={**_settings(), "DATABASE_URL": address},
            capture_output=True,
            text=True,
            check=False,
        )
    if checked.returncode != 0:
        raise Refusal(f"The backup was restored to try it, and its books are not right: {_findings(checked)}")


def _settings() -> dict[str, str]:
    """Return the environment for a program that knows its own Django settings."""
    return {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}


def _findings(checked: subprocess.CompletedProcess[str]) -> str:
    try:
        found = json.loads(checked.stdout)["findings"]
    except (ValueError, KeyError):
        return checked.stderr[-1000:]
    return "; ".join(f"{one['subject']}: {one['detail']}" for one in found[:10])


def back_up_if_due() -> None:
    """Make the daily backup in its folder at its hour, or as soon as one was missed; one worker at a time.

    Raises:
        Refusal: if the backup is not good. OSError: if it cannot be written. An hour later it is tried again.
    """
    if settings.BACKUP_FOLDER is None:
        return
    settings.BACKUP_FOLDER.mkdir(parents=True, exist_ok=True)
    with _alone(settings.BACKUP_FOLDER) as alone:
        if not alone or not _is_due(settings.BACKUP_FOLDER):
            return
        made = make(settings.BACKUP_FOLDER, key=settings.BACKUP_KEY, verify=True)
    _log.info("Backed up into %s, %d bytes; %d older ones deleted.", made.path, made.size, len(made.deleted))


def _is_due(backups: Path) -> bool:
    now = clock.now()
    latest = next(iter(folder.backups(backups)), None)
    if latest is None or now - latest.made_at > OVERDUE_AFTER:
        return True
    return now.hour == settings.BACKUP_HOUR and now - latest.made_at > timedelta(hours=1)


@contextmanager
def _alone(backups: Path) -> Iterator[bool]:
    with (backups / "florin.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _sync(parent: Path) -> None:
    """Have the new name on the disk too."""
    descriptor = os.open(parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
