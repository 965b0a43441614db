"""Asking for work to be done after this transaction commits, and only if it does.

Jobs are named here and carried out in ``runtime/worker.py``: a flow says *that* something
follows, not who does it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import ConnectorException

from florin.kernel import clock
from florin.kernel.errors import NotFound

ALIVE_WITHIN = timedelta(minutes=1)
"""A worker tells the database every ten seconds that it is there; one that was silent for longer is dead."""


class Job(StrEnum):
    """Everything that can be asked for."""

    DELIVER_OUTBOX = "deliver_outbox"
    EXPIRE_SESSIONS = "expire_sessions"
    HANDLE_NOTICE = "handle_notice"
    MAIL_RESET_LINK = "mail_reset_link"
    RECONCILE = "reconcile"
    WORK_IMPORT = "work_import"
    WORK_MAILING_RUN = "work_mailing_run"


def later(job: Job, *, at: datetime | None = None, **arguments: Any) -> None:
    """Queue a job in the same transaction as the change that needs it; a rollback takes it along.

    Carried out at least once: what a job does must be safe to repeat.
    """
    app.configure_task(job.value, allow_unknown=True, schedule_at=at).defer(**arguments)


def count(state: str) -> int:
    """Return how many jobs are in a state of the queue's: todo, doing or failed."""
    return ProcrastinateJob.objects.filter(status=state).count()


def retry(number: int) -> str:
    """Let a job that has failed be carried out again, and return its name.

    Raises:
        NotFound: if there is no such job, or it has not failed (any more).
    """
    job = ProcrastinateJob.objects.filter(pk=number, status="failed").first()
    if job is None:
        raise NotFound(_("This job has not failed, or is done by now."))
    try:
        app.job_manager.retry_job_by_id(number, clock.now())
    except ConnectorException:
        raise NotFound(_("This job has not failed, or is done by now.")) from None
    name: str = job.task_name
    return name


@dataclass(frozen=True, slots=True, kw_only=True)
class Workers:
    """How many workers are there now, and when one was last heard of; the database's clock decides both.

    A worker that is stopped in an orderly way takes its sign away, so ``last_heard`` may be missing.
    """

    alive: int
    last_heard: datetime | None


def workers() -> Workers:
    """Ask the database which workers carry out jobs."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE last_heartbeat > now() - make_interval(secs => %s)),"
            " max(last_heartbeat) FROM procrastinate_workers",
            [ALIVE_WITHIN.total_seconds()],
        )
        alive, last_heard = cursor.fetchone()
    return Workers(alive=alive, last_heard=last_heard)
