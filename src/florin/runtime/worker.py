"""The worker: carries out what flows asked for, and looks round by itself for what was left undone.

Jobs only make things happen soon. What must happen is in the tables (attempts that are not final, mails that
are due), and the periodic rounds find it there, so a lost job delays and loses nothing.
"""

import asyncio
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec
from uuid import UUID

from django.db import connection
from procrastinate import App
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status
from procrastinate.psycopg_connector import PsycopgConnector
from procrastinate.retry import RetryStrategy

from florin.domain.companies.models import Company
from florin.domain.declines import services as declines
from florin.domain.security import services as security
from florin.domain.staff import sessions, tries
from florin.flows import (
    back_up,
    change_password,
    deliver_outbox,
    handle_notice,
    hold_order,
    import_records,
    onboard_account,
    reconcile,
    refund_payment,
    settle_payment,
    watch_installation,
    work_mailing_runs,
)
from florin.kernel.jobs import Job

_EVERY_FIVE_SECONDS = "* * * * * */5"
_EVERY_MINUTE = "* * * * *"
_EVERY_HOUR = "17 * * * *"
_ON_THE_HOUR = "4 * * * *"
_EVERY_DAY = "41 3 * * *"
_EVERY_NIGHT = "11 3 * * *"
_RETRY = RetryStrategy(max_attempts=8, exponential_wait=3)

Arguments = ParamSpec("Arguments")


def run(*, at_once: int) -> None:
    """Work until told to stop; finish what has begun. ``at_once`` jobs are carried out at the same time."""
    asyncio.run(_work(build(), at_once))


async def _work(app: App, at_once: int) -> None:
    async with app.open_async():
        await app.run_worker_async(
            concurrency=at_once, delete_jobs="successful", shutdown_graceful_timeout=20
        )


def build() -> App:
    """Make the app that carries out every ``Job``, on its own connections to the same database."""
    app = App(connector=PsycopgConnector(kwargs=connector_params(), max_size=4))
    app.task(name=Job.DELIVER_OUTBOX.value, retry=_RETRY)(_deliver_outbox)
    app.task(name=Job.EXPIRE_SESSIONS.value, retry=_RETRY)(_expire_sessions)
    app.task(name=Job.HANDLE_NOTICE.value, retry=_RETRY)(_handle_notice)
    app.task(name=Job.MAIL_RESET_LINK.value, retry=_RETRY)(_mail_reset_link)
    app.task(name=Job.RECONCILE.value, retry=_RETRY)(_reconcile)
    app.task(name=Job.WORK_IMPORT.value, retry=_RETRY)(_work_import)
    app.task(name=Job.WORK_MAILING_RUN.value, retry=_RETRY)(_work_mailing_run)
    for former, work in FORMER.items():
        app.task(name=former, retry=_RETRY)(work)
    for cron, name, work in (
        (_EVERY_FIVE_SECONDS, "poll_attempts", _poll_attempts),
        (_EVERY_FIVE_SECONDS, "sweep_outbox", _sweep_outbox),
        (_EVERY_FIVE_SECONDS, "sweep_holds", _sweep_holds),
        (_EVERY_FIVE_SECONDS, "sweep_mailing_runs", _sweep_mailing_runs),
        (_EVERY_FIVE_SECONDS, "poll_refunds", _poll_refunds),
        (_EVERY_MINUTE, "sweep_notices", _sweep_notices),
        (_EVERY_MINUTE, "sweep_imports", _sweep_imports),
        (_EVERY_HOUR, "reconcile_all", _reconcile_all),
        (_EVERY_HOUR, "look_at_accounts", _look_at_accounts),
        (_EVERY_DAY, "purge_security_log", _purge_security_log),
        (_EVERY_DAY, "purge_declines", _purge_declines),
        (_EVERY_NIGHT, "prove_books", _prove_books),
        (_EVERY_HOUR, "forget_sign_ins", _forget_sign_ins),
        (_ON_THE_HOUR, "back_up", _back_up),
    ):
        app.periodic(cron=cron)(app.task(name=name, queueing_lock=name)(work))

    @app.periodic(cron=_EVERY_MINUTE)
    @app.task(name="revive_jobs", queueing_lock="revive_jobs")
    async def revive_jobs(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it
        """Give the jobs of a worker that died to another; a round that waits already is not needed twice."""
        for job in await app.job_manager.get_stalled_jobs():
            try:
                await app.job_manager.retry_job(job)
            except UniqueViolation:
                await app.job_manager.finish_job(job, Status.ABORTED, delete_job=True)

    return app


def _connected(work: Callable[Arguments, None]) -> Callable[Arguments, None]:
    """Give the connection back after each job, so that the next one gets one that works."""

    @wraps(work)
    def carried_out(*arguments: Arguments.args, **named: Arguments.kwargs) -> None:
        try:
            work(*arguments, **named)
        finally:
            connection.close()

    return carried_out


@_connected
def _deliver_outbox(messages: list[str]) -> None:
    deliver_outbox.deliver([UUID(key) for key in messages])


@_connected
def _expire_sessions(items: list[str]) -> None:
    settle_payment.expire_competing([UUID(key) for key in items])


@_connected
def _handle_notice(
    gateway: str, event: str, attempt: str, *, payment: str = "", account: str = "", payout: str = ""
) -> None:
    handle_notice.handle(gateway, event, attempt, payment=payment, account=account, payout=payout)


@_connected
def _mail_reset_link(address: str, asked: str, place: str = "") -> None:
    change_password.mail_link(address, asked=asked, place=place)


@_connected
def _reconcile(company: str, by: str) -> None:
    reconcile.run(Company.objects.get(pk=company), by=by)


@_connected
def _reconcile_all(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it
    reconcile.run_all()


@_connected
def _sweep_holds(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it
    hold_order.sweep()


@_connected
def _work_import(run: str) -> None:
    import_records.work(UUID(run))


@_connected
def _sweep_imports(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it
    import_records.sweep()


@_connected
def _work_mailing_run(items: list[str]) -> None:
    work_mailing_runs.work([UUID(key) for key in items])


def _work_parts(parts: list[str]) -> None:
    """Work run items as they were called when batches and runs of statements were two machines."""
    _work_mailing_run(parts)


@_connected
def _sweep_mailing_runs(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it
    work_mailing_runs.sweep()


@_connected
def _poll_attempts(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it
    settle_payment.poll()


@_connected
def _poll_refunds(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it
    refund_payment.poll()


@_connected
def _sweep_outbox(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it
    deliver_outbox.deliver()


@_connected
def _sweep_notices(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it
    handle_notice.sweep()


@_connected
def _forget_sign_ins(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it
    tries.forget()
    sessions.forget()


@_connected
def _look_at_accounts(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it
    onboard_account.look_round()


@_connected
def _purge_security_log(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it
    security.purge()


@_connected
def _back_up(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it
    back_up.back_up_if_due()


@_connected
def _prove_books(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it
    watch_installation.prove_books()


@_connected
def _purge_declines(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it
    declines.purge()


# Jobs that a version before mailing runs may have left in the queue.
FORMER: dict[str, Callable[..., None]] = {
    "send_batch": _work_parts,
    "send_statements": _work_parts,
    "sweep_batches": _sweep_mailing_runs,
    "sweep_statements": _sweep_mailing_runs,
}
