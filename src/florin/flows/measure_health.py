"""How the installation is doing, in numbers: what waits, for how long, and how much room there is.

Nothing of it tells of a customer. One function for every place that asks.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.db.models import Count, Max, Min, Model, QuerySet
from procrastinate.contrib.django.models import ProcrastinateJob

from florin.domain.attempts.lifecycle import FINAL
from florin.domain.attempts.models import Attempt
from florin.domain.notices.models import ProcessorNotice
from florin.domain.outbox.models import Message
from florin.domain.payouts.models import Difference, Reconciliation
from florin.kernel import jobs
from florin.kernel.jobs import Workers

_LARGEST = 10


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many of something wait, and since when the first of them does (UTC)."""

    count: int
    since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What waits, and what has failed."""

    workers: Workers
    jobs_failed: int
    mails: Waiting
    mails_delayed: int
    notices: Waiting
    attempts: Waiting
    attempts_unknown: Waiting
    reconciled_at: datetime | None
    differences: int


@dataclass(frozen=True, slots=True)
class TableSize:
    """A table, and how many bytes it takes with its indexes."""

    name: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """How much room the database takes, and how much is left where Florin keeps its files, in bytes."""

    database: int
    largest: Sequence[TableSize]
    folder: str
    free: int
    total: int


def measure() -> Health:
    """Count what waits and what has failed, in eight queries."""
    queued = Message.objects.filter(state__in=[Message.State.QUEUED, Message.State.SENDING])
    unfinished = Attempt.objects.exclude(state__in=FINAL)
    return Health(
        workers=jobs.workers(),
        jobs_failed=ProcrastinateJob.objects.filter(status="failed").count(),
        mails=_waiting(queued, "queued_at"),
        mails_delayed=queued.exclude(error="").count(),
        notices=_waiting(ProcessorNotice.objects.filter(handled_at__isnull=True), "received_at"),
        attempts=_waiting(unfinished, "started_at"),
        attempts_unknown=_waiting(unfinished.filter(unknown_since__isnull=False), "unknown_since"),
        reconciled_at=Reconciliation.objects.aggregate(last=Max("finished_at"))["last"],
        differences=Difference.objects.filter(settled_at__isnull=True).count(),
    )


def measure_storage() -> Storage:
    """Measure the database, its largest tables, and the room that is left for files."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        (database,) = cursor.fetchone()
        cursor.execute(
            "SELECT relname, pg_total_relation_size(oid) FROM pg_class"
            " WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
            " ORDER BY 2 DESC, 1 LIMIT %s",
            [_LARGEST],
        )
        largest = [TableSize(*row) for row in cursor.fetchall()]
    disk = shutil.disk_usage(settings.DATA_FOLDER)
    return Storage(
        database=database,
        largest=largest,
        folder=str(settings.DATA_FOLDER),
        free=disk.free,
        total=disk.total,
    )


def _waiting(rows: QuerySet[Model], since: str) -> Waiting:
    return Waiting(**rows.order_by().aggregate(count=Count("pk"), since=Min(since)))
