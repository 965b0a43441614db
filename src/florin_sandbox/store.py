"""One SQLite file with everything the sandbox knows; a killed process finds it as it left it.

Every object belongs to the platform (`""`) or to one connected account (`"acct_…"`). Within `scope` nothing
of another account exists; outside of one everything can be read, but nothing new can be kept.

Nothing waits for the disk (`synchronous=OFF`): what a killed process wrote is safe with the operating system;
a power cut may cost this test bank its memory. In return its speed does not depend on the disk.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Json = dict[str, Any]

SCHEMA = """
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS object (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    created INTEGER NOT NULL,
    parent TEXT,
    due INTEGER,
    body TEXT NOT NULL,
    private TEXT NOT NULL DEFAULT '{}',
    account TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS object_kind ON object (kind, seq);
CREATE INDEX IF NOT EXISTS object_account ON object (account, kind, seq);
CREATE INDEX IF NOT EXISTS object_parent ON object (parent, kind, seq) WHERE parent IS NOT NULL;
CREATE INDEX IF NOT EXISTS object_due ON object (due) WHERE due IS NOT NULL;
CREATE TABLE IF NOT EXISTS movement (
    id TEXT PRIMARY KEY, account TEXT NOT NULL, currency TEXT NOT NULL, type TEXT NOT NULL,
    amount INTEGER NOT NULL, fee INTEGER NOT NULL, net INTEGER NOT NULL, available_on INTEGER NOT NULL,
    payout TEXT
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS movement_payout ON movement (payout) WHERE payout IS NOT NULL;
CREATE INDEX IF NOT EXISTS movement_unpaid ON movement (account, currency) WHERE payout IS NULL;
CREATE TABLE IF NOT EXISTS idempotency (
    key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, status INTEGER NOT NULL, body BLOB NOT NULL,
    at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS delivery (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    event TEXT NOT NULL,
    type TEXT NOT NULL,
    about TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    first_at REAL NOT NULL,
    next_at REAL NOT NULL,
    answer TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS delivery_pending ON delivery (next_at, seq) WHERE state = 'pending';
CREATE INDEX IF NOT EXISTS delivery_event ON delivery (event);
CREATE TABLE IF NOT EXISTS log (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS log_kind ON log (kind, seq);
CREATE TABLE IF NOT EXISTS letter (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at REAL NOT NULL,
    envelope_from TEXT NOT NULL,
    envelope_to TEXT NOT NULL,
    header_to TEXT NOT NULL,
    header_from TEXT NOT NULL,
    subject TEXT NOT NULL,
    message_id TEXT NOT NULL,
    raw BLOB NOT NULL
);
"""
HAS_OBJECTS = "SELECT 1 FROM sqlite_schema WHERE name = 'object'"
HAS_ACCOUNTS = "SELECT 1 FROM pragma_table_info('object') WHERE name = 'account'"
ADD_ACCOUNTS = "ALTER TABLE object ADD COLUMN account TEXT NOT NULL DEFAULT ''"
MOVEMENT = ("id", "currency", "type", "amount", "fee", "net", "available_on")
KNOWN_MOVEMENTS = """
INSERT INTO movement (id, account, currency, type, amount, fee, net, available_on)
SELECT id, account, body ->> 'currency', body ->> 'type', body ->> 'amount', body ->> 'fee', body ->> 'net',
       body ->> 'available_on' FROM object WHERE kind = 'balance_transaction'
"""


class Store:
    """The sandbox's memory. All calls come from one thread, so what one call reads no other call changes."""

    def __init__(self, path: Path) -> None:
        self.db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=WAL", "synchronous=OFF", "wal_autocheckpoint=4000", "busy_timeout=5000"):
            self.db.execute(f"PRAGMA {pragma}")
        before_accounts = self._is(HAS_OBJECTS) and not self._is(HAS_ACCOUNTS)
        if before_accounts:
            self.db.execute(ADD_ACCOUNTS)
        self.db.executescript(SCHEMA)
        if before_accounts:
            self.db.execute(KNOWN_MOVEMENTS)
        self.account: str | None = None
        self._depth = 0

    def _is(self, question: str) -> bool:
        return self.db.execute(question).fetchone() is not None

    def close(self) -> None:
        """Fold the write-ahead log into the file and let go of it."""
        self.db.close()

    @contextmanager
    def scope(self, account: str | None) -> Iterator[None]:
        """Work for one account (`""` is the platform); with None see everything. Must not span an `await`."""
        outer, self.account = self.account, account
        try:
            yield
        finally:
            self.account = outer

    def owner(self, identifier: str) -> str:
        """The account that an object belongs to; the platform for an id that leads nowhere."""
        row = self.db.execute("SELECT account FROM object WHERE id = ?", (identifier,)).fetchone()
        return str(row[0]) if row else ""

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; an inner transaction is part of the outer one."""
        if self._depth:
            yield
            return
        self._depth = 1
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        else:
            self.db.execute("COMMIT")
        finally:
            self._depth = 0

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Within a transaction: what happens here is undone if it ends in an exception."""
        self.db.execute("SAVEPOINT work")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK TO work")
            raise
        finally:
            self.db.execute("RELEASE work")

    def setting(self, name: str, default: str = "") -> str:
        """A value kept across restarts."""
        row = self.db.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else default

    def keep_setting(self, name: str, value: str) -> None:
        """Keep a value across restarts."""
        self.db.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, value))

    def add(
        self, thing: Json, *, parent: str | None = None, due: int | None = None, private: Json | None = None
    ) -> None:
        """Keep a new object of the scope's account.

        `parent` is what lists filter by, `due` when the clock will want to see it.
        """
        if self.account is None:
            raise RuntimeError("Whose is it? Wrap the work in store.scope(store.owner(…)).")
        self.db.execute(
            "INSERT INTO object (id, kind, created, parent, due, body, private, account)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                thing["id"],
                thing["object"],
                thing["created"],
                parent,
                due,
                json.dumps(thing),
                json.dumps(private or {}),
                self.account,
            ),
        )

    def add_movement(self, transaction: Json) -> None:
        """Keep what a balance transaction of the scope's account moves, to be added up."""
        self.db.execute(
            f"INSERT INTO movement (account, {', '.join(MOVEMENT)}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - fixed texts
            (self.account, *(transaction[name] for name in MOVEMENT)),
        )

    def save(self, thing: Json) -> None:
        """Keep an object's new state."""
        self.db.execute("UPDATE object SET body = ? WHERE id = ?", (json.dumps(thing), thing["id"]))

    def save_private(self, identifier: str, private: Json) -> None:
        """Keep what belongs to an object and is never shown."""
        self.db.execute("UPDATE object SET private = ? WHERE id = ?", (json.dumps(private), identifier))

    def set_due(self, identifier: str, due: int | None) -> None:
        """Say when the clock wants to see this object next, if ever."""
        self.db.execute("UPDATE object SET due = ? WHERE id = ?", (due, identifier))

    def set_parent(self, identifier: str, parent: str) -> None:
        """Say what this object belongs to."""
        self.db.execute("UPDATE object SET parent = ? WHERE id = ?", (parent, identifier))

    def remove(self, identifier: str) -> None:
        """Forget an object."""
        self.db.execute("DELETE FROM object WHERE id = ?", (identifier,))

    def get(self, kind: str, identifier: str) -> Json | None:
        """The object of this kind with this id, if the scope's account has one."""
        row = self.db.execute(
            "SELECT body FROM object WHERE id = ?1 AND kind = ?2 AND account = coalesce(?3, account)",
            (identifier, kind, self.account),
        ).fetchone()
        return _load(row[0]) if row else None

    def private(self, identifier: str) -> Json:
        """What belongs to an object and is never shown."""
        row = self.db.execute("SELECT private FROM object WHERE id = ?", (identifier,)).fetchone()
        return _load(row[0]) if row else {}

    def newest(self, kind: str, limit: int) -> list[Json]:
        """The latest objects of a kind, newest first."""
        conditions = [("kind = ?", kind), *self.mine()]
        where = " AND ".join(condition for condition, _ in conditions)
        return self.select(
            f"SELECT body FROM object WHERE {where} ORDER BY seq DESC LIMIT ?",  # noqa: S608 - fixed texts
            [*(value for _, value in conditions), limit],
        )

    def mine(self) -> list[tuple[str, str]]:
        """The condition that the scope puts on a query over `object`, with its value."""
        return [] if self.account is None else [("account = ?", self.account)]

    def children(self, kind: str, parent: str) -> list[Json]:
        """The objects of a kind that belong to another, newest first."""
        rows = self.db.execute(
            "SELECT body FROM object WHERE parent = ? AND kind = ? ORDER BY seq DESC", (parent, kind)
        )
        return [_load(row[0]) for row in rows]

    def overdue(self, now: int) -> list[Json]:
        """What the clock has to look at now."""
        rows = self.db.execute(
            "SELECT body FROM object WHERE due <= ? ORDER BY due LIMIT 500", (now,)
        ).fetchall()
        return [_load(row[0]) for row in rows]

    def place(self, kind: str, identifier: str) -> int | None:
        """An object's place in the order of creation."""
        row = self.db.execute(
            "SELECT seq FROM object WHERE id = ?1 AND kind = ?2 AND account = coalesce(?3, account)",
            (identifier, kind, self.account),
        ).fetchone()
        return int(row[0]) if row else None

    def select(self, sql: str, values: Sequence[object]) -> list[Json]:
        """The bodies a condition over `object` finds."""
        return [_load(row[0]) for row in self.db.execute(sql, values).fetchall()]


def _load(text: str) -> Json:
    loaded: Json = json.loads(text)
    return loaded
