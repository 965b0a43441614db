"""A word that Stripe has never used before goes through a whole comparison, and holds nothing up."""

import logging

import pytest

from factories import make_invoice
from factories.clearing_account import own_account
from factories.payments import paid_by_card
from florin.domain.disputes.models import Dispute
from florin.domain.payments.models import Payment
from florin.domain.payouts.models import Difference, Movement, Payout, Reconciliation
from florin.domain.refunds.models import Refund
from florin.domain.staff.models import User
from florin.flows import follow_payment, reconcile
from testing.bank import Bank

FIELDS = {
    "balance_transaction.type": ("balance_transaction.list", "type"),
    "payout.status": ("payout.list", "status"),
    "refund.status": ("refund.list", "status"),
    "dispute.status": ("dispute.list", "status"),
}


def word(field: str) -> str:
    return f"tomorrows_{field.replace('.', '_')}"


def run(owner: User) -> Reconciliation:
    return reconcile.run(owner.company, by="a test")


@pytest.fixture
def afterwards(owner: User, bank: Bank) -> Reconciliation:
    """A payment refunded and one disputed behind our back, and a payout: the latest line of the account."""
    account = own_account(owner.company, bank)
    refunded, disputed = (paid_by_card(owner, bank, make_invoice(owner, price)) for price in ("90", "900"))
    done = run(owner)
    bank.order(f"payment_intents/{refunded.reference}/refund", amount=4_000)
    bank.order(f"payment_intents/{disputed.reference}/dispute")
    bank.order("payouts", account=account, include_pending=True, reconciled=True)
    return done


def test_words_that_are_new_end_no_comparison_and_are_logged_once(
    owner: User, bank: Bank, afterwards: Reconciliation, caplog: pytest.LogCaptureFixture
) -> None:
    for field, (operation, name) in FIELDS.items():
        bank.break_down(operation, "wrong_field", times=20, name=name, value=word(field))
    with caplog.at_level(logging.WARNING, "florin.edges.gateways.stripe.unknown"):
        first, second = run(owner), run(owner)

    new = [record.getMessage() for record in caplog.records if record.name.endswith("stripe.unknown")]
    assert {field: sum(word(field) in line for line in new) for field in FIELDS} == dict.fromkeys(FIELDS, 1)
    for done in (first, second):
        assert (done.finished_at is not None, done.until) == (True, done.started_at)
    assert afterwards.until < first.until < second.until
    assert second.since > first.since


def test_a_new_word_is_read_as_the_nearest_safe_thing_until_it_is_understood(
    owner: User, bank: Bank, afterwards: Reconciliation
) -> None:
    for field, (operation, name) in FIELDS.items():
        bank.break_down(operation, "wrong_field", times=20, name=name, value=word(field))
    run(owner)
    states = (Refund.objects.get().state, Dispute.objects.get().state, Payout.objects.get().state)
    assert states == ("pending", "under_review", "pending")
    assert Movement.objects.filter(kind="other").count() == 1

    bank.reset()
    for payment in Payment.objects.all():
        follow_payment.follow(payment.pk)  # as the poller, or a notice, would
    assert (Refund.objects.get().state, Dispute.objects.get().state) == ("succeeded", "needs_response")
    run(owner)
    told = Difference.objects.filter(settled_at=None)
    assert [one.kind for one in told] == ["other"]  # a line is kept as it was told first, for a person
