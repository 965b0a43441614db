"""Secrets kept in files of the data folder that only their owner can read."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path


def read(path: Path) -> dict[str, str]:
    """Return what is kept, by name; nothing if there is no file."""
    try:
        lines = path.read_text().splitlines()
    except FileNotFoundError:
        return {}
    return dict(line.split(maxsplit=1) for line in lines if len(line.split()) > 1)


def keep(path: Path, named: Mapping[str, str]) -> None:
    """Keep these and no others: all of them or, if we are stopped, those from before. Mode 0600."""
    write(path, "".join(f"{name} {secret}\n" for name, secret in named.items()).encode())


def write(path: Path, content: bytes) -> None:
    """Let a file hold this: all of it or, if we are stopped, what it held before. Mode 0600."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{os.getpid()}")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600, exist_ok=False)
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def keep_first(path: Path, make: Callable[[], str]) -> str:
    """Return the secret that a file holds, made now if there is none; of several at once the first stays."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(make())
        try:
            path.hardlink_to(fresh)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text()
