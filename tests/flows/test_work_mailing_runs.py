"""Mailing runs are worked item by item, each once, whatever they send and whatever dies meanwhile."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from django.db import OperationalError, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from factories import make_invoice
from florin.domain.invoices.models import Invoice
from florin.domain.links.models import Link
from florin.domain.mailing_runs import queries
from florin.domain.mailing_runs import services as mailing_runs
from florin.domain.mailing_runs.lifecycle import RUN_ITEM, RunItemState
from florin.domain.mailing_runs.models import MailingRun, RunItem
from florin.domain.outbox.models import Message
from florin.domain.staff.models import User
from florin.domain.statements.composing import Period
from florin.domain.statements.instructions import Instructions
from florin.domain.statements.models import Type
from florin.flows import (
    queue_mailing_run,
    send_payment_links,
    send_statements,
    work_mailing_runs,
)
from florin.kernel import clock
from florin.runtime import worker
from testing.races import at_once

Start = Callable[[User, list[Invoice]], MailingRun]


def start_links(owner: User, invoices: list[Invoice]) -> MailingRun:
    return send_payment_links.start(
        owner.company,
        [invoice.pk for invoice in invoices],
        addresses={invoice.customer_id: invoice.customer.invoice_emails for invoice in invoices},
        submission=uuid4().hex,
        by=owner,
    )


def start_statements(owner: User, invoices: list[Invoice]) -> MailingRun:
    period = Period(Type.OPEN_ITEMS, None, clock.today(owner.company.time_zone))
    return send_statements.start(
        owner.company,
        [invoice.customer_id for invoice in invoices],
        Instructions(period, with_link=True),
        submission=uuid4().hex,
        by=owner,
    )


each_kind = pytest.mark.parametrize("start", [start_links, start_statements])


def mails(invoice: Invoice) -> int:
    return Message.objects.filter(subjects__contains=[invoice.customer_id]).count()


def fail(*_: object, **__: object) -> None:
    raise ZeroDivisionError


def be_away(*_: object, **__: object) -> None:
    raise OperationalError


@each_kind
def test_workers_at_once_mail_each_customer_once(owner: User, start: Start) -> None:
    invoices = [make_invoice(owner) for _ in range(3)]
    start(owner, invoices)

    assert at_once(*[work_mailing_runs.sweep] * 4) == [None] * 4

    work_mailing_runs.sweep()
    assert [mails(invoice) for invoice in invoices] == [1, 1, 1]
    assert Link.objects.count() == 3


@contextmanager
def _items_claimed_without_asking() -> Iterator[None]:
    """Take the lock and the look at the state out of the product."""
    patch = pytest.MonkeyPatch()
    patch.setattr(
        mailing_runs,
        "claim",
        lambda key: RunItem.objects.select_related("run__company__account", "customer").get(pk=key),
    )
    patch.setattr(RUN_ITEM, "check", lambda _old, _new: None)
    try:
        yield
    finally:
        patch.undo()


def test_control_without_the_lock_workers_at_once_make_several_links(owner: User) -> None:
    """If this fails, the test above proves nothing."""
    made = 0
    for _ in range(10):
        run = start_links(owner, [make_invoice(owner)])
        key = run.items.get().pk
        with _items_claimed_without_asking():
            at_once(*[lambda key=key: work_mailing_runs.work([key])] * 4)
        made = max(made, Link.objects.filter(customer=run.items.get().customer_id).count())
    assert made > 1


@each_kind
def test_a_run_whose_worker_was_killed_goes_on_where_it_stood(owner: User, start: Start) -> None:
    invoices = [make_invoice(owner) for _ in range(4)]
    run = start(owner, invoices)
    keys = queries.list_queued(10)
    work_mailing_runs.work(keys[:1])
    with transaction.atomic():  # what the database does for a worker that died with the mails queued
        item = mailing_runs.claim(keys[1])
        assert item is not None
        mailing_runs.settle(item, work_mailing_runs._queue_mails(item))
        assert sum(map(mails, invoices)) == 2
        transaction.set_rollback(True)
    assert queries.list_queued(10) == keys[1:]

    work_mailing_runs.work(keys)

    assert queries.count_progress(run).sent == 4
    assert [mails(invoice) for invoice in invoices] == [1, 1, 1, 1]


@pytest.mark.parametrize(
    ("start", "broken", "sentence"),
    [
        (start_links, "send_payment_links._mint", "Send these invoices again."),
        (start_statements, "send_statement._queue", "Send this statement again."),
    ],
)
def test_one_item_that_fails_stops_no_other_and_says_so(
    owner: User, monkeypatch: pytest.MonkeyPatch, *, start: Start, broken: str, sentence: str
) -> None:
    bad, good = make_invoice(owner), make_invoice(owner)
    run = start(owner, [bad, good])
    with monkeypatch.context() as patch:
        patch.setattr(f"florin.flows.{broken}", fail)
        work_mailing_runs.work([run.items.get(customer=bad.customer_id).pk])
    work_mailing_runs.sweep()

    failed = run.items.get(customer=bad.customer_id)
    assert (failed.state, mails(bad)) == (RunItemState.FAILED, 0)
    assert failed.reason.endswith(f"nothing was sent. {sentence}")
    assert (run.items.get(customer=good.customer_id).state, mails(good)) == (RunItemState.SENT, 1)


@each_kind
def test_an_item_waits_while_the_database_is_away(
    owner: User, monkeypatch: pytest.MonkeyPatch, start: Start
) -> None:
    run = start(owner, [make_invoice(owner)])
    with monkeypatch.context() as away:
        away.setattr(mailing_runs, "settle", be_away)
        work_mailing_runs.sweep()
    assert (run.items.get().state, Message.objects.count()) == (RunItemState.QUEUED, 0)

    work_mailing_runs.sweep()

    assert (run.items.get().state, Message.objects.count()) == (RunItemState.SENT, 1)


def test_items_are_handed_out_in_jobs_of_some(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_mailing_run, "_ITEMS_A_JOB", 2)
    start_links(owner, [make_invoice(owner) for _ in range(5)])

    jobs = ProcrastinateJob.objects.filter(task_name="work_mailing_run").values_list("args", flat=True)
    assert sorted(len(arguments["items"]) for arguments in jobs) == [1, 2, 2]


@pytest.mark.parametrize(
    ("start", "former"), [(start_links, "send_batch"), (start_statements, "send_statements")]
)
def test_a_job_queued_under_its_former_name_is_carried_out(owner: User, start: Start, former: str) -> None:
    run = start(owner, [make_invoice(owner)])

    worker.build().tasks[former].func(parts=[str(key) for key in queries.list_queued(10)])

    assert run.items.get().state == RunItemState.SENT
