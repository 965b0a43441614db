"""Opening a mailing run and settling its items, each once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import IntegrityError, transaction

from florin.domain.companies.models import Company
from florin.domain.mailing_runs.lifecycle import RUN_ITEM, RunItemState
from florin.domain.mailing_runs.models import MailingRun, RunItem
from florin.kernel import clock
from florin.kernel.database import AT_ONCE


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRun:
    """A run to be; ``submission`` is the key of the form's submission, ``language`` is the sender's.

    ``instructions`` are what its kind must know for all items, as JSON.
    """

    company: Company
    kind: MailingRun.Kind
    submission: str
    by: str
    language: str
    instructions: Mapping[str, str | bool | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewItem:
    """A customer's item to be; with a ``reason`` it is skipped from the start."""

    customer_id: UUID
    recipients: Sequence[str]
    invoices: Sequence[UUID] = ()
    reason: str = ""
    left_out: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an item: a sentence why not, and the invoices that were left out (number, reason).

    ``events`` are those of the mails that were queued.
    """

    state: RunItemState
    reason: str = ""
    left_out: Sequence[tuple[str, str]] = ()
    events: Sequence[str] = ()


def find_submitted(company: Company, kind: MailingRun.Kind, submission: str) -> MailingRun | None:
    """Return the run that a submission has made, if it has."""
    return MailingRun.objects.filter(company=company, kind=kind, submission=submission).first()


def open_run(new: NewRun, items: Sequence[NewItem]) -> tuple[MailingRun, list[UUID]]:
    """Store a run with its items in the caller's transaction, and return it with the items to be worked.

    The same submission at the same moment waits for the first one, and gets its run with nothing to work.
    """
    try:
        with transaction.atomic():
            run = MailingRun.objects.create(
                company=new.company,
                kind=new.kind,
                submission=new.submission,
                instructions=dict(new.instructions),
                made_at=clock.now(),
                made_by=new.by,
                language=new.language,
            )
    except IntegrityError:
        known = MailingRun.objects.get(company=new.company, kind=new.kind, submission=new.submission)
        return known, []
    made = RunItem.objects.bulk_create([_item(run, item) for item in items], batch_size=AT_ONCE)
    return run, [item.pk for item in made if item.state == RunItemState.QUEUED]


def claim(key: UUID) -> RunItem | None:
    """Lock an item that is still to be worked; None if it is done, or another worker has it in hand.

    Must run in a transaction; a worker that dies lets go of the item.
    """
    return (
        RunItem.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("run__company__account", "customer")
        .filter(pk=key, state=RunItemState.QUEUED)
        .first()
    )


def settle(item: RunItem, outcome: Outcome) -> None:
    """Record what became of an item that the caller has claimed."""
    RUN_ITEM.check(RunItemState(item.state), outcome.state)
    item.state = outcome.state
    item.reason = outcome.reason
    item.left_out = [list(one) for one in outcome.left_out]
    item.events = list(outcome.events)
    item.done_at = clock.now()
    item.save(update_fields=["state", "reason", "left_out", "events", "done_at"])


def _item(run: MailingRun, new: NewItem) -> RunItem:
    return RunItem(
        run=run,
        customer_id=new.customer_id,
        recipients=list(new.recipients),
        invoices=list(new.invoices),
        state=RunItemState.SKIPPED if new.reason else RunItemState.QUEUED,
        reason=new.reason,
        left_out=[list(one) for one in new.left_out],
        done_at=clock.now() if new.reason else None,
    )
