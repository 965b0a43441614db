"""Statements for many customers at once: one run, a part for each, every part settled once."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet

from florin.domain.companies.models import Company
from florin.domain.statements.composing import Period
from florin.domain.statements.models import Part, Run
from florin.kernel import clock
from florin.kernel.database import AT_ONCE


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPart:
    """A customer's part to be; with a ``reason`` it is skipped from the start."""

    customer_id: UUID
    recipients: Sequence[str]
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRun:
    """A run to be; ``press`` names the press of the button, ``language`` is the sender's."""

    company: Company
    period: Period
    with_link: bool
    press: str
    by: str
    language: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How many parts stand where."""

    queued: int
    sent: int
    skipped: int
    failed: int

    @property
    def parts(self) -> int:
        """How many customers there are in all."""
        return self.done + self.queued

    @property
    def done(self) -> int:
        """How many customers are done with."""
        return self.sent + self.skipped + self.failed


def pressed(company: Company, press: str) -> Run | None:
    """Return the run that a press has made, if it has."""
    return Run.objects.filter(company=company, press=press).first()


def open_run(new: NewRun, parts: Sequence[NewPart]) -> tuple[Run, list[UUID]]:
    """Store a run with its parts in the caller's transaction, and return it with the parts to be worked.

    The same press at the same moment waits for the first one, and gets its run with nothing left to work.
    """
    try:
        with transaction.atomic():
            run = Run.objects.create(
                company=new.company,
                press=new.press,
                type=new.period.type,
                begin_on=new.period.begin_on,
                end_on=new.period.end_on,
                with_link=new.with_link,
                made_at=clock.now(),
                made_by=new.by,
                language=new.language,
            )
    except IntegrityError:
        return Run.objects.get(company=new.company, press=new.press), []
    made = Part.objects.bulk_create([_part(run, part) for part in parts], batch_size=AT_ONCE)
    return run, [part.pk for part in made if part.state == Part.State.QUEUED]


def take(key: UUID) -> Part | None:
    """Lock a part that is still to be worked; None if it is done, or another worker has it in hand.

    Must run in a transaction; a worker that dies lets go of the part.
    """
    return (
        Part.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("run__company__account")
        .filter(pk=key, state=Part.State.QUEUED)
        .first()
    )


def settle(part: Part, state: Part.State, reason: str = "") -> None:
    """Record what became of a part that the caller has taken."""
    part.state, part.reason, part.done_at = state, reason, clock.now()
    part.save(update_fields=["state", "reason", "done_at"])


def progress(run: Run) -> Progress:
    """Count a run's parts, in one query."""
    states = dict(Part.objects.filter(run=run).values_list("state").annotate(Count("pk")).order_by())
    return Progress(*(states.get(state, 0) for state in ("queued", "sent", "skipped", "failed")))


def not_sent(run: Run) -> QuerySet[Part]:
    """Return the parts that came to nothing, with their reasons."""
    found = Part.objects.filter(run=run, state__in=[Part.State.SKIPPED, Part.State.FAILED])
    return found.select_related("customer").order_by("customer__name", "pk")


def recent(company: Company, most: int) -> list[Run]:
    """Return a company's latest runs, each with ``customers``, ``sent`` and ``open`` counted (one query)."""
    counted = Run.objects.filter(company=company).annotate(
        customers=Count("parts"),
        sent=Count("parts", filter=Q(parts__state=Part.State.SENT)),
        open=Count("parts", filter=Q(parts__state=Part.State.QUEUED)),
    )
    return list(counted.order_by("-pk")[:most])


def left(most: int) -> list[UUID]:
    """Return the keys of parts that nobody has worked yet, the oldest first."""
    queued = Part.objects.filter(state=Part.State.QUEUED).order_by("pk")
    return list(queued.values_list("pk", flat=True)[:most])


def _part(run: Run, new: NewPart) -> Part:
    return Part(
        run=run,
        customer_id=new.customer_id,
        recipients=list(new.recipients),
        state=Part.State.SKIPPED if new.reason else Part.State.QUEUED,
        reason=new.reason,
        done_at=clock.now() if new.reason else None,
    )
