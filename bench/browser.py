"""The least that a browser does: ask over a connection that stays open, and send a cookie along."""

from dataclasses import dataclass
from http.client import HTTPConnection
from types import TracebackType
from typing import Self
from urllib.parse import urlencode

_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, as it came over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes

    def fine(self, status: int = 200) -> Self:
        """Return itself.

        Raises:
            ValueError: if the answer has another status.
        """
        if self.status != status:
            raise ValueError(f"{self.status} instead of {status}: {self.body[:2000]!r}")
        return self


class Browser:
    """One payer's or one clerk's browser."""

    def __init__(self, port: int, *, cookie: str = "", stay: bool = True) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=_SECONDS)
        self._headers = {"Accept-Encoding": "gzip, br", "Accept-Language": "en", "Accept": "*/*"}
        if cookie:
            self._headers["Cookie"] = cookie
        if not stay:
            self._headers["Connection"] = "close"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def get(self, path: str) -> Answer:
        """Ask for a page."""
        return self._ask("GET", path)

    def post(self, path: str, **fields: str) -> Answer:
        """Send a form, as our own page's button or script would."""
        headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Part": "1"}
        return self._ask("POST", path, urlencode(fields), headers)

    def _ask(
        self, method: str, path: str, body: str | None = None, more: dict[str, str] | None = None
    ) -> Answer:
        self._connection.request(method, path, body, {**self._headers, **(more or {})})
        answer = self._connection.getresponse()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, headers, answer.read())
