"""Asking for work to be done after this transaction commits, and only if it does.

Jobs are named here and carried out in ``runtime/worker.py``: a flow says *that* something
follows, not who does it.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from procrastinate.contrib.django import app


class Job(StrEnum):
    """Everything that can be asked for."""

    DELIVER_OUTBOX = "deliver_outbox"
    EXPIRE_SESSIONS = "expire_sessions"
    HANDLE_NOTICE = "handle_notice"
    MAIL_RESET_LINK = "mail_reset_link"
    RECONCILE = "reconcile"
    WORK_MAILING_RUN = "work_mailing_run"


def later(job: Job, *, at: datetime | None = None, **arguments: Any) -> None:
    """Queue a job in the same transaction as the change that needs it; a rollback takes it along.

    Carried out at least once: what a job does must be safe to repeat.
    """
    app.configure_task(job.value, allow_unknown=True, schedule_at=at).defer(**arguments)
