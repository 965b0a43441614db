"""What a monitoring program wants to know, read from the database: the same from any process.

Each figure comes by an index, whatever has piled up.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from florin.domain.attempts.lifecycle import FINAL
from florin.domain.outages import services as outages
from florin.domain.outages.services import Kind
from florin.kernel import clock, jobs
from florin.kernel.database import key_at

_WINDOWS = {"1h": timedelta(hours=1), "24h": timedelta(hours=24)}

_ATTEMPTS = """
    SELECT state, count(*), min(started_at), count(unknown_since) FROM attempts_attempt
    WHERE NOT state = ANY(%s) OR unknown_since IS NOT NULL GROUP BY state
"""
_MAILS = """
    SELECT count(*), min(queued_at) FROM outbox_message WHERE state IN ('queued', 'sending')
"""
_LINKS = "SELECT count(*), count(opened_at) FROM links_link WHERE id >= %s"
_PAYMENTS = """
    SELECT count(*) FROM companies_company company JOIN payments_payment payment
      ON payment.company_id = company.id AND payment.received_at >= %s
    WHERE payment.attempt_id IS NOT NULL
"""
_LAST_RECONCILIATIONS = """
    SELECT company.slug, last.finished_at, last.different FROM companies_company company
    CROSS JOIN LATERAL (
        SELECT finished_at, different FROM payouts_reconciliation
        WHERE company_id = company.id AND finished_at IS NOT NULL ORDER BY started_at DESC LIMIT 1
    ) last
"""
_JOBS = """
    SELECT task_name, status::text, count(*) FROM procrastinate_jobs
    WHERE status IN ('todo', 'doing', 'failed') GROUP BY task_name, status
"""


@dataclass(frozen=True, slots=True)
class Measurement:
    """One gauge with its labels: seconds where it is time, since 1970 UTC where it is a moment."""

    name: str
    meaning: str
    value: float
    labels: dict[str, str] = field(default_factory=dict)


def measure() -> list[Measurement]:
    """Read all figures, as they are now."""
    now = clock.now()
    return [
        *_attempts(now),
        *_mails(now),
        *_payments(now),
        *_reconciliations(),
        *_work(),
        *(
            Measurement("florin_outage", "Whether it lasts now.", kind.value in lasting, {"kind": kind.value})
            for lasting in [outages.lasting()]
            for kind in Kind
        ),
    ]


def _attempts(now: datetime) -> Iterator[Measurement]:
    unknown = 0
    for state, count, since, without_answer in _rows(_ATTEMPTS, [sorted(FINAL)]):
        unknown += without_answer
        if state in FINAL:
            continue
        labels = {"state": state}
        yield Measurement("florin_attempts_unfinished", "Attempts to pay that are not final.", count, labels)
        yield Measurement(
            "florin_attempt_oldest_unfinished_seconds",
            "Age of the oldest attempt that is not final; bank debits take days.",
            (now - since).total_seconds(),
            labels,
        )
    yield Measurement(
        "florin_attempts_unanswered", "Attempts of which the processor has not said what became.", unknown
    )


def _mails(now: datetime) -> Iterator[Measurement]:
    [(count, since)] = _rows(_MAILS)
    yield Measurement("florin_mails_waiting", "Mails that have not left yet.", count)
    yield Measurement(
        "florin_mail_oldest_waiting_seconds",
        "Age of the oldest mail that has not left; 0 without one.",
        (now - since).total_seconds() if since else 0,
    )


def _payments(now: datetime) -> Iterator[Measurement]:
    for name, window in _WINDOWS.items():
        labels = {"window": name}
        [(sent, opened)] = _rows(_LINKS, [key_at(now - window)])
        [(paid,)] = _rows(_PAYMENTS, [now - window])
        yield Measurement("florin_links_sent", "Payment links made in this time.", sent, labels)
        yield Measurement("florin_links_opened", "Those of them that somebody has opened.", opened, labels)
        yield Measurement("florin_link_payments", "Payments by link received in this time.", paid, labels)


def _reconciliations() -> Iterator[Measurement]:
    for company, finished_at, different in _rows(_LAST_RECONCILIATIONS):
        labels = {"company": company}
        yield Measurement(
            "florin_reconciliation_last_timestamp_seconds",
            "When the processor's account was compared last.",
            finished_at.timestamp(),
            labels,
        )
        yield Measurement("florin_reconciliation_differences", "What it found to differ.", different, labels)


def _work() -> Iterator[Measurement]:
    yield Measurement("florin_workers_alive", "Workers heard of within a minute.", jobs.workers().alive)
    for task, status, count in _rows(_JOBS):
        yield Measurement("florin_jobs", "Jobs by task and status.", count, {"task": task, "status": status})


def _rows(query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())
