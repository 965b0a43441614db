"""Remembering what a payment processor refuses, so that it stands before people until it is dealt with."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet

from florin.contracts.processor import LONGEST_REFERENCE, GatewayRefusal, RefusalReason
from florin.domain.companies.models import Company
from florin.domain.refusals.models import ProcessorRefusal
from florin.kernel import clock
from florin.kernel.database import find

BY_ITSELF = "system"
# These are about the installation, whatever was asked for; the others are about one thing.
_OF_ALL = {
    RefusalReason.KEY,
    RefusalReason.PERMISSION,
    RefusalReason.ACCOUNT_GONE,
    RefusalReason.PARAMETER,
}


def note(
    company_id: UUID, refusal: GatewayRefusal, *, subject: UUID, number: str = "", path: str = ""
) -> datetime:
    """Remember a refusal, and return since when we have been told so about the same; safe to repeat.

    ``subject`` is the key of what it is about, ``number`` what people call that, and ``path``
    where they find it.
    """
    now = clock.now()
    same = {
        "company_id": company_id,
        "verb": refusal.verb,
        "reason": refusal.reason,
        "code": refusal.code[:80],
        "object_key": "" if refusal.reason in _OF_ALL else str(subject),
    }
    last = {
        "text": str(refusal)[:500],
        "request": refusal.request[:LONGEST_REFERENCE],
        "number": number[:120],
        "path": path,
        "last_at": now,
    }
    alike = ProcessorRefusal.objects.filter(**same)
    if not alike.filter(ended_at=None).update(times=F("times") + 1, **last):
        fresh = ProcessorRefusal(first_at=now, **same, **last)
        ProcessorRefusal.objects.bulk_create([fresh], ignore_conflicts=True)  # another may be quicker
    since: datetime = alike.aggregate(since=Min("first_at"))["since"]
    return since


def succeeded(company_id: UUID, verbs: Collection[str], *, at: datetime, subject: UUID | None = None) -> None:
    """End what calls that succeeded at a moment show to be over: the same verbs, the key, the same subject.

    Of an amount that was refused, another's success says nothing.
    """
    over = Q(verb__in=list(verbs), object_key="") | Q(reason=RefusalReason.KEY)
    if subject is not None:
        over |= Q(verb__in=list(verbs), object_key=str(subject))
    _end(open_ones(company_id).filter(over, last_at__lt=at), by=BY_ITSELF)


def dealt_with(company: Company, pk: UUID, *, by: str) -> None:
    """End a refusal because somebody has dealt with it; safe to repeat.

    Raises:
        NotFound: if there is none, or it is another company's.
    """
    known = find(ProcessorRefusal.objects.filter(company=company), pk=pk)
    _end(ProcessorRefusal.objects.filter(pk=known.pk, ended_at=None), by=by)


def open_ones(company_id: UUID) -> QuerySet[ProcessorRefusal]:
    """Return what needs a person still, the latest first."""
    return ProcessorRefusal.objects.filter(company_id=company_id, ended_at=None).order_by("-last_at")


def has_open() -> Exists:
    """Ask, within a query about rows of companies, whether anything is open for their company."""
    return Exists(ProcessorRefusal.objects.filter(company=OuterRef("company"), ended_at=None))


def _end(rows: QuerySet[ProcessorRefusal], *, by: str) -> None:
    rows.update(ended_at=clock.now(), ended_by=by)
