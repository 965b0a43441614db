"""Slowing down whoever guesses: after some tries in vain one waits, ever longer, and is never locked out."""

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from florin.domain.staff.models import Tries
from florin.kernel import clock

_FIRST_PAUSE = timedelta(seconds=5)
# As long after the last pause everything is forgiven.
_FORGIVEN_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How many tries are ``free``, and how long the pause becomes that doubles with each one after them."""

    name: str
    free: int
    longest: timedelta

    def count_of(self, whose: str) -> "Counted":
        """Return the count of one person, place or browser."""
        return Counted(hashlib.sha256(f"{self.name}:{whose}".encode(errors="surrogatepass")).digest(), self)

    def pause(self, made: int) -> timedelta:
        """Return how long to wait after so many tries."""
        over = made - self.free
        return timedelta() if over < 0 else min(_FIRST_PAUSE * 2 ** min(over, 20), self.longest)


@dataclass(frozen=True, slots=True)
class Counted:
    """One count and the limit that holds for it; who it is of cannot be read from ``key``."""

    key: bytes
    limit: Limit


_PAUSE = timedelta(minutes=15)
# A browser that has signed this person in before counts for itself: what strangers do is nothing to it.
_KNOWN_BROWSER = Limit(name="known browser", free=10, longest=_PAUSE)
_PERSON_AT_A_PLACE = Limit(name="person at a place", free=5, longest=_PAUSE)
_PERSON = Limit(name="person", free=50, longest=_PAUSE)
_PLACE = Limit(name="place", free=50, longest=timedelta(minutes=5))
_ASKING = Limit(name="asking for links", free=20, longest=timedelta(minutes=5))
# Shorter than the link lives: whoever asks in vain has one in the mailbox that works.
_RESET_LINK = Limit(name="reset link", free=3, longest=_PAUSE)
_CODE = Limit(name="code", free=5, longest=_PAUSE)
_CODE_KNOWN_BROWSER = Limit(name="code in a known browser", free=10, longest=_PAUSE)
_OLD_PASSWORD = Limit(name="old password", free=5, longest=_PAUSE)
# Not for all places together: nobody guesses a hundred bits, and nobody shall be kept out by others.
_SET_UP_CODE = Limit(name="set-up code", free=5, longest=_PAUSE)


def of_sign_in(login: str, *, place: str, browser: str) -> list[Counted]:
    """Return what a sign-in counts for; ``browser`` is the known browser's own name, or empty.

    Addresses that belong to nobody count like all others, so that nothing can be learned from the pauses.
    """
    if browser:
        return [_KNOWN_BROWSER.count_of(browser)]
    return [_PERSON_AT_A_PLACE.count_of(f"{login} {place}"), _PERSON.count_of(login), _PLACE.count_of(place)]


def of_old_password(person: str) -> list[Counted]:
    """Return what telling one's old password counts for, to choose a new one."""
    return [_OLD_PASSWORD.count_of(person)]


def of_set_up_code(place: str) -> list[Counted]:
    """Return what typing the set-up code counts for."""
    return [_SET_UP_CODE.count_of(place)]


def of_code(login: str, *, browser: str) -> list[Counted]:
    """Return what telling a code of one's second factor counts for; ``browser`` as for ``of_sign_in``."""
    return [_CODE_KNOWN_BROWSER.count_of(browser)] if browser else [_CODE.count_of(login)]


def of_asking(place: str) -> list[Counted]:
    """Return what asking for a link counts for, whoever's it would be."""
    return [_ASKING.count_of(place)]


def of_reset_link(login: str) -> list[Counted]:
    """Return what mailing somebody a link counts for."""
    return [_RESET_LINK.count_of(login)]


def begin(counted: Sequence[Counted]) -> int:
    """Count a try before it is looked at, and return 0; or count nothing and return how many seconds to wait.

    Because it counts first, of many tries at one instant no more pass than are free. A try that comes too
    early does not prolong the pause. It costs one statement.
    """
    keys = [one.key for one in counted]
    if wait := _wait(list(Tries.objects.filter(pk__in=keys))):
        return wait
    limits = {one.key: one.limit for one in counted}
    with transaction.atomic():
        fresh = [Tries(key=key, made=0, free_at=clock.now()) for key in sorted(keys)]
        Tries.objects.bulk_create(fresh, ignore_conflicts=True)
        rows = list(Tries.objects.filter(pk__in=keys).order_by("pk").select_for_update())
        if wait := _wait(rows):
            return wait
        now = clock.now()
        for row in rows:
            row.made = 1 if _is_forgiven(row, now) else row.made + 1
            row.free_at = now + limits[bytes(row.key)].pause(row.made)
        Tries.objects.bulk_update(rows, ["made", "free_at"])
    return 0


def succeeded(counted: Sequence[Counted]) -> None:
    """Take back a try that was right; those in vain before it stay counted."""
    now = clock.now()
    with transaction.atomic():
        rows = Tries.objects.filter(pk__in=[one.key for one in counted]).order_by("pk").select_for_update()
        for row in rows:
            row.made, row.free_at = max(row.made - 1, 0), now
            row.save(update_fields=["made", "free_at"])


def forget() -> None:
    """Delete what is forgiven."""
    Tries.objects.filter(free_at__lt=clock.now() - _FORGIVEN_AFTER).delete()


def _wait(rows: Iterable[Tries]) -> int:
    """Return after how many whole seconds all are free; 0 if they are.

    The clock is read after the rows were: one that somebody else has just freed is never free only later.
    """
    now = clock.now()
    return max(
        (math.ceil((row.free_at - now).total_seconds()) for row in rows if row.free_at > now), default=0
    )


def _is_forgiven(row: Tries, now: datetime) -> bool:
    return row.free_at + _FORGIVEN_AFTER < now
