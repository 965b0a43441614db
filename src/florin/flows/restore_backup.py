"""Restoring a backup: everything that it holds takes the place of what is here, or nothing does.

read all of it -> nobody is connected, and nothing is lost -> database, in one transaction -> files -> proved
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from florin.domain.companies.models import Company
from florin.domain.ledger.checking import Finding
from florin.domain.links import queries as links
from florin.domain.outbox.models import Message
from florin.domain.staff.models import User
from florin.edges import kept_secrets
from florin.edges.backups import archive
from florin.edges.backups import database as programs
from florin.edges.backups.archive import About, UnusableBackup
from florin.flows import check_books
from florin.kernel import database
from florin.kernel.errors import Conflict

_ASIDE = ".before-restore"


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was done, and how everything stands now.

    ``aside`` are files that were here with other contents, and have another name now. While ``migrations``
    are waiting nothing more is known; ``key_fits`` is empty if there is no link.
    """

    about: About
    files: tuple[str, ...]
    aside: tuple[str, ...]
    migrations: tuple[str, ...] = ()
    key_fits: bool | None = None
    findings: tuple[Finding, ...] = ()
    mails_waiting: int = 0


def restore(path: Path, *, key: str, replace: bool) -> Restored:
    """Put a backup in the place of the database and the files of the data folder.

    All of the backup is read before anything is changed. The database changes in one transaction; whoever is
    stopped after it and before the files does it again.

    Raises:
        Conflict: if there are companies here and ``replace`` does not say that they may go, or other programs
            are connected.
        Refusal: if the backup cannot be read or loaded; nothing is changed then.
        OSError: if a file cannot be read or written.
    """
    about = archive.about(path, key=key)
    for _name, _content in archive.read(path, key=key):
        pass  # whatever is wrong with it is found before anything is touched
    if not replace and _is_in_use():
        raise Conflict(
            "There are companies in this database. Restore into an empty one, or say --replace: then all that"
            " is here now is lost, and what the backup holds takes its place."
        )
    _disconnect()
    address = database.address()
    if count := programs.others(address):
        raise Conflict(
            f"{count} other programs are connected to the database. Stop serve, work and whatever else first."
        )
    files = _load(path, address, key=key)
    aside = [name for name, content in files.items() if _place(name, content, keep=replace)]
    return _stand(about, tuple(files), tuple(aside))


def _is_in_use() -> bool:
    """Whether somebody would miss what is here: a fresh installation's tables without a row are nothing."""
    tables = connection.introspection.table_names()
    if not tables:
        return False
    ours = {Company._meta.db_table, User._meta.db_table} <= {*tables}  # noqa: SLF001 - documented API
    return not ours or Company.objects.exists() or User.objects.exists()


def _load(path: Path, address: str, *, key: str) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    with programs.loading(address) as loader:
        for name, content in archive.read(path, key=key):
            if name.startswith(archive.DATABASE):
                loader.write(content)
            else:
                files[name.removeprefix(archive.DATA)] = content
    return files


def _place(name: str, content: bytes, *, keep: bool) -> bool:
    """Write a file of the data folder; true if another was there, which is kept under another name."""
    path = settings.DATA_FOLDER / name
    if ".." in path.parts or not path.is_relative_to(settings.DATA_FOLDER):
        raise UnusableBackup(f"The backup has a file outside of the data folder: {name}")
    differs = path.exists() and path.read_bytes() != content
    if differs and keep:
        path.replace(path.with_name(path.name + _ASIDE))
    kept_secrets.write(path, content)
    return differs and keep


def _stand(about: About, files: tuple[str, ...], aside: tuple[str, ...]) -> Restored:
    migrations = tuple(database.missing_migrations())
    if migrations:
        return Restored(about=about, files=files, aside=aside, migrations=migrations)
    return Restored(
        about=about,
        files=files,
        aside=aside,
        key_fits=links.is_made_with(_keys()),
        findings=tuple(check_books.findings()),
        mails_waiting=Message.objects.filter(state=Message.State.QUEUED).count(),
    )


def _keys() -> list[str]:
    """Return the secret keys that hold from now on: this program began with those from before."""
    now, former = settings.SECRET_KEY_FILE, settings.OLD_SECRET_KEYS_FILE
    keys = [now.read_text()] if now else [settings.SECRET_KEY]
    if former is None:
        return [*keys, *settings.SECRET_KEY_FALLBACKS]
    return [*keys, *(former.read_text().split() if former.exists() else [])]


def _disconnect() -> None:
    connection.close()
    wrapper: Any = connection  # its stubs know no pool
    wrapper.close_pool()
