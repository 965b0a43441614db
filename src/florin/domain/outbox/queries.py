"""Reading the outbox: how far each send has come, and what came back."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from florin.domain.outbox.lifecycle import MessageState
from florin.domain.outbox.models import Message


def bounced_among(company_id: UUID, events: Iterable[str]) -> set[str]:
    """Return those of some events of which a mail bounced; one query."""
    back = Message.objects.filter(company_id=company_id, event__in=list(events), state=MessageState.BOUNCED)
    return set(back.values_list("event", flat=True))


def bounced(company_id: UUID, *, since: datetime) -> QuerySet[Message]:
    """Return the company's mails that bounced since an instant, the latest first."""
    return Message.objects.filter(
        company_id=company_id, state=MessageState.BOUNCED, bounced_at__gte=since
    ).order_by("-bounced_at", "-pk")


def served(company_id: UUID, bounces: Mapping[UUID, tuple[Message, frozenset[UUID]]]) -> set[UUID]:
    """Return which mails that came back are made good: by key, with what each was about (one query).

    One is, when later mails about all of that went to the same recipient and did not come back themselves; or
    when somebody sent another in its place, perhaps to an address put right: that one speaks for itself.
    """
    if not bounces:
        return set()
    messages = [message for message, _about in bounces.values()]
    later = Message.objects.filter(company=company_id)
    same = ~Q(state=MessageState.BOUNCED) & Q(
        recipient__in={message.recipient for message in messages},
        queued_at__gt=min(message.queued_at for message in messages),
    )
    rows = list(
        later.filter(same | Q(instead_of__in=bounces)).values_list(
            "recipient", "queued_at", "subjects", "instead_of"
        )
    )
    return {
        key
        for key, (message, about) in bounces.items()
        if any(instead == key for *_rest, instead in rows)
        or (about and about <= _subjects_mailed(rows, message.recipient, since=message.queued_at))
    }


def _subjects_mailed(
    rows: Iterable[tuple[str, datetime, list[UUID], UUID | None]], recipient: str, *, since: datetime
) -> set[UUID]:
    """Return all that mails to a recipient were about since an instant."""
    return {key for to, at, subjects, _instead in rows if to == recipient and at > since for key in subjects}


def came_back(company_id: UUID, key: UUID | None, subject: UUID) -> Message | None:
    """Return a mail about an object that came back, if it is one of the company's."""
    found = Message.objects.filter(company=company_id, state=MessageState.BOUNCED, pk=key) if key else None
    message = found.first() if found is not None else None
    return message if message and subject in message.subjects else None
