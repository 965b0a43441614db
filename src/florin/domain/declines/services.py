"""Counting declines, and saying when it is enough: whoever tries out cards that are not theirs has many.

The rows are the count: each is written once, and what follows is read from them after they are committed, so
that declines that come at the same instant are all seen by the last of them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, Max, OuterRef, QuerySet

from florin.domain.companies.models import Company
from florin.domain.declines.models import Decline
from florin.domain.links.models import Debt, Link
from florin.kernel import clock

MOST_OF_SESSION = 5
"""So many ends a session at the processor; somebody who mistypes needs two or three."""
MOST_OF_LINK = 10
"""So many within ``COOLS_FOR`` and the link takes no payments until the first of them is that long ago."""
MOST_FROM_PLACE = 20
"""So many from one place, and from there a link that had any takes no more payments. One that had none still
does: a place may be a whole office, or a proxy that does not tell us whom it speaks for."""
COOLS_FOR = timedelta(hours=1)
_TOLD_FOR = timedelta(days=1)
_KEPT_FOR = timedelta(days=30)
"""The processor repeats a notice for days, and each repetition must be known again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A link at which many cards were declined within a day, and how many."""

    link: UUID
    declines: int
    last_at: datetime


def count(link: Link, *, attempt: UUID, name: str, place: str) -> bool:
    """Count a decline in the caller's transaction; false if it was counted before. Safe to repeat."""
    row = Decline(
        company_id=link.company_id, link=link, attempt=attempt, name=name, place=place, at=clock.now()
    )
    Decline.objects.bulk_create([row], ignore_conflicts=True)
    return Decline.objects.filter(pk=row.pk).exists()


def is_enough(attempt: UUID) -> bool:
    """Say whether a session has had so many declines that it is to end."""
    return Decline.objects.filter(attempt=attempt).count() >= MOST_OF_SESSION


def cools_until(link: Link, *, place: str) -> datetime | None:
    """Return until when a link takes no payments by whoever is at this place; nothing if it does."""
    mine = _latest(Decline.objects.filter(link=link), MOST_OF_LINK)
    if len(mine) == MOST_OF_LINK:
        return mine[-1] + COOLS_FOR
    if not (mine and place):
        return None
    here = _latest(Decline.objects.filter(place=place), MOST_FROM_PLACE)
    return min(here[-1], mine[0]) + COOLS_FOR if len(here) == MOST_FROM_PLACE else None


def in_trouble(company: Company) -> list[Trouble]:
    """Return the company's links at which cards are being tried out, the latest first.

    Until a day has passed, the link was revoked, or nothing is owed by it any more.
    """
    owed = Debt.objects.filter(link=OuterRef("link"), invoice__item__balance__gt=0)
    rows = Decline.objects.filter(Exists(owed), company=company, link__revoked_at=None)
    counted = rows.filter(at__gt=clock.now() - _TOLD_FOR).values("link")
    many = counted.annotate(declines=Count("pk"), last_at=Max("at")).filter(declines__gte=MOST_OF_LINK)
    return [Trouble(**row) for row in many.order_by("-last_at")]


def purge() -> int:
    """Delete declines that are older than thirty days, and return how many those were. Safe to repeat."""
    deleted, _each = Decline.objects.filter(at__lt=clock.now() - _KEPT_FOR).delete()
    return deleted


def _latest(rows: QuerySet[Decline], most: int) -> list[datetime]:
    recent = rows.filter(at__gt=clock.now() - COOLS_FOR).order_by("-at")
    return list(recent.values_list("at", flat=True)[:most])
