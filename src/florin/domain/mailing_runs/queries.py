"""Reading mailing runs: how far they are, and what became of each customer's item."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import CharField, Count, Func, IntegerField, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from florin.domain.mailing_runs.lifecycle import RunItemState
from florin.domain.mailing_runs.models import MailingRun, RunItem
from florin.domain.outbox.models import Message

_NOT_YET = [Message.State.QUEUED, Message.State.SENDING]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How many items stand where, and how many mails have left, bounced, or wait."""

    queued: int
    sent: int
    skipped: int
    failed: int
    mails_sent: int
    mails_bounced: int
    mails_waiting: int

    @property
    def customers(self) -> int:
        """How many customers there are in all."""
        return self.queued + self.done

    @property
    def done(self) -> int:
        """How many customers are done with."""
        return self.sent + self.skipped + self.failed

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen by itself."""
        return not self.queued and not self.mails_waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentRun:
    """A run in a list: how many customers it is for, how many of them were sent theirs or still wait."""

    run: MailingRun
    invoices: int
    customers: int
    sent: int
    queued: int


def count_progress(run: MailingRun) -> Progress:
    """Count a run's items and mails, in two queries."""
    states = dict(RunItem.objects.filter(run=run).values_list("state").annotate(Count("pk")).order_by())
    mails = _mails(run).aggregate(
        waiting=Count("pk", filter=Q(state__in=_NOT_YET)),
        bounced=Count("pk", filter=Q(state=Message.State.BOUNCED)),
        sent=Count("pk", filter=~Q(state__in=[*_NOT_YET, Message.State.BOUNCED])),
    )
    return Progress(
        queued=states.get(RunItemState.QUEUED, 0),
        sent=states.get(RunItemState.SENT, 0),
        skipped=states.get(RunItemState.SKIPPED, 0),
        failed=states.get(RunItemState.FAILED, 0),
        mails_sent=mails["sent"],
        mails_bounced=mails["bounced"],
        mails_waiting=mails["waiting"],
    )


def count_invoices(run: MailingRun) -> int:
    """Return how many invoices were chosen for a run, over all customers."""
    return int(RunItem.objects.filter(run=run).aggregate(chosen=_sum_of_lengths("invoices"))["chosen"])


def list_exceptions(run: MailingRun) -> QuerySet[RunItem]:
    """Return the items that were skipped, failed, or not sent in full, with their customers."""
    exceptions = Q(state__in=[RunItemState.SKIPPED, RunItemState.FAILED]) | ~Q(left_out=[])
    items = RunItem.objects.filter(exceptions, run=run)
    return items.select_related("customer").order_by("customer__name", "pk")


def list_bounces(run: MailingRun) -> QuerySet[Message]:
    """Return the run's mails that were refused."""
    return _mails(run).filter(state=Message.State.BOUNCED).order_by("recipient")


def list_recent(company_id: UUID, kind: MailingRun.Kind, *, most: int) -> list[RecentRun]:
    """Return a company's latest runs of a kind, in one query."""
    latest = MailingRun.objects.filter(company_id=company_id, kind=kind).order_by("-pk").values("pk")[:most]
    counted = MailingRun.objects.filter(pk__in=latest).annotate(
        invoices=_sum_of_lengths("items__invoices"),
        customers=Count("items"),
        sent=Count("items", filter=Q(items__state=RunItemState.SENT)),
        queued=Count("items", filter=Q(items__state=RunItemState.QUEUED)),
    )
    return [
        RecentRun(run=run, invoices=run.invoices, customers=run.customers, sent=run.sent, queued=run.queued)
        for run in counted.order_by("-pk")
    ]


def list_queued(most: int) -> list[UUID]:
    """Return the keys of items that nobody has worked yet, the oldest first."""
    queued = RunItem.objects.filter(state=RunItemState.QUEUED).order_by("pk")
    return list(queued.values_list("pk", flat=True)[:most])


def _sum_of_lengths(array: str) -> Coalesce:
    return Coalesce(Sum(Func(array, function="cardinality", output_field=IntegerField())), 0)


def _mails(run: MailingRun) -> QuerySet[Message]:
    events = RunItem.objects.filter(run=run).values_list(
        Func("events", function="unnest", output_field=CharField())
    )
    return Message.objects.filter(company=run.company_id, event__in=events)
