"""The folder of backups: their names, which of them stay, and which files belong into one."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

_NAME = re.compile(r"florin-(\d{8}T\d{6}Z)\.tar(\.age)?")
_UNFINISHED = "florin-*.unfinished"
_MADE_AGAIN = {"postgres", "static", "run"}  # the database is dumped, and the others are made at each start
_ABANDONED = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """How many backups stay: the latest of so many days, of so many weeks, and of so many months."""

    daily: int = 7
    weekly: int = 5
    monthly: int = 12


@dataclass(frozen=True, slots=True)
class Backup:
    """A finished backup in the folder, and when it was begun."""

    path: Path
    made_at: datetime


def name(at: datetime, *, encrypted: bool) -> str:
    """Return the name of a backup that is begun now."""
    return f"florin-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}.tar{'.age' if encrypted else ''}"


def backups(folder: Path) -> list[Backup]:
    """Return the finished backups of a folder, the latest first; none if there is no folder."""
    if not folder.is_dir():
        return []
    found = [(path, _NAME.fullmatch(path.name)) for path in folder.iterdir()]
    return sorted(
        (
            Backup(path, datetime.strptime(match[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC))
            for path, match in found
            if match
        ),
        key=lambda backup: backup.made_at,
        reverse=True,
    )


def prune(folder: Path, keep: Keep, *, now: datetime) -> list[Path]:
    """Delete the backups that need not stay, and what killed ones left; return which. The latest stays."""
    found = backups(folder)
    staying = {found[0].path} if found else set()
    periods: Sequence[tuple[int, Callable[[datetime], object]]] = (
        (keep.daily, datetime.date),
        (keep.weekly, lambda day: day.isocalendar()[:2]),
        (keep.monthly, lambda day: (day.year, day.month)),
    )
    for count, period in periods:
        latest: dict[object, Path] = {}
        for backup in found:
            latest.setdefault(period(backup.made_at), backup.path)
        staying |= set(list(latest.values())[:count])
    gone = [backup.path for backup in found if backup.path not in staying]
    abandoned = (now - _ABANDONED).timestamp()
    gone += [path for path in folder.glob(_UNFINISHED) if path.stat().st_mtime < abandoned]
    for path in gone:
        path.unlink(missing_ok=True)
    return gone


def unfinished(path: Path) -> Path:
    """Return the name under which a backup is written until it is finished."""
    return path.with_name(f"florin-{path.name.removeprefix('florin-')}.unfinished")


def belongings(data: Path, *, but: Path | None) -> Iterator[tuple[str, Path]]:
    """Yield what belongs into a backup of a data folder: secrets and all else but what is made again.

    ``but`` is the folder of backups, which may lie in the data folder itself.
    """
    for path in sorted(data.rglob("*")):
        relative = path.relative_to(data)
        if (
            relative.parts[0] in _MADE_AGAIN
            or path.suffix in {".lock", ".unfinished"}
            or _NAME.fullmatch(path.name)
        ):
            continue
        if path.is_file() and not path.is_symlink() and not (but and path.is_relative_to(but)):
            yield relative.as_posix(), path
