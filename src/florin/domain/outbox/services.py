"""Putting mails into the outbox and taking them out, so that each leaves once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet

from florin.contracts import stored_emails
from florin.contracts.emails import Email
from florin.domain.outbox.lifecycle import MESSAGE, MessageState
from florin.domain.outbox.models import Message
from florin.kernel import clock
from florin.kernel.database import AT_ONCE, find
from florin.kernel.jobs import Job, later

# A worker that says nothing for this long has died; SMTP gives up well before.
_CLAIM_LASTS = timedelta(minutes=2)
_FIRST_PAUSE = timedelta(seconds=15)
_LONGEST_PAUSE = timedelta(hours=1)
_GIVE_UP_AFTER = timedelta(days=3)
_LONGEST_ID = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A mail to be: what happened (``event``), what to say of it, in which language, and to whom."""

    company_id: UUID
    event: str
    email: Email
    language: str
    recipients: Sequence[str]
    subjects: list[UUID]


def enqueue(new: NewMessage) -> None:
    """Queue one mail per recipient in the caller's transaction; a rollback sends nothing.

    Safe to repeat: the same event, kind and recipient is queued once, however often it is said.
    """
    now = clock.now()
    kind = stored_emails.kind_of(new.email)
    snapshot = stored_emails.write(new.email, language=new.language)
    unique = dict.fromkeys(address.strip() for address in new.recipients if address.strip())
    rows = [
        Message(
            company_id=new.company_id,
            event=new.event,
            kind=kind,
            recipient=address,
            snapshot=snapshot,
            subjects=new.subjects,
            queued_at=now,
            due_at=now,
        )
        for address in unique
    ]
    Message.objects.bulk_create(rows, ignore_conflicts=True, batch_size=AT_ONCE)
    if rows:
        later(Job.DELIVER_OUTBOX, messages=[str(row.pk) for row in rows])


@transaction.atomic(durable=True)
def claim(keys: Sequence[UUID] | None = None, *, most: int = 20) -> list[Message]:
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


def hasten(company_id: UUID) -> int:
    """Try a company's emails now that failed and wait; return how many they are. Safe to repeat."""
    delayed = Message.objects.filter(company_id=company_id, state=Message.State.QUEUED).exclude(error="")
    return delayed.update(due_at=clock.now())


def sent(message: Message, *, provider_id: str = "") -> None:
    """Record that the mail server has taken the mail, and what it calls it.

    What a hosted sender has told of it already stays: its notice may overtake its answer.
    """
    ends = (MessageState.DELIVERED, MessageState.BOUNCED)
    has_left = Q(state__in=ends, sent_at__isnull=False)  # SMTP's own refusal leaves ``sent_at`` empty
    Message.objects.filter(~has_left, pk=message.pk).update(
        state=Message.State.SENT, sent_at=clock.now(), bounced_at=None, error=""
    )
    if provider_id:
        Message.objects.filter(pk=message.pk).update(provider_id=provider_id[:_LONGEST_ID])


def is_hopeless(message: Message) -> bool:
    """Whether a mail has been tried for three days, so that one more failure is the last."""
    return clock.now() - message.queued_at > _GIVE_UP_AFTER


def postponed(message: Message, reason: str) -> bool:
    """Record a passing failure and try later: after 15 seconds, then ever longer.

    Returns:
        Whether there will be another try; not if another worker has sent it since our claim lapsed.
    """
    pause = min(_FIRST_PAUSE * 2 ** min(message.tries, 10), _LONGEST_PAUSE)
    due_at = clock.now() + pause
    return bool(_held(message).update(state=Message.State.QUEUED, due_at=due_at, error=reason[:500]))


def bounced(message: Message, reason: str) -> bool:
    """Record that the mail server will not take it, ever; staff sees it.

    Returns:
        Whether that is so; not if another worker has sent it since our claim lapsed.
    """
    held = _held(message)
    return bool(held.update(state=Message.State.BOUNCED, bounced_at=clock.now(), error=reason[:500]))


def find_sent(keys: Collection[UUID], provider_ids: Collection[str]) -> list[Message]:
    """Lock the messages that a hosted sender speaks of, by our keys or by its own; unknown ones are left out.

    The locks are taken in the order of the keys, so that two notices never wait for each other.
    """
    spoken_of = Message.objects.filter(Q(pk__in=keys) | Q(provider_id__in=[*filter(None, provider_ids)]))
    return list(spoken_of.order_by("pk").select_for_update(of=("self",)))


def arrived(message: Message, *, at: datetime) -> bool:
    """Record that the recipient's mail server took a mail that was found with ``find_sent``.

    Returns:
        Whether that is news: not if we know it, nor if the mail has bounced, which nothing undoes.
    """
    if MessageState.DELIVERED not in MESSAGE.moves[MessageState(message.state)]:
        return False
    message.state, message.delivered_at, message.error = Message.State.DELIVERED, at, ""
    message.sent_at = message.sent_at or at
    message.save(update_fields=["state", "delivered_at", "sent_at", "error"])
    return True


def came_back(message: Message, *, at: datetime, reason: str) -> bool:
    """Record that a mail that was found with ``find_sent`` bounced, perhaps long after it was delivered.

    Returns:
        Whether that is news.
    """
    if MessageState.BOUNCED not in MESSAGE.moves[MessageState(message.state)]:
        return False
    message.state, message.bounced_at, message.error = Message.State.BOUNCED, at, reason[:500]
    message.sent_at = message.sent_at or at
    message.save(update_fields=["state", "bounced_at", "sent_at", "error"])
    return True


def put_right(company_id: UUID, bounced_id: UUID, *, event: str) -> None:
    """Say that the mails of an event were sent instead of one that came back, perhaps to another address.

    In the caller's transaction. Nothing happens if there is no such mail, it did not come back, or it was
    about something else.
    """
    came_back = Message.objects.filter(company=company_id, pk=bounced_id, state=Message.State.BOUNCED).first()
    if came_back is None:
        return
    sent_now = Message.objects.filter(company=company_id, event=event, kind=came_back.kind)
    sent_now.filter(subjects__overlap=came_back.subjects).update(instead_of=came_back)


def dismiss(company_id: UUID, bounced_id: UUID, *, by: str) -> Message:
    """Take a mail that came back off the list of what needs attention; twice is once.

    Raises:
        NotFound: if the company has no such mail, or it did not come back.
    """
    message = find(Message.objects.filter(company=company_id, state=Message.State.BOUNCED), pk=bounced_id)
    Message.objects.filter(pk=bounced_id, dismissed_at=None).update(dismissed_at=clock.now(), dismissed_by=by)
    return message


def _held(message: Message) -> QuerySet[Message]:
    """The message while the claim on it is still the caller's: what a quicker worker did since stays done."""
    return Message.objects.filter(pk=message.pk, state=Message.State.SENDING, tries=message.tries + 1)
