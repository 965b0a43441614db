"""What is in a backup: a tar archive, written and read in one go, however large.

``florin-backup.json`` says what it is; ``data/…`` are files of the data folder; ``database/…`` are the
pieces of PostgreSQL's own dump, one after the other. ``complete.json`` is the last, with the SHA-256 of all
that came before: without it the archive was cut off.
"""

import io
import json
import os
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, Protocol

from florin.edges.backups import encryption
from florin.edges.backups.encryption import Decryption, Encryption
from florin.kernel.errors import Refusal

DATABASE, DATA = "database/", "data/"
_FORMAT = 1
_FIRST, _LAST = "florin-backup.json", "complete.json"
_PIECE = 8 * 1024 * 1024


class UnusableBackup(Refusal):
    """The file is no backup of Florin's, or not all of one."""


class Readable(Protocol):
    """What can be read from the front to the back."""

    def read(self, size: int, /) -> bytes:
        """Return so many bytes, and fewer at the end only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a backup says of itself: which version of Florin made it, and when (ISO 8601, UTC)."""

    florin: str
    made_at: str
    format: int = _FORMAT


@contextmanager
def written(path: Path, *, key: str) -> Iterator[Encryption | IO[bytes]]:
    """Give a stream to write an archive to; encrypted if there is a key, on the disk when the block ends."""
    with path.open("xb") as file:
        if key:
            encrypted = Encryption(file, key=key)
            yield encrypted
            encrypted.close()
        else:
            yield file
        file.flush()
        os.fsync(file.fileno())


def is_encrypted(path: Path) -> bool:
    """Whether it takes a key to read a file."""
    with path.open("rb") as file:
        return file.read(len(encryption.MAGIC)) == encryption.MAGIC


def write(
    stream: Encryption | IO[bytes], about: About, *, files: Iterable[tuple[str, Path]], dump: Readable
) -> None:
    """Write an archive. A file that has gone meanwhile is left out."""
    sums: dict[str, str] = {}
    target: Any = stream
    with tarfile.open(mode="w|", fileobj=target) as tar:
        _add(tar, _FIRST, json.dumps(asdict(about)).encode(), sums)
        for name, path in files:
            try:
                content = path.read_bytes()
            except FileNotFoundError:
                continue
            _add(tar, f"{DATA}{name}", content, sums)
        for number, piece in enumerate(_pieces(dump)):
            _add(tar, f"{DATABASE}{number:06}", piece, sums)
        _add(tar, _LAST, json.dumps(sums).encode(), {})


def _pieces(dump: Readable) -> Iterator[bytes]:
    while piece := dump.read(_PIECE):
        yield piece


def _add(tar: tarfile.TarFile, name: str, content: bytes, sums: dict[str, str]) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(content), 0o600
    tar.addfile(member, io.BytesIO(content))
    sums[name] = sha256(content).hexdigest()


def about(path: Path, *, key: str) -> About:
    """Return what a backup says of itself.

    Raises:
        UnusableBackup: if it says nothing.
        NotOpened: if the key does not open it.
    """
    with path.open("rb") as file:
        for _name, content in _members(_plain(file, key)):
            return _about(content)
    raise UnusableBackup("This is no backup of Florin's.")


def read(path: Path, *, key: str) -> Iterator[tuple[str, bytes]]:
    """Yield the name and content of each file and piece, in the order in which they were written.

    Only when the last has been yielded without an exception is it certain that nothing is missing.

    Raises:
        UnusableBackup: if it is no backup, or not all of one.
        NotOpened: if the key does not open it, or it was changed.
    """
    sums: dict[str, str] = {}
    last: dict[str, str] | None = None
    with path.open("rb") as file:
        for name, content in _members(_plain(file, key)):
            if not sums:
                _about(content)
            if name == _LAST:
                last = json.loads(content)
                break
            sums[name] = sha256(content).hexdigest()
            if name.startswith((DATA, DATABASE)):
                yield name, content
    if not sums or last != sums:
        raise UnusableBackup("The backup is damaged or was cut off. Take another backup.")


def _plain(file: IO[bytes], key: str) -> Readable:
    encrypted = file.read(len(encryption.MAGIC)) == encryption.MAGIC
    file.seek(0)
    if not encrypted:
        return file
    if not key:
        raise UnusableBackup("The backup is encrypted: set FLORIN_BACKUP_KEY, or name a --key-file.")
    return Decryption(file, key=key)


def _members(stream: Readable) -> Iterator[tuple[str, bytes]]:
    try:
        source: Any = stream
        with tarfile.open(mode="r|", fileobj=source) as tar:
            for member in tar:
                content = tar.extractfile(member)
                if content is None:
                    raise UnusableBackup("This is no backup of Florin's.")
                yield member.name, content.read()
    except (tarfile.TarError, EOFError) as problem:
        raise UnusableBackup(f"This is no backup of Florin's, or not all of one ({problem}).") from problem


def _about(content: bytes) -> About:
    try:
        found = About(**json.loads(content))
    except (ValueError, TypeError):
        raise UnusableBackup("This is no backup of Florin's.") from None
    if found.format != _FORMAT:
        raise UnusableBackup(f"Florin {found.florin} made this backup; restore it with that version.")
    return found
