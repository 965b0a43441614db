"""Putting mails into the outbox and taking them out, so that each leaves once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet

from florin.domain.outbox.models import Message
from florin.kernel import clock
from florin.kernel.jobs import Job, later

# A worker that says nothing for this long has died; SMTP gives up well before.
_CLAIM_LASTS = timedelta(minutes=2)
_FIRST_PAUSE = timedelta(seconds=15)
_LONGEST_PAUSE = timedelta(hours=1)
_GIVE_UP_AFTER = timedelta(days=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A mail to be: what happened (``event``), what to say of it (``kind``, ``snapshot``), and to whom."""

    company_id: UUID
    event: str
    kind: Message.Kind
    recipients: Sequence[str]
    snapshot: dict[str, Any]
    subjects: list[UUID]


def enqueue(news: NewMessage) -> None:
    """Queue one mail per recipient in the caller's transaction; a rollback sends nothing.

    Safe to repeat: the same event, kind and recipient is queued once, however often it is said.
    """
    now = clock.now()
    unique = dict.fromkeys(address.strip() for address in news.recipients if address.strip())
    rows = [
        Message(
            company_id=news.company_id,
            event=news.event,
            kind=news.kind,
            recipient=address,
            snapshot=news.snapshot,
            subjects=news.subjects,
            queued_at=now,
            due_at=now,
        )
        for address in unique
    ]
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    if rows:
        later(Job.DELIVER_OUTBOX, messages=[str(row.pk) for row in rows])


@transaction.atomic(durable=True)
def claim(keys: Sequence[UUID] | None = None, *, most: int = 50) -> list[Message]:
    """Take messages that are due, so that no other worker sends them; ``keys`` narrows the choice.

    A claim that is not followed by ``sent``, ``postponed`` or ``bounced`` lapses after two minutes: then the
    worker died, perhaps after the mail server said yes. The mail goes out again with the same Message-ID.
    """
    now = clock.now()
    due = Message.objects.filter(
        Q(state=Message.State.QUEUED) | Q(state=Message.State.SENDING), due_at__lte=now
    ).order_by("due_at")
    if keys is not None:
        due = due.filter(pk__in=keys)
    messages = list(due.select_for_update(skip_locked=True, of=("self",)).select_related("company")[:most])
    Message.objects.filter(pk__in=[message.pk for message in messages]).update(
        state=Message.State.SENDING, due_at=now + _CLAIM_LASTS, tries=F("tries") + 1
    )
    return messages


def sent(message: Message) -> None:
    """Record that the mail server has taken the mail."""
    Message.objects.filter(pk=message.pk).update(state=Message.State.SENT, sent_at=clock.now(), error="")


def postponed(message: Message, reason: str) -> bool:
    """Record a passing failure and try later: after 15 seconds, then ever longer, for three days.

    Returns:
        Whether there will be another try; not if another worker has sent it since our claim lapsed.
    """
    now = clock.now()
    if now - message.queued_at > _GIVE_UP_AFTER:
        bounced(message, reason)
        return False
    pause = min(_FIRST_PAUSE * 2 ** min(message.tries, 10), _LONGEST_PAUSE)
    return bool(_held(message).update(state=Message.State.QUEUED, due_at=now + pause, error=reason[:500]))


def bounced(message: Message, reason: str) -> None:
    """Record that the mail server will not take it, ever; staff sees it."""
    _held(message).update(state=Message.State.BOUNCED, error=reason[:500])


def _held(message: Message) -> QuerySet[Message]:
    """The message while the claim on it is still the caller's: what a quicker worker did since stays done."""
    return Message.objects.filter(pk=message.pk, state=Message.State.SENDING, tries=message.tries + 1)
