"""Beginning and ending outages, and whose turn it is to tell the operator: once each, however many look."""

from collections.abc import Mapping
from datetime import timedelta

from django.db.models import QuerySet

from florin.domain.outages.models import Outage
from florin.kernel import clock

Kind = Outage.Kind


def begin(kind: Outage.Kind, *, detail: str = "") -> None:
    """Note that something does not work; if that is known already, only what is new about it."""
    now = clock.now()
    outage = Outage(kind=kind, detail=detail, began_at=now)
    Outage.objects.bulk_create([outage], ignore_conflicts=True)  # several processes look at once
    Outage.objects.filter(kind=kind, over_at=None).update(detail=detail)


def end(kind: Outage.Kind) -> None:
    """Note that it works again; what nobody was told of is forgotten. Safe to repeat."""
    lasting_ = Outage.objects.filter(kind=kind, over_at=None)
    lasting_.filter(told_at=None).delete()
    lasting_.update(over_at=clock.now())


def lasting() -> list[str]:
    """Return the kinds of outages that last."""
    return list(Outage.objects.filter(over_at=None).values_list("kind", flat=True))


def claim_beginnings(patience: Mapping[str, timedelta]) -> list[Outage]:
    """Take the outages of which nobody has been told and that have lasted so long; each is given out once."""
    now = clock.now()
    waiting = Outage.objects.filter(over_at=None, told_at=None)
    return [
        outage
        for outage in waiting
        if now - outage.began_at >= patience[outage.kind] and _claimed(outage, "told_at")
    ]


def claim_ends() -> list[Outage]:
    """Take the outages that are over, of which it was told that they began; each is given out once."""
    waiting = Outage.objects.filter(over_at__isnull=False, told_at__isnull=False, end_told_at=None)
    return [outage for outage in waiting if _claimed(outage, "end_told_at")]


def give_back_beginning(outage: Outage) -> None:
    """Let somebody tell of its beginning after all: it could not be told."""
    _rows(outage).update(told_at=None)


def give_back_end(outage: Outage) -> None:
    """Let somebody tell of its end after all: it could not be told."""
    _rows(outage).update(end_told_at=None)


def _claimed(outage: Outage, field: str) -> bool:
    """Whether this process is the one that tells: of several that ask at once one is."""
    return bool(_rows(outage).filter(**{field: None}).update(**{field: clock.now()}))


def _rows(outage: Outage) -> QuerySet[Outage]:
    return Outage.objects.filter(pk=outage.pk)
