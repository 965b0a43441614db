"""Stripe's idempotency rules: the first answer to a key is the answer to that key.

Connected accounts have keys of their own: a slot is a key, with the account before it where there is one.
"""

import hashlib
from dataclasses import dataclass

from florin_sandbox import errors
from florin_sandbox.bank import Bank

LONGEST_KEY = 255
KEPT_FOR = 24 * 3600


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it went, or will go, over the wire."""

    status: int
    body: bytes


def fingerprint(path: str, body: bytes) -> str:
    """What must be the same for two requests to be the same."""
    return f"{path} {hashlib.sha256(body).hexdigest()}"


def slot(key: str, account: str) -> str:
    """Where the answer to an account's key is kept; headers have no line breaks, so slots do not collide."""
    return f"{account}\n{key}" if account and key else key


class Keys:
    """Which keys are in use right now. Finished ones are in the store."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank
        self._running: set[str] = set()

    def begin(self, slot_: str, print_: str) -> Answer | None:
        """Claim a key, or get the answer it already has.

        Refuses another request under the same key (400) and one while the first still runs (409).
        """
        key = _key(slot_)
        if len(key) > LONGEST_KEY:
            raise errors.Refusal(
                f"Idempotency keys can be at most {LONGEST_KEY} characters.", kind="idempotency_error"
            )
        if slot_ in self._running:
            raise errors.key_in_use(key)
        stored = self._stored(slot_, print_)
        if stored is None:
            self._running.add(slot_)
        return stored

    def _stored(self, slot_: str, print_: str) -> Answer | None:
        row = self._bank.store.db.execute(
            "SELECT fingerprint, status, body FROM idempotency WHERE key = ? AND at > ?",
            (slot_, self._bank.clock.now() - KEPT_FOR),
        ).fetchone()
        if row is None:
            return None
        if row[0] != print_:
            message = (
                "Keys for idempotent requests can only be used with the parameters and endpoint they were"
                f" first used with. Use a key other than '{_key(slot_)}' for a different request."
            )
            raise errors.Refusal(message, kind="idempotency_error")
        return Answer(row[1], bytes(row[2]))

    def keep(self, slot_: str, print_: str, answer: Answer) -> None:
        """Keep the answer, in the transaction of the work it tells of."""
        self._bank.store.db.execute(
            "INSERT OR REPLACE INTO idempotency VALUES (?, ?, ?, ?, ?)",
            (slot_, print_, answer.status, answer.body, self._bank.clock.now()),
        )

    def end(self, slot_: str) -> None:
        """Let go of a claimed key."""
        self._running.discard(slot_)


def _key(slot_: str) -> str:
    return slot_.rpartition("\n")[2]
