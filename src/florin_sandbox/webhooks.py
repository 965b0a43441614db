"""Signed notices on their way to the shop: kept in a queue on disk, tried again until they are taken."""

import asyncio
import hashlib
import hmac
import json
import random
import time
from collections.abc import Iterable
from dataclasses import dataclass

import httpx

from florin_sandbox.clock import Clock
from florin_sandbox.journal import Journal
from florin_sandbox.store import Json, Store

TIMEOUT = 10.0
GIVE_UP_AFTER = 3 * 24 * 3600.0
LONGEST_PAUSE = 15 * 60.0
AT_ONCE = 16
LOOK_AHEAD = 64
NAP = 0.5
OLD = 3600
WRONG_SECRET = "whsec_not_the_secret"  # noqa: S105 - the wrong one, on purpose
ANSWER_KEPT = 200


@dataclass(slots=True)
class Modes:
    """How notices shall misbehave; forgotten on restart."""

    hold: bool = False
    shuffle_seed: int | None = None
    shuffle_seconds: float = 1.0
    duplicate: int = 1
    drop: float = 0.0
    drop_seed: int = 0
    delay: float = 0.0
    before_response: bool = False
    bad_signature: int = 0
    old_timestamp: int = 0
    counted: int = 0


@dataclass(frozen=True, slots=True)
class Parcel:
    """One notice for one endpoint."""

    seq: int
    event: str
    about: str
    endpoint: str
    attempts: int
    first_at: float


def signature(body: bytes, secrets_: Iterable[str], at: int) -> str:
    """The `Stripe-Signature` header: one v1 per secret that is valid at the moment."""
    signed = str(at).encode() + b"." + body
    marks = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets_]
    return f"t={at}," + ",".join(f"v1={mark}" for mark in marks)


class Courier:
    """Delivers what is queued. Notices about one payment go in order; payments do not wait for each other."""

    def __init__(self, store: Store, clock: Clock, journal: Journal) -> None:
        self.modes = Modes()
        self.fresh: list[int] = []
        self._store = store
        self._clock = clock
        self._journal = journal
        self._wake = asyncio.Event()
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._in_hand: set[int] = set()
        self._client: httpx.AsyncClient | None = None

    def enqueue(self, event: Json, about: str, endpoint: str) -> None:
        """Queue an event for an endpoint, within the transaction that caused it."""
        now = self._clock.exact()
        self.modes.counted += 1
        for _ in range(self.modes.duplicate):
            state = "dropped" if self._lost() else "pending"
            cursor = self._store.db.execute(
                "INSERT INTO delivery (event, type, about, endpoint, state, first_at, next_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (event["id"], event["type"], about, endpoint, state, now, now + self._lateness()),
            )
            if state == "pending":
                self.fresh.append(int(cursor.lastrowid or 0))
            else:
                self._journal.write("webhook", event=event["id"], type=event["type"], state="dropped")

    def take_fresh(self) -> list[int]:
        """What was queued since the last call; wakes the delivery up."""
        fresh, self.fresh = self.fresh, []
        if fresh:
            self._wake.set()
        return fresh

    def wake(self) -> None:
        """Look at the queue now."""
        self._wake.set()

    def release(self) -> None:
        """Stop holding, and try everything that waits at once, in its order."""
        self.modes.hold = False
        self._store.db.execute(
            "UPDATE delivery SET next_at = ? WHERE state = 'pending' AND attempts > 0", (self._clock.exact(),)
        )
        self._wake.set()

    async def run(self) -> None:
        """Deliver for ever; cancelled at the end."""
        async with httpx.AsyncClient(timeout=TIMEOUT, trust_env=False, follow_redirects=False) as client:
            self._client = client
            try:
                while True:
                    self._wake.clear()
                    self._start_due()
                    try:
                        await asyncio.wait_for(self._wake.wait(), NAP)
                    except TimeoutError:
                        self._journal.flush()
            finally:
                for task in self._busy.values():
                    task.cancel()

    async def deliver_now(self, numbers: list[int]) -> None:
        """Try these at once, in order, and come back when they were answered (or failed)."""
        for number in numbers:
            row = self._store.db.execute(
                f"{SELECT} WHERE seq = ? AND state = 'pending'", (number,)
            ).fetchone()
            if row and number not in self._in_hand:
                await self._deliver(Parcel(*row))

    def _start_due(self) -> None:
        if self.modes.hold:
            return
        if self.modes.shuffle_seed is None:
            order, horizon = "seq", LOOK_AHEAD
        else:
            order, horizon = "next_at", LOOK_AHEAD
        rows = self._store.db.execute(
            f"{SELECT} WHERE state = 'pending' AND next_at <= ? ORDER BY {order} LIMIT ?",
            (self._clock.exact(), horizon),
        ).fetchall()
        for row in rows:
            parcel = Parcel(*row)
            if len(self._busy) >= AT_ONCE:
                return
            if parcel.about not in self._busy and parcel.seq not in self._in_hand:
                self._busy[parcel.about] = asyncio.create_task(self._carry(parcel))

    async def _carry(self, parcel: Parcel) -> None:
        try:
            await self._deliver(parcel)
        finally:
            self._busy.pop(parcel.about, None)
            self._wake.set()

    async def _deliver(self, parcel: Parcel) -> None:
        endpoint = self._store.get("webhook_endpoint", parcel.endpoint)
        event = self._store.get("event", parcel.event)
        if endpoint is None or event is None:
            self._settle(parcel, "gone", "endpoint deleted")
            return
        self._in_hand.add(parcel.seq)
        try:
            ok, answer = await self._post(endpoint, event)
        finally:
            self._in_hand.discard(parcel.seq)
        self._record(parcel, event, answer, ok=ok)

    async def _post(self, endpoint: Json, event: Json) -> tuple[bool, str]:
        body = json.dumps({**event, "pending_webhooks": 1}, indent=2).encode()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (florin-sandbox)",
            "Stripe-Signature": self._sign(endpoint, body),
        }
        client = self._client or httpx.AsyncClient(timeout=TIMEOUT, trust_env=False)
        try:
            response = await client.post(endpoint["url"], content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return False, f"{type(error).__name__}: {error}"[:ANSWER_KEPT]
        return response.is_success, str(response.status_code)

    def _sign(self, endpoint: Json, body: bytes) -> str:
        at = int(time.time())
        private = self._store.private(endpoint["id"])
        valid = [private["secret"]]
        if private.get("old_until", 0) > time.time():
            valid.append(private["old_secret"])
        if self.modes.bad_signature:
            self.modes.bad_signature -= 1
            valid = [WRONG_SECRET]
        if self.modes.old_timestamp:
            self.modes.old_timestamp -= 1
            at -= OLD
        return signature(body, valid, at)

    def _record(self, parcel: Parcel, event: Json, answer: str, *, ok: bool) -> None:
        now = self._clock.exact()
        attempts = parcel.attempts + 1
        given_up = now - parcel.first_at > GIVE_UP_AFTER
        state = "delivered" if ok else "failed" if given_up else "pending"
        pause = min(LONGEST_PAUSE, 2.0 ** min(attempts - 1, 20))
        with self._store.transaction():
            self._store.db.execute(
                "UPDATE delivery SET state = ?, attempts = ?, next_at = ?, answer = ? WHERE seq = ?",
                (state, attempts, now + pause, answer, parcel.seq),
            )
            self._journal.write(
                "webhook",
                event=event["id"],
                type=event["type"],
                about=parcel.about,
                attempt=attempts,
                answer=answer,
            )

    def _settle(self, parcel: Parcel, state: str, answer: str) -> None:
        self._store.db.execute(
            "UPDATE delivery SET state = ?, answer = ? WHERE seq = ?", (state, answer, parcel.seq)
        )

    def _lost(self) -> bool:
        if self.modes.drop <= 0:
            return False
        return random.Random(f"{self.modes.drop_seed}:{self.modes.counted}").random() < self.modes.drop  # noqa: S311 - a repeatable fault

    def _lateness(self) -> float:
        if self.modes.shuffle_seed is None:
            return self.modes.delay
        draw = random.Random(f"{self.modes.shuffle_seed}:{self.modes.counted}").random()  # noqa: S311 - a repeatable fault
        return self.modes.delay + draw * self.modes.shuffle_seconds


SELECT = "SELECT seq, event, about, endpoint, attempts, first_at FROM delivery"
