"""Bank debits as the processor books them: when submitted, days before they are paid, or not (R13)."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection

from factories import make_invoice, make_link
from factories.attempts import report
from factories.clearing_account import at_the_bank, in_the_books, own_account
from factories.ledger import usd
from factories.movements import make_movement, merchant_account, take_in
from factories.payments import click_pay
from florin.contracts.processor import MovementKind, Outcome
from florin.domain.attempts.methods import Method
from florin.domain.attempts.models import Attempt
from florin.domain.ledger.models import Account
from florin.domain.payments.models import Payment
from florin.domain.payouts import checking, services
from florin.domain.payouts.models import Difference, Movement, Payout
from florin.domain.staff.models import User
from florin.edges.gateways import registry
from florin.flows import reconcile, report_settlement, settle_payment
from florin.kernel import clock
from flows.test_reconcile import differences, pay_out, run
from testing.bank import Bank
from testing.races import at_once, without_locks

pytestmark = pytest.mark.usefixtures("impatient")
State = Attempt.State


@pytest.fixture(autouse=True)
def account(owner: User, bank: Bank) -> str:
    return own_account(owner.company, bank)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was booked just now is judged already."""
    monkeypatch.setattr(reconcile, "_CALM", timedelta())


def debited(owner: User, bank: Bank, price: str = "100.00", account: str = "000123456789") -> Attempt:
    """A payer has allowed a debit, and nobody has told us."""
    attempt = click_pay(make_link(owner, make_invoice(owner, price)), Method.ACH)
    bank.debit(attempt, account)
    return attempt


def reference_of(attempt: Attempt) -> str:
    """What the processor calls the attempt's payment."""
    attempt.refresh_from_db()
    return registry.get("stripe", attempt.account).look_up(attempt.reference).payment


def clear(bank: Bank, attempt: Attempt) -> None:
    bank.order(f"payment_intents/{reference_of(attempt)}/clear")


def fail(bank: Bank, attempt: Attempt, code: str = "R01") -> None:
    bank.order(f"payment_intents/{reference_of(attempt)}/return", code=code)


def test_a_debit_under_way_is_no_difference_and_in_no_books_yet(owner: User, bank: Bank) -> None:
    attempt = debited(owner, bank)

    assert run(owner).different == 0
    movement = Movement.objects.get()
    assert (movement.is_pending, movement.attempt, movement.payment) == (True, attempt, None)
    assert in_the_books(owner.company) == at_the_bank(owner.company, bank) == {}
    attempt.refresh_from_db()
    assert attempt.state == State.PENDING
    assert run(owner).different == 0


def test_a_debit_that_clears_after_it_was_told_is_one_payment_with_its_fee(owner: User, bank: Bank) -> None:
    attempt = debited(owner, bank)
    run(owner)
    clear(bank, attempt)
    settle_payment.settle(attempt.pk)

    movement = Movement.objects.get()
    assert (movement.payment, movement.is_pending) == (Payment.objects.get(), False)
    assert (run(owner).different, Payment.objects.get().fee) == (0, 100)
    assert in_the_books(owner.company) == at_the_bank(owner.company, bank) == {"USD": 9_900}


def test_a_debit_that_clears_unheard_is_settled_by_the_next_run(owner: User, bank: Bank) -> None:
    attempt = debited(owner, bank)
    run(owner)
    clear(bank, attempt)
    Attempt.objects.update(check_at=clock.now())  # an hour later

    assert run(owner).different == 0
    assert Payment.objects.get().amount == 10_000
    assert in_the_books(owner.company) == at_the_bank(owner.company, bank)


@pytest.mark.parametrize("runs", [0, 1])
def test_a_debit_that_fails_leaves_only_what_it_cost(owner: User, bank: Bank, runs: int) -> None:
    attempt = debited(owner, bank)
    for _ in range(runs):
        run(owner)
    fail(bank, attempt)

    assert run(owner).different == 0
    attempt.refresh_from_db()
    assert attempt.state == State.FAILED
    assert in_the_books(owner.company) == at_the_bank(owner.company, bank) == {"USD": -400}
    assert in_the_books(owner.company, Account.FEES) == {"USD": 400}
    assert in_the_books(owner.company, Account.ADJUSTMENTS) == {}
    assert checking.findings() == []


def test_a_debit_that_failed_before_its_reversal_was_told_is_no_difference(owner: User, bank: Bank) -> None:
    attempt = debited(owner, bank)
    run(owner)
    fail(bank, attempt)
    settle_payment.settle(attempt.pk)

    assert [run(owner).different for _ in range(2)] == [0, 0]
    assert not Movement.objects.filter(is_pending=True).exists()


def test_a_debit_that_was_called_off_is_no_difference(owner: User, bank: Bank) -> None:
    attempt = debited(owner, bank)
    run(owner)
    registry.get("stripe", attempt.account).void(
        attempt.reference, key="a-key", payment=reference_of(attempt)
    )

    assert run(owner).different == 0
    attempt.refresh_from_db()
    assert attempt.state == State.CANCELLED
    assert in_the_books(owner.company) == at_the_bank(owner.company, bank) == {}


def test_the_balance_is_compared_while_debits_are_under_way(owner: User, bank: Bank) -> None:
    debited(owner, bank)
    assert run(owner).different == 0
    take_in(owner.company, make_movement(MovementKind.FEE, -500))  # which the processor never told

    assert run(owner).different == 1
    assert differences() == [(Difference.Kind.BALANCE, "94.00 USD", "99.00 USD")]


def test_a_payout_may_hold_debits_under_way_and_is_traced_all_the_same(
    owner: User, bank: Bank, account: str
) -> None:
    attempt = debited(owner, bank)
    reference = pay_out(bank, account)
    assert run(owner).different == 0
    assert services.adds_up(Payout.objects.get(reference=reference))
    assert in_the_books(owner.company, Account.BANK) == {"USD": 9_900}

    fail(bank, attempt)
    assert run(owner).different == 0
    assert in_the_books(owner.company) == at_the_bank(owner.company, bank) == {"USD": -10_300}


def test_a_debit_that_comes_back_after_it_cleared_is_a_returned_payment(owner: User, bank: Bank) -> None:
    attempt = debited(owner, bank)
    run(owner)
    clear(bank, attempt)
    fail(bank, attempt)  # a dispute by now

    assert run(owner).different == 0
    assert Movement.objects.filter(kind=MovementKind.DISPUTE).count() == 1
    assert in_the_books(owner.company) == at_the_bank(owner.company, bank) == {"USD": -100}


def test_a_debit_is_taken_when_it_cleared_and_not_when_it_was_submitted(owner: User, bank: Bank) -> None:
    """We hear of it long after: the processor's day for it counts, not that of the submission."""
    attempt = debited(owner, bank)
    at = run(owner).started_at
    Attempt.objects.update(started_at=at - timedelta(days=30))
    bank.let_days_pass(5)
    settle_payment.settle(attempt.pk)
    assert abs(Payment.objects.get().received_at - at) < timedelta(minutes=5)  # this clock was not moved on


@pytest.mark.usefixtures("one_clock")
def test_the_report_tells_a_debit_under_way_and_one_that_failed_apart_from_payments(
    owner: User, bank: Bank
) -> None:
    debited(owner, bank, "100.00")
    fail(bank, debited(owner, bank, "30.00"))
    run(owner)
    today = clock.today(owner.company.time_zone)
    shown = report_settlement.draw_up(owner.company, first=today - timedelta(days=2), last=today)

    (sums,) = shown.settled
    assert (sums.sums.payments.minor, sums.sums.fees.minor, sums.closing.minor) == (10_000, -500, 9_500)
    lines = report_settlement.describe(owner.company, list(shown.movements))
    assert [line.what for line in lines] == ["Bank payment in progress", "Payment", "Failed payment"]
    assert all(line.customer for line in lines)


def test_a_payment_and_the_movement_of_its_debit_may_be_written_at_once(owner: User, bank: Bank) -> None:
    for _ in range(5):
        attempt = debited(owner, bank)
        settle_payment.settle(attempt.pk)
        clear(bank, attempt)
        problems = at_once(partial(settle_payment.settle, attempt.pk), partial(run, owner))

        assert [one for one in problems if isinstance(one, Exception)] == []
        assert checking.findings() == []
    assert Payment.objects.count() == Movement.objects.filter(payment__isnull=False).count() == 5


def cleared_and_settled_meanwhile(
    owner: User, bank: Bank, monkeypatch: pytest.MonkeyPatch, *, seconds: float
) -> None:
    """A debit clears and is settled after a run has looked for it and before it writes."""
    attempt = debited(owner, bank)
    settle_payment.settle(attempt.pk)
    look, settling = services._payouts_of, ThreadPoolExecutor(1)

    def settle() -> None:
        clear(bank, attempt)
        settle_payment.settle(attempt.pk)
        connection.close()

    def answers_slowly(*given: Any) -> Any:
        wait([settling.submit(settle)], timeout=seconds)
        return look(*given)

    with monkeypatch.context() as patch, settling:
        patch.setattr(services, "_payouts_of", answers_slowly)
        run(owner)


def test_a_debit_that_is_settled_while_it_is_taken_in_is_a_payment_and_not_pending(
    owner: User, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    cleared_and_settled_meanwhile(owner, bank, monkeypatch, seconds=3)

    assert Movement.objects.get().payment == Payment.objects.get()
    assert checking.findings() == []


def test_control_without_the_lock_it_is_both(
    owner: User, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If this fails, the test above proves nothing."""
    with without_locks():
        cleared_and_settled_meanwhile(owner, bank, monkeypatch, seconds=10)

    assert Movement.objects.get().is_pending
    assert [finding.check for finding in checking.findings()] == [
        "a debit that is a payment is under way no more"
    ]
    Movement.objects.update(is_pending=False, payment=Payment.objects.get())


def test_a_debit_that_ended_here_and_stays_at_the_processor_is_told_after_two_weeks(owner: User) -> None:
    merchant_account(owner.company)
    attempt = click_pay(make_link(owner), Method.ACH)
    report(attempt, Outcome.PENDING, usd(10_000))
    then = clock.now() - timedelta(days=15)
    take_in(
        owner.company,
        make_movement(MovementKind.PAYMENT, 10_000, 100, attempt=str(attempt.pk), at=then, payment="pi_1"),
    )
    assert checking.about_debits(owner.company) == []
    report(attempt, Outcome.FAILED)

    (found,) = checking.about_debits(owner.company)
    assert (found.kind, found.subject, found.ours, found.theirs) == ("state", "pi_1", "failed", "100.00 USD")


def test_what_a_card_was_held_for_and_not_charged_is_no_difference(owner: User, bank: Bank) -> None:
    """A part of a hold is booked as the whole and its reversal (Stripe's page on reporting categories)."""
    attempt = click_pay(make_link(owner))
    bank.pay(attempt)
    settle_payment.settle(attempt.pk)
    run(owner)
    Movement.objects.update(gross=15_000, net=14_685)
    payment = Payment.objects.get()
    take_in(owner.company, make_movement(MovementKind.PAYMENT_REVERSED, -5_000, payment=payment.reference))

    assert checking.in_question(owner.company, since=clock.now() - timedelta(days=1)) == [payment.pk]
    assert reconcile._differences(owner.company, clock.now() - timedelta(days=1)) == []
