"""Reading the outbox: how far each send has come, and what came back."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, QuerySet

from florin.domain.outbox.models import Message

State = Message.State

# From the worst that can be said of a mail to the best.
_RANKS = (State.BOUNCED, State.QUEUED, State.SENDING, State.SENT, State.DELIVERED)


@dataclass(frozen=True, slots=True)
class Stage:
    """How far the mails of one event have come: how many stand where."""

    counts: Mapping[Message.State, int]

    @property
    def worst(self) -> Message.State:
        """What staff must know of: bounced if any mail bounced, otherwise the mail furthest behind."""
        return next(state for state in _RANKS if self.counts.get(state))

    @property
    def best(self) -> Message.State:
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
        stage.worst            # State.BOUNCED: a badge
        stage.counts, stage.mails  # {State.DELIVERED: 2, State.BOUNCED: 1}, 3: a tooltip

    An event may have mails of several kinds, such as both confirmations of a payment; they count together.
    Whether a person opened the link, went on to pay or paid is not the outbox's to know: see ``domain/links``
    and ``domain/payments``.
    """
    found: dict[str, Counter[Message.State]] = defaultdict(Counter)
    rows = (
        Message.objects.filter(company_id=company_id, event__in=events)
        .order_by()
        .values_list("event", "state")
        .annotate(Count("pk"))
    )
    for event, state, count in rows:
        found[event][Message.State(state)] = count
    return {event: Stage(counts) for event, counts in found.items()}


def bounced(company_id: UUID, *, since: datetime) -> QuerySet[Message]:
    """Return the company's mails that bounced since an instant, the latest first."""
    return Message.objects.filter(company_id=company_id, state=State.BOUNCED, bounced_at__gte=since).order_by(
        "-bounced_at", "-pk"
    )
