"""Writing the security log: a line for whoever watches the machine, a row for the company's Admin."""

import json
import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models.functions import Now

from florin.domain.security.models import SecurityEvent
from florin.domain.security.tally import Tally
from florin.kernel import clients, clock
from florin.kernel.database import new_key

Kind = SecurityEvent.Kind

KEPT_FOR = timedelta(days=365)
_LONGEST_DETAIL = 200
_log = logging.getLogger("florin.security")
tally = Tally()

# What somebody can bring about at will is counted for each account and place, hour by hour.
_COUNTED = frozenset(
    {
        Kind.SIGN_IN_FAILED,
        Kind.SIGN_IN_SLOWED,
        Kind.RESET_ASKED,
        Kind.RIGHT_REFUSED,
        Kind.FORM_REFUSED,
        Kind.NOTICE_FORGED,
        Kind.EXPORTED,
    }
)
_BAD = frozenset(
    {Kind.SIGN_IN_FAILED, Kind.SIGN_IN_SLOWED, Kind.RIGHT_REFUSED, Kind.FORM_REFUSED, Kind.NOTICE_FORGED}
)
_COUNT = """
    INSERT INTO security_securityevent (id, company_id, kind, at, last_at, who, place, about, count, hour)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s, %s)
    ON CONFLICT (hour, company_id, kind, who, place, about) WHERE hour IS NOT NULL
    DO UPDATE SET count = security_securityevent.count + excluded.count, last_at = excluded.last_at
    RETURNING count
"""


def note(kind: SecurityEvent.Kind, *, company_id: UUID | None = None, who: str = "", **about: str) -> None:
    """Note one thing that happened, as a row in the caller's transaction and as a line once that commits.

    ``who`` is the address of an account that exists, never what a stranger typed. Where the request comes
    from is noted too. Details are cut at 200 characters, and must hold no secret. What can be brought about
    at will is counted instead of written each time (``Tally``), in one statement or none.
    """
    now, place = clock.now(), clients.current()
    details = {name: text[:_LONGEST_DETAIL] for name, text in about.items()}
    if kind in _COUNTED:
        _count(kind, now, company_id=company_id, who=who, place=clients.place(place), about=details)
        return
    SecurityEvent.objects.create(
        company_id=company_id, kind=kind, at=now, last_at=now, who=who, place=place, about=details
    )
    _say(kind, now, company_id=company_id, who=who, place=place, about=details, count=1)


def note_actor(who: str) -> None:
    """Let what triggers write in the caller's transaction say who did it, and from where; safe to repeat."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('florin.actor', %s, true), set_config('florin.place', %s, true)",
            [who, clients.place(clients.current())],
        )


def purge() -> int:
    """Delete what is older than a year, and return how much that was. Safe to repeat."""
    deleted, _each = SecurityEvent.objects.filter(at__lt=Now() - KEPT_FOR).delete()
    return deleted


def _count(
    kind: SecurityEvent.Kind,
    now: datetime,
    *,
    company_id: UUID | None,
    who: str,
    place: str,
    about: dict[str, str],
) -> None:
    hour = now.replace(minute=0, second=0, microsecond=0)
    thing = (kind, company_id, who, tuple(sorted(about.items())))
    counted = tally.add(thing, place, hour)
    if counted is None:
        return
    place, more = counted
    with connection.cursor() as cursor:
        row = [new_key(), company_id, kind.value, now, now, who, place, json.dumps(about), more, hour]
        cursor.execute(_COUNT, row)
        count = cursor.fetchone()[0]
    _say(kind, now, company_id=company_id, who=who, place=place, about=about, count=count)


def _say(
    kind: SecurityEvent.Kind,
    at: datetime,
    *,
    company_id: UUID | None,
    who: str,
    place: str,
    about: dict[str, str],
    count: int,
) -> None:
    """Write the line: JSON, in which no text can begin a line of its own."""
    details = {
        "at": at.isoformat(timespec="milliseconds"),
        "event": kind.value,
        "company": str(company_id) if company_id else None,
        "who": who or None,
        "from": place or None,
        "count": count,
        **about,
    }
    line = json.dumps({name: value for name, value in details.items() if value is not None})
    level = logging.WARNING if kind in _BAD else logging.INFO
    transaction.on_commit(lambda: _log.log(level, "%s", line))
