"""`florin demo` as a program of its own, with everything that it starts."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import httpx

from testing.processes import free_port, wait_until

_PROGRAMS = Path(sys.executable).parent


class Demo:
    """One demo in one folder; it can be killed in parts or as a whole, and started again."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        names = ("FLORIN_PORT", "FLORIN_SANDBOX_PORT", "FLORIN_SMTP_PORT")
        ports = {name: str(free_port()) for name in names}
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("FLORIN", "STRIPE"))
        }
        kept.pop("DJANGO_SETTINGS_MODULE", None)
        self.environment = {
            **kept,
            **ports,
            "FLORIN_DATA": str(folder),
            "FLORIN_PROCESSOR_SECONDS": "5",
            **settings,
        }
        self._process: subprocess.Popen[bytes] | None = None
        self.facts: dict[str, Any] = {}

    @classmethod
    @contextmanager
    def running(cls, folder: Path, **settings: str) -> Iterator[Self]:
        """Start it with these variables set besides, and stop it as Ctrl-C would."""
        demo = cls(folder, **settings)
        demo.start()
        try:
            yield demo
        finally:
            demo.stop()

    def start(self) -> None:
        """Start it and wait until it has said where everything is."""
        (self.folder / "demo.json").unlink(missing_ok=True)
        with (self.folder / "demo.log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(_PROGRAMS / "florin"), "demo"], env=self.environment, stdout=log, stderr=log
            )
        wait_until(self._has_begun, seconds=300)
        self.facts = json.loads((self.folder / "demo.json").read_text())
        self.bank = httpx.Client(
            base_url=self.facts["sandbox"],
            headers={"Authorization": f"Bearer {self.facts['control_token']}"},
            timeout=180,
        )

    @property
    def is_running(self) -> bool:
        """Whether the demo itself, which keeps all its programs running, is still there."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Press Ctrl-C and wait."""
        if self._process:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(60)

    def kill(self, *names: str) -> None:
        """``kill -9`` the web server, worker, sandbox, database or the demo, with all their children."""
        for name in names:
            for process in self._processes(name):
                os.kill(process, signal.SIGKILL)

    def kill_everything(self) -> None:
        """``kill -9`` all at once, as a power cut would."""
        self.kill("demo", "web", "worker", "sandbox", "database")
        assert self._process
        self._process.wait(10)

    def command(self, *words: str) -> tuple[int, str]:
        """Run one of Florin's commands as the demo's web server would; return its exit code and words."""
        told = Path(f"/proc/{self._processes('web')[0]}/environ").read_bytes()
        environment = dict(line.split("=", 1) for line in told.decode().split("\0") if line)
        done = subprocess.run(
            [str(_PROGRAMS / "florin"), *words], env=environment, capture_output=True, check=False
        )
        return done.returncode, done.stdout.decode() + done.stderr.decode()

    def command_lines(self) -> str:
        """Return what anybody on the machine can read of the demo's programs: their arguments."""
        names = ("demo", "web", "worker", "sandbox", "database")
        ours = [process for name in names for process in self._processes(name)]
        return "\n".join(Path(f"/proc/{one}/cmdline").read_text().replace("\0", " ") for one in ours)

    def check_ledger(self) -> dict[str, Any]:
        """Ask the product to prove its books."""
        done = subprocess.run(
            [str(_PROGRAMS / "florin"), "check-ledger", "--json"],
            env=self.environment,
            capture_output=True,
            check=False,
        )
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def mails(self, **conditions: str) -> list[dict[str, Any]]:
        """Return the mails in the mailbox, the newest first."""
        found: list[dict[str, Any]] = self.bank.get("/mail/api/messages", params=conditions).json()[
            "messages"
        ]
        return found

    def taken(self) -> list[dict[str, Any]]:
        """Return every payment that the bank has taken money for."""
        intents = self.bank.get("/control/summary").json()["payment_intents"]
        return [intent for intent in intents if intent["captured"]]

    def _has_begun(self) -> bool:
        if not self.is_running:
            raise AssertionError(f"the demo ended: {(self.folder / 'demo.log').read_text()[-2000:]}")
        return (self.folder / "demo.json").exists()

    def _processes(self, name: str) -> list[int]:
        if name == "demo":
            return [self._process.pid] if self._process else []
        if name == "database":
            lines = (self.folder / "postgres" / "cluster" / "postmaster.pid").read_text().splitlines()
            return [int(lines[0])]
        group = int((self.folder / "run" / f"{name}.group").read_text().split()[0])
        return [process for process in _all_processes() if _group(process) == group]


def _all_processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _group(process: int) -> int:
    try:
        return os.getpgid(process)
    except ProcessLookupError:
        return 0
