"""Statements for many: one each, a reason for whoever gets none, and the submission counts once."""

import json
from datetime import date
from uuid import UUID

import pytest

from factories import make_customer, make_invoice
from florin.domain.mailing_runs import queries
from florin.domain.mailing_runs.models import MailingRun, RunItem
from florin.domain.outbox.models import Message
from florin.domain.staff.models import User
from florin.domain.statements.composing import Period
from florin.domain.statements.instructions import Instructions
from florin.domain.statements.models import Sending, Statement, Type
from florin.flows import send_statements, work_mailing_runs
from florin.kernel import clock
from florin.kernel.errors import Refusal


def start(owner: User, customers: list[UUID], *, kind: Type = Type.OPEN_ITEMS) -> MailingRun:
    today = clock.today(owner.company.time_zone)
    begin_on = None if kind == Type.OPEN_ITEMS else today.replace(day=1)
    instructions = Instructions(Period(kind, begin_on, today), with_link=True)
    return send_statements.start(owner.company, customers, instructions, submission="p", by=owner)


def test_each_gets_one_and_the_submission_counts_once(owner: User) -> None:
    customers = [make_invoice(owner).customer_id for _ in range(3)]

    for _ in range(2):
        start(owner, customers)
        work_mailing_runs.sweep()

    assert Statement.objects.count() == Message.objects.count() == 3
    assert set(RunItem.objects.values_list("state", flat=True)) == {"sent"}


def test_a_run_makes_the_statement_that_it_was_told_to(owner: User) -> None:
    run = start(owner, [make_invoice(owner).customer_id], kind=Type.BALANCE_FORWARD)
    work_mailing_runs.sweep()

    made = Statement.objects.get()
    told = Instructions.from_json(MailingRun.objects.get(pk=run.pk).instructions)
    assert Period(Type(made.type), made.begin_on, made.end_on) == told.period
    assert Sending.objects.get().link is not None


@pytest.mark.parametrize("begin_on", [date(2026, 11, 1), None])
def test_what_a_run_keeps_reads_back_and_is_kept_as_it_ever_was(begin_on: date | None) -> None:
    instructions = Instructions(Period(Type.OPEN_ITEMS, begin_on, date(2026, 11, 30)), with_link=True)
    kept = {
        "type": "open_items",
        "begin_on": begin_on.isoformat() if begin_on else None,
        "end_on": "2026-11-30",
        "with_link": True,
    }

    assert json.loads(json.dumps(instructions.to_json())) == kept
    assert Instructions.from_json(kept) == instructions


def test_the_mails_of_a_run_of_statements_are_counted(owner: User) -> None:
    run = start(owner, [make_invoice(owner).customer_id for _ in range(2)])
    work_mailing_runs.sweep()

    progress = queries.count_progress(run)
    assert (progress.mails_waiting, progress.finished) == (2, False)


def test_who_has_no_address_is_skipped_with_the_reason_and_stops_nobody(owner: User) -> None:
    nowhere = make_customer(owner.company, invoice_emails=[])
    make_invoice(owner, customer=nowhere)

    start(owner, [nowhere.pk, make_invoice(owner).customer_id])
    work_mailing_runs.sweep()

    assert RunItem.objects.get(customer=nowhere).reason.startswith("There is no e-mail address")
    assert Statement.objects.count() == 1


def test_strangers_customers_are_passed_over(owner: User, stranger: User) -> None:
    with pytest.raises(Refusal, match="at least one customer"):
        start(owner, [make_invoice(stranger).customer_id])
