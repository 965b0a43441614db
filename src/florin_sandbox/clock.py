"""The sandbox's own clock: the real one plus an offset that only ever grows and survives a restart.

A new sandbox may begin some days ago, to be brought up to the real time step by step.
"""

import time

from florin_sandbox.store import Store

OFFSET = "clock_offset"
DAY = 24 * 60 * 60


class Clock:
    """Tells the sandbox's time, in seconds since 1970 UTC."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.offset = float(store.setting(OFFSET, "0"))

    def exact(self) -> float:
        """Now, with fractions of a second."""
        return time.time() + self.offset

    def now(self) -> int:
        """Now, in whole seconds as objects carry it."""
        return int(self.exact())

    def begin(self, days_ago: float) -> None:
        """Begin so many days ago, before anything has happened."""
        self.offset = -days_ago * DAY
        self._store.keep_setting(OFFSET, repr(self.offset))

    def advance(self, seconds: float) -> None:
        """Move on by so many seconds. Never backwards: what has expired stays expired."""
        if seconds < 0:
            raise ValueError("The clock only goes forward.")
        self.offset += seconds
        self._store.keep_setting(OFFSET, repr(self.offset))
