"""The worker: what a dead one left is carried out all the same."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from florin.runtime import worker


def put_job(task: str, status: str, *, lock: str | None = None) -> int:
    """Queue a job, or leave one behind as a worker that died would."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status, queueing_lock, args)"
            " VALUES ('default', %s, %s::procrastinate_job_status, %s, '{}') RETURNING id",
            [task, status, lock],
        )
        return int(cursor.fetchone()[0])


def statuses() -> dict[int, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, status::text FROM procrastinate_jobs", [])
        return dict(cursor.fetchall())


def revive() -> None:
    async def once() -> None:
        app = worker.build()
        async with app.open_async():
            await app.tasks["revive_jobs"](timestamp=0)

    with ThreadPoolExecutor(1) as pool:  # a browser's test may have left a loop running in this thread
        pool.submit(asyncio.run, once()).result()


@pytest.mark.usefixtures("database")
def test_a_round_that_waits_already_does_not_keep_other_jobs_of_a_dead_worker_from_being_done() -> None:
    dead_round = put_job("sweep_outbox", "doing", lock="sweep_outbox")
    waiting = put_job("sweep_outbox", "todo", lock="sweep_outbox")
    dead_job = put_job("handle_notice", "doing")

    revive()

    assert statuses() == {waiting: "todo", dead_job: "todo"}, dead_round
