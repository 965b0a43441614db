"""What batches and runs of statements left behind is mailing runs now: same keys, same state, same mails."""

import importlib
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from factories import make_customer, make_invoice
from factories.database import sql
from florin.domain.companies.models import Company
from florin.domain.mailing_runs import queries
from florin.domain.mailing_runs.models import MailingRun, RunItem
from florin.domain.staff.models import User
from florin.domain.statements.composing import Period
from florin.domain.statements.instructions import Instructions
from florin.domain.statements.models import Type
from florin.flows import send_statements, work_mailing_runs
from florin.kernel import clock

# The tables as the app of batches had made them.
BATCHES = """
CREATE TABLE sends_batch (
    id uuid PRIMARY KEY, press varchar(60) NOT NULL, invoices integer NOT NULL, made_at timestamptz NOT NULL,
    made_by varchar(254) NOT NULL, language varchar(5) NOT NULL,
    company_id uuid NOT NULL REFERENCES companies_company DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE sends_part (
    id uuid PRIMARY KEY, recipients varchar(254)[] NOT NULL, invoices uuid[] NOT NULL,
    state varchar(8) NOT NULL, reason text NOT NULL, left_out jsonb NOT NULL, done_at timestamptz,
    batch_id uuid NOT NULL REFERENCES sends_batch DEFERRABLE INITIALLY DEFERRED,
    customer_id uuid NOT NULL REFERENCES customers_customer DEFERRABLE INITIALLY DEFERRED
);
CREATE FUNCTION sends_part_state_guard() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER sends_part_state_guard BEFORE UPDATE OF state ON sends_part
    FOR EACH ROW EXECUTE FUNCTION sends_part_state_guard();
"""


@pytest.fixture
def former_run(company: Company) -> Iterator[UUID]:
    """A batch, half worked, as a version before mailing runs left it; all of it is taken back."""
    batch, invoice = uuid4(), uuid4()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(BATCHES)
        cursor.execute(
            "INSERT INTO sends_batch VALUES (%s, 'p', 3, now(), 'Ann', 'es', %s)", [batch, company.pk]
        )
        for state, reason, left_out in (
            ("sent", "", '[["INV-1", "paid"]]'),
            ("queued", "", "[]"),
            ("skipped", "No address.", "[]"),
        ):
            done_at = None if state == "queued" else clock.now()
            values: list[Any] = [uuid4(), [invoice], state, reason, left_out, done_at, batch]
            cursor.execute(
                "INSERT INTO sends_part VALUES (%s, '{a@x.example}', %s, %s, %s, %s, %s, %s, %s)",
                [*values, make_customer(company).pk],
            )
        yield batch
        transaction.set_rollback(True)


def migration(app: str, name: str) -> Any:
    return importlib.import_module(f"florin.domain.{app}.migrations.{name}")


def test_a_batch_is_a_mailing_run_with_the_same_keys(former_run: UUID) -> None:
    parts = set(sql("SELECT id, state, reason, recipients[1], invoices[1] FROM sends_part"))

    sql(migration("mailing_runs", "0003_carry_batches_over").CARRY_OVER)

    run = MailingRun.objects.get()
    assert (run.pk, run.kind, run.submission, run.made_by, run.language) == (
        *(former_run, "payment_links", "p"),
        *("Ann", "es"),
    )
    items = RunItem.objects.filter(run=run)
    assert {
        (item.pk, item.state, item.reason, item.recipients[0], item.invoices[0]) for item in items
    } == parts
    assert sql("SELECT to_regclass('sends_batch'), to_regclass('sends_part')") == [(None, None)]


def test_an_item_of_a_batch_keeps_its_mails_and_one_that_was_queued_is_still_to_be_worked(
    former_run: UUID,
) -> None:
    sql(migration("mailing_runs", "0003_carry_batches_over").CARRY_OVER)

    sent, queued = (RunItem.objects.get(run=former_run, state=state) for state in ("sent", "queued"))
    assert (sent.events, sent.left_out) == ([f"batch:{sent.pk}"], [["INV-1", "paid"]])
    assert (queued.events, queries.list_queued(10)) == ([], [queued.pk])


def test_where_there_were_no_batches_nothing_happens(database: None) -> None:
    sql(migration("mailing_runs", "0003_carry_batches_over").CARRY_OVER)

    assert not MailingRun.objects.exists()


@pytest.mark.parametrize("kind", [Type.OPEN_ITEMS, Type.BALANCE_FORWARD])
def test_runs_of_statements_go_back_to_their_tables_and_over_again_unchanged(owner: User, kind: Type) -> None:
    today = clock.today(owner.company.time_zone)
    period = Period(kind, None if kind == Type.OPEN_ITEMS else today.replace(day=1), today)
    customers = [make_invoice(owner).customer_id for _ in range(2)]
    customers.append(make_customer(owner.company, invoice_emails=[]).pk)
    instructions = Instructions(period, with_link=True)
    send_statements.start(owner.company, customers, instructions, submission="p", by=owner)
    work_mailing_runs.work(queries.list_queued(10)[:1])
    before = _rows()

    with transaction.atomic():
        MigrationExecutor(connection).migrate([("statements", "0002_make_statements_append_only")])
        assert not MailingRun.objects.exists()
        former = sql("SELECT state, count(*) FROM statements_part GROUP BY state ORDER BY state")
        executor = MigrationExecutor(connection)
        executor.migrate([("statements", "0004_drop_runs")])
        after = _rows()
        transaction.set_rollback(True)

    assert former == [("queued", 1), ("sent", 1), ("skipped", 1)]
    assert after == before


def _rows() -> list[dict[str, Any]]:
    kept = (MailingRun.objects.order_by("pk"), RunItem.objects.order_by("pk"))
    return [dict(row) for rows in kept for row in rows.values()]
