"""Opening a batch and settling its parts, each once."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction

from florin.domain.companies.models import Company
from florin.domain.sends.lifecycle import PART, PartState
from florin.domain.sends.models import Batch, Part
from florin.kernel import clock
from florin.kernel.database import AT_ONCE


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPart:
    """A customer's part to be; with a ``reason`` it is skipped from the start."""

    customer_id: UUID
    recipients: Sequence[str]
    invoices: Sequence[UUID]
    reason: str = ""
    left_out: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a part: a sentence why not, and the invoices that were left out (number, reason)."""

    state: PartState
    reason: str = ""
    left_out: Sequence[tuple[str, str]] = ()


def pressed(company: Company, press: str) -> Batch | None:
    """Return the batch that a press has made, if it has."""
    return Batch.objects.filter(company=company, press=press).first()


def open_batch(
    company: Company, news: Sequence[NewPart], *, press: str, by: str, language: str
) -> tuple[Batch, list[Part]]:
    """Store a batch with its parts in the caller's transaction, and return it with the parts to be worked.

    The same press at the same moment waits for the first one, and gets its batch with nothing left to work.
    """
    try:
        with transaction.atomic():
            batch = Batch.objects.create(
                company=company,
                press=press,
                invoices=sum(len(new.invoices) for new in news),
                made_at=clock.now(),
                made_by=by,
                language=language,
            )
    except IntegrityError:
        return Batch.objects.get(company=company, press=press), []
    parts = Part.objects.bulk_create([_part(batch, new) for new in news], batch_size=AT_ONCE)
    return batch, [part for part in parts if part.state == PartState.QUEUED]


def take(key: UUID) -> Part | None:
    """Lock a part that is still to be worked; None if it is done, or another worker has it in hand.

    Must run in a transaction; a worker that dies lets go of the part.
    """
    return (
        Part.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("batch__company__account", "customer")
        .filter(pk=key, state=PartState.QUEUED)
        .first()
    )


def settle(part: Part, outcome: Outcome) -> None:
    """Record what became of a part that the caller has taken."""
    PART.check(PartState(part.state), outcome.state)
    part.state = outcome.state
    part.reason = outcome.reason
    part.left_out = [list(one) for one in outcome.left_out]
    part.done_at = clock.now()
    part.save(update_fields=["state", "reason", "left_out", "done_at"])


def _part(batch: Batch, new: NewPart) -> Part:
    return Part(
        batch=batch,
        customer_id=new.customer_id,
        recipients=list(new.recipients),
        invoices=list(new.invoices),
        state=PartState.SKIPPED if new.reason else PartState.QUEUED,
        reason=new.reason,
        left_out=[list(one) for one in new.left_out],
        done_at=clock.now() if new.reason else None,
    )
