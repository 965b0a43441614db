"""Whose processes the embedded database is: ours, or a system user's of its own where we are root."""

import os
import pwd
import shutil
import stat
import subprocess
from pathlib import Path

NAME = "florin-postgres"


class NoUserError(Exception):
    """There is no user to run the database as; the text says what to do."""


def uid() -> int:
    """Return the number of the user whom the server runs as.

    PostgreSQL refuses to run as root, so root makes a system user for it: never ``nobody``, whom others
    share and who could then read the books.

    Raises:
        NoUserError: if there is none and none can be made.
    """
    return os.geteuid() or _own().pw_uid


def before(command: list[str], *, folder: Path) -> list[str]:
    """Return a command as the server's user runs it in a folder.

    Where root has closed a folder above it to others, it keeps the one right to pass through and read.
    """
    if os.geteuid() != 0:
        return command
    user = _own()
    rights = "-all,+dac_read_search" if _is_hidden(folder, user.pw_uid) else "-all"
    return [
        "setpriv",
        f"--reuid={user.pw_uid}",
        f"--regid={user.pw_gid}",
        "--clear-groups",
        f"--inh-caps={rights}",
        f"--ambient-caps={rights}",
        "--no-new-privs",
        "--",
        *command,
    ]


def give(path: Path) -> None:
    """Make the server's user the owner of a file or folder and all that is in it, where we are root."""
    if os.geteuid() != 0:
        return
    user = _own()
    for each in (path, *path.rglob("*")):
        if each.lstat().st_uid != user.pw_uid:
            os.chown(each, user.pw_uid, user.pw_gid, follow_symlinks=False)


def make_private(folder: Path) -> None:
    """Make a folder that only the server's user and we can enter.

    Raises:
        NoUserError: if somebody else has put something in its place.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), uid(), *_former()}:
            raise NoUserError(f"{folder} is not ours; remove it.") from None
    give(folder)


def _own() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(NAME)
    except KeyError:
        return _make()


def _make() -> pwd.struct_passwd:
    program = shutil.which("useradd", path=os.pathsep.join([*os.get_exec_path(), "/usr/sbin", "/sbin"]))
    said = "there is no useradd"
    if program:
        options = ["--system", "--user-group", "--no-create-home", "--home-dir=/nonexistent"]
        done = subprocess.run(  # noqa: S603 - constant words
            [program, *options, "--shell=/usr/sbin/nologin", NAME],
            capture_output=True,
            text=True,
            check=False,
        )
        said = done.stderr.strip()
    try:
        return pwd.getpwnam(NAME)  # made now, or by another process of ours meanwhile
    except KeyError:
        raise NoUserError(
            f"PostgreSQL must not run as root, and the user {NAME} could not be made ({said}). Run Florin as "
            f"another user than root, make a system user {NAME}, or set DATABASE_URL."
        ) from None


def _former() -> set[int]:
    """Whom earlier versions ran the server as, where they were root."""
    try:
        return {pwd.getpwnam("nobody").pw_uid} if os.geteuid() == 0 else set()
    except KeyError:
        return set()


def _is_hidden(folder: Path, user: int) -> bool:
    """Whether a user is kept from passing through a folder above this one."""
    above = (parent.stat() for parent in folder.absolute().parents)
    return any(not found.st_mode & stat.S_IXOTH and found.st_uid != user for found in above)
