"""Starting programs, keeping them running, and leaving none behind."""

import contextlib
import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from florin.kernel.errors import Refusal

_PATIENCE_SECONDS = 90
_GRACE_SECONDS = 15
_TOO_OFTEN = 6
_WITHIN_SECONDS = 20
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG
_ENDED_FROM_OUTSIDE = {-signal.SIGKILL, -signal.SIGTERM}


class Processes:
    """A family of programs, each in its own process group; what dies is started again, until the end.

    Only a program that ends by itself six times in twenty seconds is given up, and the family with it.
    A family that was killed leaves its group numbers in ``folder``; the next one ends what is left of it
    before it starts, so that no port stays taken. What they say goes to ``<name>.log`` in the folder; without
    ``logs``, to where this program's own words go.
    """

    def __init__(self, folder: Path, *, logs: bool = True) -> None:
        self._folder = folder
        self._logs = logs
        self._commands: dict[str, Sequence[str]] = {}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._deaths: dict[str, list[float]] = {}

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._lock = (self._folder / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refusal("It runs already with this data folder. Set FLORIN_DATA to another one.") from None
        for note in self._folder.glob("*.group"):
            _end_group(note)
        # Also where a shell started us in the background, with Ctrl-C ignored.
        signal.signal(signal.SIGINT, _interrupt)
        signal.signal(signal.SIGTERM, _interrupt)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        """Stop everything in the reverse order; Ctrl-C is the ordinary way to end and no error."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for name in reversed(list(self._running)):
            self._stop(name)
        return kind is KeyboardInterrupt

    def start(self, name: str, command: Sequence[str]) -> None:
        """Start a program."""
        self._commands[name] = command
        with self._log(name).open("ab") if self._logs else contextlib.nullcontext() as log:
            child = subprocess.Popen(  # noqa: S603 - our own programs
                command,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                preexec_fn=die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - no threads here
            )
        self._running[name] = child
        (self._folder / f"{name}.group").write_text(f"{child.pid} {command[0]}")

    def wait_for(self, url: str) -> None:
        """Wait until a page answers.

        Raises:
            TimeoutError: if it does not within a minute and a half, with the end of every log.
        """
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own address
                    return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                self._revive()
                time.sleep(0.1)
        logs = "\n".join(f"{log.name}: {log.read_text()[-800:]}" for log in self._folder.glob("*.log"))
        raise TimeoutError(f"{url} does not answer.\n{logs}")

    def watch(self) -> None:
        """Start again whatever dies, until Ctrl-C or a polite kill ends the family."""
        while True:
            time.sleep(0.5)
            self._revive()

    def _log(self, name: str) -> Path:
        return self._folder / f"{name}.log"

    def _revive(self) -> None:
        for name, child in list(self._running.items()):
            if child.poll() is not None:
                if child.returncode not in _ENDED_FROM_OUTSIDE:
                    self._mourn(name)
                sys.stdout.write(f"The {name} has died (exit {child.returncode}) and is started again.\n")
                sys.stdout.flush()
                _end_group(self._folder / f"{name}.group")
                time.sleep(0.3)
                self.start(name, self._commands[name])

    def _mourn(self, name: str) -> None:
        """Give up on a program that ends by itself again and again, and say what it said last."""
        deaths = self._deaths.setdefault(name, [])
        deaths.append(time.monotonic())
        if len(deaths) >= _TOO_OFTEN and deaths[-1] - deaths[-_TOO_OFTEN] < _WITHIN_SECONDS:
            log = self._log(name).read_text(errors="replace") if self._logs else "see above"
            raise SystemExit(f"The {name} does not stay up; it said last:\n{log[-800:]}")

    def _stop(self, name: str) -> None:
        child = self._running.pop(name)
        child.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(_GRACE_SECONDS)
        _end_group(self._folder / f"{name}.group")


def _end_group(note: Path) -> None:
    """Kill what is left of a process group, if it is still one of ours."""
    try:
        group, program = note.read_text().split(" ", 1)
    except (FileNotFoundError, ValueError):
        return
    for member in _members(int(group)):
        if program.encode() in _command_line(member):
            with contextlib.suppress(ProcessLookupError):
                os.kill(member, signal.SIGKILL)
    note.unlink(missing_ok=True)


def _members(group: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if os.getpgid(int(entry.name)) == group:
                    found.append(int(entry.name))
            except ProcessLookupError:
                continue
    return found


def _command_line(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def die_with_parent() -> None:
    """Have this process told to end when its parent dies; on Linux only."""
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGTERM)


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt
