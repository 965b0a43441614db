"""What is attacked: a demo of its own on the loopback, its people, and what its web server uses."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from testing.demo import Demo

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Target:
    """A demo, and the cookie of somebody who is at work in its office."""

    demo: Demo
    cookie: str

    @property
    def address(self) -> tuple[str, int]:
        """Host and port of the web server."""
        parts = urlsplit(self.demo.facts["office"])
        assert parts.hostname == "127.0.0.1"  # never anywhere else
        return str(parts.hostname), parts.port or 80

    @property
    def url(self) -> str:
        """The web server's address, without a slash at the end."""
        host, port = self.address
        return f"http://{host}:{port}"

    @property
    def pay_path(self) -> str:
        """The path of a bill that can be paid."""
        return urlsplit(str(self.demo.facts["pay_link"])).path

    def memory(self) -> int:
        """Return the bytes that the web server's processes hold for themselves (proportional set size)."""
        return sum(_held(process) for process in self.demo._processes("web"))

    @classmethod
    @contextmanager
    def made(cls, folder: Path) -> Iterator["Target"]:
        """Start a demo and sign its Admin in."""
        with Demo.running(folder) as demo:
            yield cls(demo, sign_in(demo, "admin"))


def sign_in(demo: Demo, role: str) -> str:
    """Sign somebody in, and return their cookies as a header."""
    person = next(user for user in demo.facts["users"] if user["roles"] == [role])
    with httpx.Client(follow_redirects=True, timeout=60) as web:
        page = web.get(demo.facts["office"])
        found = _TOKEN.search(page.text)
        assert found
        form = {
            "login": person["email"],
            "password": person["password"],
            "csrfmiddlewaretoken": found[1],
        }
        answer = web.post(page.url, data=form)
        assert "/office/" in str(answer.url), answer.url
        return "; ".join(f"{name}={value}" for name, value in web.cookies.items())


def _held(process: int) -> int:
    try:
        told = Path(f"/proc/{process}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next(int(line.split()[1]) for line in told.splitlines() if line.startswith("Pss:")) * 1024
