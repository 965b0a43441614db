"""Reading batches: how far they are, and what became of each customer's part."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import CharField, Count, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from florin.domain.outbox.models import Message
from florin.domain.sends.lifecycle import PartState
from florin.domain.sends.models import Batch, Part

_NOT_YET = [Message.State.QUEUED, Message.State.SENDING]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How many parts stand where, and how many mails have left, bounced, or wait."""

    queued: int
    sent: int
    skipped: int
    failed: int
    mails_sent: int
    mails_bounced: int
    mails_waiting: int

    @property
    def parts(self) -> int:
        """How many customers there are in all."""
        return self.queued + self.sent + self.skipped + self.failed

    @property
    def done(self) -> int:
        """How many customers are done with."""
        return self.parts - self.queued

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen by itself."""
        return not self.queued and not self.mails_waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    """A batch in a list: how many customers it is for, how many of them were sent theirs or still wait."""

    batch: Batch
    customers: int
    sent: int
    open: int


def progress(batch: Batch) -> Progress:
    """Count a batch's parts and mails, in two queries."""
    states = dict(Part.objects.filter(batch=batch).values_list("state").annotate(Count("pk")).order_by())
    mails = _mails_of(batch).aggregate(
        waiting=Count("pk", filter=Q(state__in=_NOT_YET)),
        bounced=Count("pk", filter=Q(state=Message.State.BOUNCED)),
        sent=Count("pk", filter=~Q(state__in=[*_NOT_YET, Message.State.BOUNCED])),
    )
    return Progress(
        queued=states.get(PartState.QUEUED, 0),
        sent=states.get(PartState.SENT, 0),
        skipped=states.get(PartState.SKIPPED, 0),
        failed=states.get(PartState.FAILED, 0),
        mails_sent=mails["sent"],
        mails_bounced=mails["bounced"],
        mails_waiting=mails["waiting"],
    )


def remarkable(batch: Batch) -> QuerySet[Part]:
    """Return the parts about which there is something to say: skipped, failed, or not sent in full."""
    told = Q(state__in=[PartState.SKIPPED, PartState.FAILED]) | ~Q(left_out=[])
    return Part.objects.filter(told, batch=batch).select_related("customer").order_by("customer__name", "pk")


def bounces(batch: Batch) -> QuerySet[Message]:
    """Return the batch's mails that were refused."""
    return _mails_of(batch).filter(state=Message.State.BOUNCED).order_by("recipient")


def recent(company_id: UUID, most: int) -> list[Recent]:
    """Return a company's latest batches, in one query."""
    latest = Batch.objects.filter(company_id=company_id).order_by("-pk").values("pk")[:most]
    counted = Batch.objects.filter(pk__in=latest).annotate(
        customers=Count("parts"),
        sent=Count("parts", filter=Q(parts__state=PartState.SENT)),
        open=Count("parts", filter=Q(parts__state=PartState.QUEUED)),
    )
    return [
        Recent(batch=batch, customers=batch.customers, sent=batch.sent, open=batch.open)
        for batch in counted.order_by("-pk")
    ]


def left(most: int) -> list[UUID]:
    """Return the keys of parts that nobody has worked yet, the oldest first."""
    queued = Part.objects.filter(state=PartState.QUEUED).order_by("pk")
    return list(queued.values_list("pk", flat=True)[:most])


def _mails_of(batch: Batch) -> QuerySet[Message]:
    event = Concat(Value(Part.EVENT), Cast("pk", CharField()))
    events = Part.objects.filter(batch=batch).values_list(event)
    return Message.objects.filter(company=batch.company_id, event__in=events, kind=Message.Kind.INVOICES)
