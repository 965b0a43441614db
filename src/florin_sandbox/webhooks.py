"""Signed notices on their way to the shop: kept in a queue on disk, tried again until they are taken."""

import asyncio
import hashlib
import hmac
import json
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
COLUMNS = "seq, event, about, endpoint, attempts, first_at"


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

    @property
    def lane(self) -> tuple[str, str]:
        """Within a lane one notice waits for the one before it."""
        return self.about, self.endpoint


def signature(body: bytes, secrets_: Iterable[str], at: int) -> str:
    """The `Stripe-Signature` header: one v1 per secret that is valid at the moment."""
    signed = str(at).encode() + b"." + body
    marks = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets_]
    return f"t={at}," + ",".join(f"v1={mark}" for mark in marks)


def _draw(seed: int, number: int) -> float:
    """A number from 0 up to 1 that is the same for the same seed and number, on every machine."""
    digest = hashlib.sha256(f"{seed}:{number}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


class Courier:
    """Delivers what is queued. Notices about one payment go in order; payments do not wait for each other."""

    def __init__(self, store: Store, clock: Clock, journal: Journal) -> None:
        self.modes = Modes()
        self._fresh: list[int] = []
        self._store = store
        self._clock = clock
        self._journal = journal
        self._wake = asyncio.Event()
        self._busy: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._in_hand: set[int] = set()
        self._client: httpx.AsyncClient | None = None

    def enqueue(self, event: Json, about: str, endpoint: str) -> None:
        """Queue an event for an endpoint, within the transaction that caused it."""
        now = self._clock.exact()
        self.modes.counted += 1
        for copy in range(self.modes.duplicate):
            state = "dropped" if self._lost() else "pending"
            cursor = self._store.db.execute(
                "INSERT INTO delivery (event, type, about, endpoint, state, first_at, next_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    event["id"],
                    event["type"],
                    f"{about}#{copy}" if copy else about,
                    endpoint,
                    state,
                    now,
                    now + self._lateness(),
                ),
            )
            if state == "pending":
                self._fresh.append(int(cursor.lastrowid or 0))
            else:
                self._journal.write("webhook", event=event["id"], type=event["type"], state="dropped")

    async def dispatch(self) -> None:
        """Send what was just queued: soon, or, in the mode `before_response`, before coming back."""
        fresh, self._fresh = self._fresh, []
        if self.modes.before_response and not self.modes.hold:
            await self._deliver_now(fresh)
        self._wake.set()

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

    async def _deliver_now(self, numbers: list[int]) -> None:
        """Try these at once, in order, and come back when they were answered (or failed)."""
        for number in numbers:
            row = self._store.db.execute(
                f"SELECT {COLUMNS} FROM delivery WHERE seq = ? AND state = 'pending'",  # noqa: S608 - fixed texts
                (number,),
            ).fetchone()
            if row and number not in self._in_hand:
                await self._deliver(Parcel(*row))

    def _start_due(self) -> None:
        if self.modes.hold:
            return
        order = "seq" if self.modes.shuffle_seed is None else "next_at"
        rows = self._store.db.execute(
            f"SELECT {COLUMNS}, min({order}) FROM delivery WHERE state = 'pending' AND next_at <= ?"  # noqa: S608 - fixed texts
            f" GROUP BY about, endpoint ORDER BY {order} LIMIT ?",
            (self._clock.exact(), LOOK_AHEAD),
        ).fetchall()
        for *row, _ in rows:
            parcel = Parcel(*row)
            if len(self._busy) >= AT_ONCE:
                return
            if parcel.lane not in self._busy and parcel.seq not in self._in_hand:
                self._busy[parcel.lane] = asyncio.create_task(self._carry(parcel))

    async def _carry(self, parcel: Parcel) -> None:
        try:
            await self._deliver(parcel)
        finally:
            self._busy.pop(parcel.lane, None)
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
        return _draw(self.modes.drop_seed, self.modes.counted) < self.modes.drop

    def _lateness(self) -> float:
        if self.modes.shuffle_seed is None:
            return self.modes.delay
        draw = _draw(self.modes.shuffle_seed, self.modes.counted)
        return self.modes.delay + draw * self.modes.shuffle_seconds
