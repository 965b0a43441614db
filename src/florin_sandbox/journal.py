"""The readable record of all the bank did: every call, every movement of money, every delivery."""

import json
from typing import Any

from florin_sandbox.clock import Clock
from florin_sandbox.store import Json, Store

READ_LIMIT = 10_000


class Journal:
    """Append-only. What moves money is written in one transaction with it; reads are written in batches."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._waiting: list[tuple[str, str]] = []

    def write(self, kind: str, **facts: Any) -> None:
        """Record within the current transaction, so that it is there exactly when the change is.

        What is done for a connected account carries its id.
        """
        self.flush()
        if self._store.account:
            facts = {"account": self._store.account, **facts}
        self._store.db.execute("INSERT INTO log (kind, body) VALUES (?, ?)", self._row(kind, facts))

    def note(self, kind: str, **facts: Any) -> None:
        """Record soon: with the next write or reading, or within a second."""
        self._waiting.append(self._row(kind, facts))

    def flush(self) -> None:
        """Write what is waiting."""
        if self._waiting:
            rows, self._waiting = self._waiting, []
            with self._store.transaction():
                self._store.db.executemany("INSERT INTO log (kind, body) VALUES (?, ?)", rows)

    def read(self, *, after: int = 0, kind: str = "", limit: int = READ_LIMIT) -> list[Json]:
        """Entries in the order they were written, from the one after `after`."""
        self.flush()
        rows = self._store.db.execute(
            "SELECT seq, kind, body FROM log WHERE seq > ? AND (? = '' OR kind = ?) ORDER BY seq LIMIT ?",
            (after, kind, kind, limit),
        )
        return [{"seq": seq, "kind": name, **json.loads(body)} for seq, name, body in rows]

    def latest(self, limit: int) -> list[Json]:
        """The last entries, newest first."""
        self.flush()
        rows = self._store.db.execute("SELECT seq, kind, body FROM log ORDER BY seq DESC LIMIT ?", (limit,))
        return [{"seq": seq, "kind": name, **json.loads(body)} for seq, name, body in rows]

    def _row(self, kind: str, facts: Json) -> tuple[str, str]:
        return kind, json.dumps({"at": round(self._clock.exact(), 3), **facts})
