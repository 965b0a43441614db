"""Attempts and notices went to apps of their own, and words changed: back and over again, nothing is lost."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from domain.test_database_sql import describe_database
from factories import make_invoice, make_link
from factories.attempts import make_paid_attempt, open_attempt, report
from factories.database import sql
from factories.ledger import usd
from florin.contracts.processor import Notice, Outcome
from florin.domain.attempts import services as attempts
from florin.domain.attempts.methods import Method
from florin.domain.ledger.models import Item
from florin.domain.notices import services as notices
from florin.domain.payments import allocating, overpayments, receiving
from florin.domain.payments.models import Payment
from florin.domain.payments.receiving import Receiving
from florin.domain.refunds import services as refunds
from florin.domain.refunds.models import Refund
from florin.domain.refunds.services import Wish
from florin.domain.staff.models import User
from florin.kernel import clock

# As it was before the apps were split, their words changed, and more states were guarded.
FORMER = [
    ("attempts", None),
    ("notices", None),
    ("companies", "0010_let_sessions_be_shortened"),
    ("outbox", "0011_know_when_a_bounce_is_finished"),
    ("payouts", "0008_know_canceled_payouts_and_minimum_balances"),
    ("refunds", "0005_know_what_waits_for_the_balance"),
]
TABLES = (
    *("attempts_attempt", "attempts_attemptdebt", "attempts_attemptcredit", "notices_processornotice"),
    *("payments_payment", "payments_reversal", "payments_keptoverpayment", "refunds_refund"),
)


@pytest.fixture
def full(owner: User) -> None:
    """Payments kept as credit, reversed and refunded, answers that are missing, and a notice."""
    overpaid, refunded = open_attempt(make_link(owner)), make_paid_attempt(owner)
    report(overpaid, Outcome.SETTLED, usd(12_000))
    attempts.mark_unknown(open_attempt(make_link(owner)).pk)
    notices.store("stripe", Notice(event="evt_1", kind="x", attempt=str(overpaid.pk)), b"{}")
    invoice = make_invoice(owner)
    check = Receiving(method=Method.CHECK, amount=usd(10_000), on=clock.today("UTC"))
    with transaction.atomic():
        overpayments.keep(owner.company, Item.objects.get(kind=Item.Kind.OVERPAYMENT).pk, by="a test")
        received = receiving.receive(invoice.customer, check, by="a test")
        receiving.undo(allocating.lock(received.pk), reason="Typed twice", by="a test")
        payment = allocating.lock(Payment.objects.get(attempt=refunded).pk)
        [part] = allocating.current_allocations(payment)
        refunds.request(payment, Wish(amounts={part.item.pk: 1_000}, reason="Wilted"), by="a test")
        refunds.mark_unknown(Refund.objects.get().pk)


@pytest.mark.usefixtures("full")
def test_what_moved_goes_back_with_its_guards_and_over_again_unchanged() -> None:
    rows, does = _rows(), describe_database()

    with transaction.atomic():
        MigrationExecutor(connection).migrate(FORMER)
        former = sql(
            "SELECT (SELECT count(unsure_since) FROM payments_attempt),"
            " (SELECT count(*) FROM payments_undoing), (SELECT count(*) FROM payments_keeping),"
            " (SELECT count(*) FROM payments_processornotice),"
            " (SELECT count(unsure_since) FROM refunds_refund)"
        )
        undone = describe_database()
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())
        again = _rows(), describe_database()
        transaction.set_rollback(True)

    assert former == [(1, 1, 1, 1, 1)]
    assert "attempts_attempt" not in undone["function payments_attempt_state_guard"]
    assert again == (rows, does)


def _rows() -> dict[str, list[tuple[Any, ...]]]:
    every = "SELECT to_jsonb(one) FROM {} one ORDER BY id"
    return {table: sql(every.format(table)) for table in TABLES}
