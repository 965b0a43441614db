"""Reading the outbox: how far each send has come, and what came back."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from florin.domain.outbox.lifecycle import MessageState
from florin.domain.outbox.models import Message

# From the worst that can be said of a mail to the best.
_RANKS = (
    MessageState.BOUNCED,
    MessageState.QUEUED,
    MessageState.SENDING,
    MessageState.SENT,
    MessageState.DELIVERED,
)


@dataclass(frozen=True, slots=True)
class Stage:
    """How far the mails of one event have come: how many stand where."""

    counts: Mapping[MessageState, int]

    @property
    def worst(self) -> MessageState:
        """What staff must know of: bounced if any mail bounced, otherwise the mail furthest behind."""
        return next(state for state in _RANKS if self.counts.get(state))

    @property
    def best(self) -> MessageState:
        """How far the mail has come that is furthest ahead."""
        return next(state for state in reversed(_RANKS) if self.counts.get(state))

    @property
    def mails(self) -> int:
        """How many mails there are, which is how many recipients."""
        return sum(self.counts.values())


def stages(company_id: UUID, events: Collection[str]) -> dict[str, Stage]:
    """Return how far the mails of each event have come, in one query however many events there are.

    ``events`` are the texts given to ``NewMessage.event``. An event without mails is missing in the answer.
    A list shows a column with it::

        found = outbox.queries.stages(company.pk, [send.event for send in rows])
        stage = found.get(send.event)
        stage.worst            # MessageState.BOUNCED: a badge
        stage.counts, stage.mails  # {MessageState.DELIVERED: 2, MessageState.BOUNCED: 1}, 3: a tooltip

    An event may have mails of several kinds, such as both confirmations of a payment; they count together.
    Whether a person opened the link, went on to pay or paid is not the outbox's to know: see ``domain/links``
    and ``domain/payments``.
    """
    found: dict[str, Counter[MessageState]] = defaultdict(Counter)
    rows = (
        Message.objects.filter(company_id=company_id, event__in=events)
        .order_by()
        .values_list("event", "state")
        .annotate(Count("pk"))
    )
    for event, state, count in rows:
        found[event][MessageState(state)] = count
    return {event: Stage(counts) for event, counts in found.items()}


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
