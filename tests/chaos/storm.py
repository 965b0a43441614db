"""Bad weather: programs killed, calls that time out or fail, notices lost, doubled and late."""

import os
import threading
import time
from collections import Counter
from random import Random
from typing import Any

import httpx

from testing.demo import Demo

VICTIMS = ("web", "worker", "sandbox", "database")
_SHORTEST_LIFE_SECONDS = 6.0
_OPERATIONS = (
    "session.create",
    "session.retrieve",
    "intent.capture",
    "intent.cancel",
    "session.expire",
    "refund.create",
)
_MODES = (
    {"mode": "timeout_before", "seconds": 6},
    {"mode": "timeout_after_success", "seconds": 6},
    {"mode": "500_before"},
    {"mode": "500_after_success"},
    {"mode": "500_sticky", "effect": True},
    {"mode": "reset", "effect": True},
    {"mode": "reset"},
    {"mode": "slow", "seconds": 1},
    {"mode": "429", "retry_after": 2},
    {"mode": "429"},
)
_NOTICES: tuple[dict[str, Any], ...] = (
    {"mode": "duplicate", "n": 3},
    {"mode": "shuffle", "seconds": 3},
    {"mode": "drop", "p": 0.3},
    {"mode": "delay", "seconds": 2},
    {"mode": "before_response"},
    {"mode": "ok"},
)
_MAIL: tuple[dict[str, Any], ...] = (
    {"mode": "reject_temporary", "times": 2},
    {"mode": "disconnect", "times": 2},
    {"mode": "accept_disconnect", "times": 1},
)


class Storm:
    """Runs in threads of its own until ``calm``; counts what it did."""

    def __init__(self, demo: Demo, *, seed: int, kills: int, seconds_between_kills: float) -> None:
        self._demo = demo
        self._chance = Random(seed)
        self._left = kills
        self._pause = seconds_between_kills
        self._over = threading.Event()
        self.did: Counter[str] = Counter()
        self._threads = [threading.Thread(target=self._kill), threading.Thread(target=self._trouble)]

    def begin(self) -> None:
        """Let it break loose."""
        for thread in self._threads:
            thread.start()

    @property
    def is_spent(self) -> bool:
        """Whether every kill has been carried out."""
        return self._left <= 0

    def calm(self) -> None:
        """End it, and undo every order given to the bank."""
        self._over.set()
        for thread in self._threads:
            thread.join()
        self._order("/control/reset", {})
        self._order("/control/webhooks", {"mode": "ok"})
        self._order("/control/mail", {"mode": "ok"})

    def _kill(self) -> None:
        died = dict.fromkeys(VICTIMS, 0.0)
        while not self._over.wait(self._pause) and self._left > 0:
            if not self._demo.is_running:  # what keeps the programs has given up, which the payers tell
                self._left = 0
                return
            now = time.monotonic()
            alive = [name for name in VICTIMS if now - died[name] > _life_seconds()]
            if not alive:
                continue
            victim = self._chance.choice(alive)
            try:
                self._demo.kill(victim)
            except (FileNotFoundError, ProcessLookupError, ValueError, IndexError):
                continue  # it is just starting again
            died[victim] = now
            self._left -= 1
            self.did[f"killed {victim}"] += 1

    def _trouble(self) -> None:
        """Blow in gusts: a processor whose every answer fails for minutes is let rest, and nobody pays."""
        while not self._over.wait(self._chance.uniform(2, 8)):
            gust_ends = time.monotonic() + self._chance.uniform(2, 8)
            while time.monotonic() < gust_ends and not self._over.wait(self._chance.uniform(0.2, 1)):
                self._blow()
            for operation in _OPERATIONS:
                self._order("/control/faults", {"operation": operation, "mode": "ok"})

    def _blow(self) -> None:
        match self._chance.randrange(4):
            case 0 | 1:
                fault = {"operation": self._chance.choice(_OPERATIONS), "times": self._chance.randint(1, 3)}
                self._order("/control/faults", fault | self._chance.choice(_MODES))
            case 2:
                notices = {"seed": self._chance.randrange(1 << 30), **self._chance.choice(_NOTICES)}
                if notices["mode"] not in {"shuffle", "drop"}:
                    del notices["seed"]
                self._order("/control/webhooks", {"mode": "ok"})
                self._order("/control/webhooks", notices)
            case _:
                self._order("/control/mail", self._chance.choice(_MAIL))

    def _order(self, path: str, order: dict[str, Any]) -> None:
        """Give the bank an order; if it is dead just now, never mind, unless this is the end."""
        for _ in range(300 if self._over.is_set() else 1):
            try:
                answer = self._demo.bank.post(path, json=order)
            except httpx.HTTPError:
                time.sleep(0.2)
                continue
            assert answer.status_code == 200, (path, order, answer.text)
            self.did[str(order.get("mode", "reset"))] += 1
            return


def _life_seconds() -> float:
    """Return how long a program is left alone: it should get to do something before it dies again.

    On a machine that has more to do than it can, a program takes so much longer to start.
    """
    waiting = os.getloadavg()[0] / (os.cpu_count() or 1)
    return _SHORTEST_LIFE_SECONDS * max(waiting, 1.0)
