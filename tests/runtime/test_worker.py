"""The worker: what a dead one left is carried out all the same."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from florin.kernel import jobs
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


def put_worker(heard: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s::interval)", [heard]
        )


@pytest.mark.usefixtures("database")
def test_without_a_worker_there_is_none_and_nothing_was_heard() -> None:
    assert jobs.workers() == jobs.Workers(alive=0, last_heard=None)


@pytest.mark.usefixtures("database")
def test_a_worker_that_was_silent_for_more_than_a_minute_is_dead() -> None:
    put_worker("70 seconds")
    assert jobs.workers().alive == 0
    assert jobs.workers().last_heard

    put_worker("20 seconds")
    assert jobs.workers().alive == 1


@pytest.mark.usefixtures("database")
def test_a_worker_that_runs_is_alive_and_one_that_was_stopped_leaves_no_sign() -> None:
    async def for_a_moment() -> jobs.Workers:
        app = worker.build()
        async with app.open_async():
            working = asyncio.create_task(app.run_worker_async(install_signal_handlers=False))
            found = jobs.Workers(alive=0, last_heard=None)
            while not found.alive:
                await asyncio.sleep(0.1)
                found = await asyncio.to_thread(_ask)
            working.cancel()
            await asyncio.wait([working])
        return found

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(asyncio.run, for_a_moment()).result().alive == 1
    assert jobs.workers() == jobs.Workers(alive=0, last_heard=None)


def _ask() -> jobs.Workers:
    try:
        return jobs.workers()
    finally:
        connection.close()
