"""Counting what strangers can make happen again and again, so that noting it costs them more than us."""

from collections.abc import Hashable
from datetime import datetime
from threading import Lock

EACH_OF_THE_FIRST = 16
_MOST_PLACES = 20
_MOST_THINGS = 10_000
ELSEWHERE = ""


class Tally:
    """Counts within an hour and says which ones are worth writing down: the first 16, then each doubling.

    Holds at most 10,000 things, each from at most 20 places; other places count together, and what is one
    thing too many is not told in that hour. Of one thing from one place at most about forty are told an hour,
    whatever happens.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._hour: datetime | None = None
        self._made: dict[Hashable, dict[str, int]] = {}
        self._told: dict[tuple[Hashable, str], int] = {}

    def add(self, thing: Hashable, place: str, hour: datetime) -> tuple[str, int] | None:
        """Count one; return under which place, and how many since the last time, to write down if any."""
        with self._lock:
            if hour != self._hour:
                self._forget(hour)
            if thing not in self._made and len(self._made) >= _MOST_THINGS:
                return None
            places = self._made.setdefault(thing, {})
            if place not in places and len(places) >= _MOST_PLACES:
                place = ELSEWHERE
            made = places[place] = places.get(place, 0) + 1
            if made > EACH_OF_THE_FIRST and made & (made - 1):
                return None
            more = made - self._told.get((thing, place), 0)
            self._told[thing, place] = made
            return place, more

    def clear(self) -> None:
        """Begin afresh."""
        with self._lock:
            self._forget(None)

    def _forget(self, hour: datetime | None) -> None:
        self._hour = hour
        self._made.clear()
        self._told.clear()
