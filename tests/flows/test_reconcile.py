"""The processor's account of our money and the books come to the same, told or not (R15, X6)."""

import argparse
import json
import random
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from pytest_django.fixtures import Settings

from factories import make_invoice, make_link
from factories.attempts import open_attempt, report
from factories.clearing_account import at_the_bank, in_the_books, own_account
from factories.movements import make_movement, take_in
from factories.payments import click_pay
from factories.payments_accounts import forget_accounts
from florin.contracts.processor import (
    GatewayError,
    GatewayRefusal,
    LineItem,
    MovementKind,
    Outcome,
    StartOrder,
)
from florin.domain.activity.models import Activity
from florin.domain.attempts.methods import Method
from florin.domain.attempts.models import Attempt
from florin.domain.companies.models import PaymentsAccount
from florin.domain.ledger import posting
from florin.domain.ledger.models import Account, Entry
from florin.domain.ledger.posting import NewEntry, Posting
from florin.domain.payments.models import Payment
from florin.domain.payouts import checking
from florin.domain.payouts.models import Difference, Movement, Payout, Reconciliation
from florin.domain.staff.models import User
from florin.edges.gateways import registry
from florin.flows import reconcile, settle_payment
from florin.kernel import clock
from florin.kernel.errors import NotFound, Refusal
from florin.kernel.fees import FeeSchedule, Rate
from florin.kernel.money import Money
from florin.runtime import reconcile as console
from testing.bank import Bank
from testing.races import at_once, without_locks

Kind = Difference.Kind
Bend = Callable[[User, Bank], None]


@pytest.fixture(autouse=True)
def account(owner: User, bank: Bank) -> str:
    return own_account(owner.company, bank)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was booked just now is judged already."""
    monkeypatch.setattr(reconcile, "_CALM", timedelta())


def paid(owner: User, bank: Bank, price: str = "100.00") -> Attempt:
    """Somebody has paid by card, and nobody has told us."""
    attempt = click_pay(make_link(owner, make_invoice(owner, price)))
    bank.pay(attempt)
    settle_payment.settle(attempt.pk)
    return attempt


def payment(attempt: Attempt) -> Payment:
    return Payment.objects.get(attempt=attempt)


def run(owner: User) -> Reconciliation:
    return reconcile.run(owner.company, by="a test")


def differences() -> list[tuple[str, str, str]]:
    found = Difference.objects.filter(settled_at__isnull=True).order_by("pk")
    return list(found.values_list("kind", "ours", "theirs"))


def pay_out(bank: Bank, account: str) -> str:
    (payout,) = bank.order("payouts", account=account, include_pending=True, reconciled=True)["payouts"]
    return str(payout["id"])


def test_a_payment_is_found_with_its_fee_and_nothing_differs(owner: User, bank: Bank) -> None:
    paid(owner, bank)
    done = run(owner)

    movement = Movement.objects.get()
    assert (movement.gross, movement.fee, movement.net) == (10_000, 315, 9_685)
    assert movement.payment == Payment.objects.get()
    assert (done.compared, done.different) == (1, 0)
    assert in_the_books(owner.company) == at_the_bank(owner.company, bank) == {"USD": 9_685}


def test_money_that_nobody_told_us_of_is_booked(owner: User, bank: Bank) -> None:
    attempt = click_pay(make_link(owner), Method.ACH)
    bank.debit(attempt)
    bank.let_days_pass(5)

    done = run(owner)

    assert payment(attempt).amount == 10_000
    assert (done.mended, done.different) == (1, 0)
    assert in_the_books(owner.company) == at_the_bank(owner.company, bank)


def test_a_refund_at_the_processors_dashboard_is_booked(owner: User, bank: Bank) -> None:
    taken = payment(paid(owner, bank))
    bank.order(f"payment_intents/{taken.reference}/refund", amount=4_000)

    done = run(owner)

    assert (done.mended, done.different) == (1, 0)
    refund = Movement.objects.get(kind="refund").refund
    assert refund is not None
    assert (refund.amount, refund.fee_returned) == (4_000, 16)  # 2.9 % of it, less 1.00
    assert in_the_books(owner.company) == at_the_bank(owner.company, bank)


def test_a_dispute_is_booked_with_its_fee(owner: User, bank: Bank) -> None:
    taken = payment(paid(owner, bank))
    bank.order(f"payment_intents/{taken.reference}/dispute")

    assert run(owner).different == 0
    assert Movement.objects.get(kind="dispute").dispute is not None
    assert in_the_books(owner.company) == at_the_bank(owner.company, bank) == {"USD": -1_815}


def test_a_payout_leaves_for_the_bank_and_names_its_payments(owner: User, bank: Bank, account: str) -> None:
    for price in ("100.00", "250.00"):
        paid(owner, bank, price)
    reference = pay_out(bank, account)
    run(owner)
    run(owner)

    payout = Payout.objects.get()
    assert (payout.reference, payout.amount) == (reference, 9_685 + 24_250)
    assert {movement.payment for movement in payout.movements.all()} == set(Payment.objects.all())
    assert in_the_books(owner.company, Account.BANK) == {"USD": payout.amount}
    assert in_the_books(owner.company) == at_the_bank(owner.company, bank) == {}


def test_a_payout_that_comes_back_is_money_at_the_processor_again(
    owner: User, bank: Bank, account: str
) -> None:
    paid(owner, bank)
    reference = pay_out(bank, account)
    run(owner)
    bank.order(f"payouts/{reference}", status="failed")
    run(owner)

    assert Payout.objects.get().state == Payout.State.FAILED
    assert Activity.objects.filter(kind=Activity.Kind.PAYOUT_FAILED).count() == 1
    assert in_the_books(owner.company, Account.BANK) == {}
    assert in_the_books(owner.company) == at_the_bank(owner.company, bank) == {"USD": 9_685}


def charge_elsewhere(bank: Bank, account: str) -> None:
    """Take money at the processor for something that is no attempt of ours."""
    gateway = registry.get("stripe", account)
    order = StartOrder(
        key=uuid4().hex,
        attempt="",
        merchant="A shop of ours",
        line_items=(LineItem(name="Vase", amount=Money(2_000, "USD")),),
        description="Vase",
        payer_email="",
        language="en",
        return_url="http://shop.example/",
        cancel_url="http://shop.example/",
        expires_at=clock.now() + timedelta(hours=2),
    )
    session = gateway.start(order).reference
    bank.order(f"sessions/{session}/pay", card="4242424242424242", email="a@shop.example")
    gateway.capture(session, Money(2_000, "USD"), key=uuid4().hex)


def test_money_that_is_not_ours_is_told_and_the_balance_is_right_all_the_same(
    owner: User, bank: Bank, account: str
) -> None:
    paid(owner, bank)
    charge_elsewhere(bank, account)

    assert run(owner).different == run(owner).different == 1
    assert differences() == [(Kind.UNKNOWN_PAYMENT, "", "20.00 USD")]
    assert in_the_books(owner.company) == at_the_bank(owner.company, bank)
    assert in_the_books(owner.company, Account.ADJUSTMENTS) == {"USD": -2_000}


def test_a_payment_that_the_processor_does_not_have_is_told(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    report(open_attempt(make_link(owner)), Outcome.SETTLED, Money(10_000, "USD"))
    assert run(owner).different == 0  # it may just be on its way

    monkeypatch.setattr(reconcile, "_CALM", timedelta())
    assert run(owner).different == 1
    assert differences() == [(Kind.MISSING_PAYMENT, "100.00 USD", "")]


@pytest.mark.usefixtures("impatient")
def test_a_difference_closes_by_itself_when_it_no_longer_holds(owner: User, bank: Bank) -> None:
    paid(owner, bank)
    run(owner)
    Movement.objects.update(gross=9_000, net=8_685)
    assert run(owner).different == 1
    assert differences() == [(Kind.AMOUNT, "100.00 USD", "90.00 USD")]

    Movement.objects.update(gross=10_000, net=9_685)
    assert run(owner).different == 0
    assert Difference.objects.get().settled_by == checking.BY_ITSELF


def test_a_difference_that_a_person_settled_stays_settled_while_it_is_the_same(
    owner: User, stranger: User, bank: Bank, account: str
) -> None:
    charge_elsewhere_after_a_payment(owner, bank, account)
    key = Difference.objects.get().pk
    with pytest.raises(NotFound):
        reconcile.settle_difference(stranger.company, key, note="Not mine", by=stranger)
    with pytest.raises(Refusal, match="Say in a few words"):
        reconcile.settle_difference(owner.company, key, note="", by=owner)

    reconcile.settle_difference(owner.company, key, note="Sold at the market", by=owner)

    assert run(owner).different == 0
    assert Difference.objects.get().settled_by == owner.name


def charge_elsewhere_after_a_payment(owner: User, bank: Bank, account: str) -> None:
    paid(owner, bank)
    charge_elsewhere(bank, account)
    run(owner)


def test_a_fee_that_is_not_the_schedules_is_told(owner: User, bank: Bank, settings: Settings) -> None:
    paid(owner, bank)
    settings.FEES = FeeSchedule(card=Rate(250, fixed=25))

    assert run(owner).different == 1
    assert differences() == [(Kind.FEE, "2.75 USD", "3.15 USD")]


def test_what_a_refund_and_a_dispute_cost_is_held_against_the_schedule_too(
    owner: User, bank: Bank, settings: Settings
) -> None:
    refunded, disputed = payment(paid(owner, bank)), payment(paid(owner, bank))
    bank.order(f"payment_intents/{refunded.reference}/refund", amount=10_000)
    bank.order(f"payment_intents/{disputed.reference}/dispute")
    assert run(owner).different == 0
    settings.FEES = FeeSchedule(refund_kept=0, dispute=2_000)

    assert run(owner).different == 2
    assert {each[1:] for each in differences()} == {("-2.90 USD", "-1.90 USD"), ("20.00 USD", "15.00 USD")}


@pytest.mark.usefixtures("impatient")
def test_what_no_single_payment_explains_is_told_as_the_rest(owner: User, bank: Bank) -> None:
    paid(owner, bank)
    book(owner, 500)  # for which there is no reason at the processor
    assert run(owner).different == 1
    assert differences() == [(Kind.AMOUNT, "5.00 USD", "")]


def book(owner: User, minor: int) -> None:
    """Write money at the processor into the books."""
    amount = Money(minor, "USD")
    entry = NewEntry(
        company=owner.company,
        kind=Entry.Kind.ADJUSTMENT,
        source="a test",
        key=uuid4().hex,
        date=clock.today(owner.company.time_zone),
        by="a test",
        postings=[Posting(Account.PROCESSOR, amount), Posting(Account.ADJUSTMENTS, -amount)],
    )
    with transaction.atomic():
        posting.post(entry)


def another_currency(owner: User, bank: Bank) -> None:
    paid(owner, bank)
    bank.break_down("balance_transaction.list", "wrong_currency")


def no_look_up(owner: User, bank: Bank) -> None:
    attempt = click_pay(make_link(owner), Method.ACH)
    bank.debit(attempt)
    reference = registry.get("stripe", attempt.account).look_up(attempt.reference).payment
    bank.order(f"payment_intents/{reference}/clear")
    bank.break_down("session.retrieve", "500_before")


def another_refund(owner: User, bank: Bank) -> None:
    taken = payment(paid(owner, bank))
    run(owner)
    bank.order(f"payment_intents/{taken.reference}/refund", amount=4_010)
    bank.break_down("balance_transaction.list", "wrong_amount", by=5)


def another_dispute(owner: User, bank: Bank) -> None:
    taken = payment(paid(owner, bank))
    run(owner)
    bank.order(f"payment_intents/{taken.reference}/dispute")
    bank.break_down("balance_transaction.list", "wrong_amount", by=5)


def another_payout(owner: User, bank: Bank) -> None:
    paid(owner, bank)
    pay_out(bank, owner.company.account.reference)
    bank.break_down("payout.list", "wrong_amount", by=5)


def something_else(owner: User, bank: Bank) -> None:
    take_in(owner.company, make_movement(MovementKind.OTHER, 700), make_movement(MovementKind.FEE, -700))


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("bend", "difference"),
    [
        (another_currency, (Kind.CURRENCY, "100.00 USD", "100.00 EUR")),
        (no_look_up, (Kind.STATE, "opened", "100.00 USD")),
        (another_refund, (Kind.REFUND, "-39.94 USD", "-39.89 USD")),
        (another_dispute, (Kind.DISPUTE, "-115.00 USD", "-114.95 USD")),
        (another_payout, (Kind.PAYOUT, "96.85 USD", "96.90 USD")),
        (something_else, (Kind.OTHER, "", "7.00 USD")),
    ],
)
def test_whatever_the_processor_says_otherwise_is_told_as_what_it_is(
    owner: User, bank: Bank, bend: Bend, difference: tuple[Kind, str, str]
) -> None:
    click_pay(make_link(owner))  # so that the company has begun to take money
    bend(owner, bank)

    assert run(owner).different == 1
    assert differences() == [difference]


@pytest.mark.usefixtures("one_clock")
def test_a_run_vouches_only_for_the_time_before_a_payment_that_waits(owner: User, bank: Bank) -> None:
    no_look_up(owner, bank)
    first = run(owner)
    assert not Movement.objects.exists()

    second = run(owner)

    assert first.until == Movement.objects.get().at < first.started_at
    assert (second.mended, second.different) == (1, 0)
    assert in_the_books(owner.company) == at_the_bank(owner.company, bank)


def test_a_balance_that_nothing_explains_is_told_until_it_is_right(owner: User, bank: Bank) -> None:
    paid(owner, bank)
    take_in(owner.company, make_movement(MovementKind.FEE, -500))  # which the processor never told

    assert run(owner).different == 1
    assert differences() == [(Kind.BALANCE, "91.85 USD", "96.85 USD")]

    take_in(owner.company, make_movement(MovementKind.FEE, 500))
    assert run(owner).different == 0


def test_a_balance_is_not_judged_while_money_moves(
    owner: User, bank: Bank, account: str, settings: Settings
) -> None:
    """A payment comes after the books were read and before the balance is told."""
    settings.PROCESSOR_SECONDS = 20
    paid(owner, bank)
    bank.break_down("balance.retrieve", "hold")

    done, _ = at_once(partial(run, owner), partial(meanwhile, bank, account))

    assert isinstance(done, Reconciliation)
    assert done.different == 0
    assert run(owner).different == 1
    assert [kind for kind, _ours, _theirs in differences()] == [Kind.UNKNOWN_PAYMENT]


def meanwhile(bank: Bank, account: str) -> None:
    """Let money move while the bank is asked for the balance, then let it answer."""
    while not bank.faults()["balance.retrieve"]["waiting"]:
        time.sleep(0.05)
    charge_elsewhere(bank, account)
    bank.order("release")


def test_money_taken_through_an_earlier_account_is_compared_too(
    owner: User, bank: Bank, account: str
) -> None:
    early = payment(paid(owner, bank))
    now = own_account(owner.company, bank)
    late = payment(paid(owner, bank))
    bank.order(f"payment_intents/{early.reference}/refund", amount=4_000)
    reference = pay_out(bank, account)

    assert run(owner).different == 0
    run(owner)

    assert {early.account, late.account} == {account, now}
    assert Payout.objects.get(reference=reference).account == account
    balances = Counter(bank.balances(account)) + Counter(bank.balances(now))
    assert in_the_books(owner.company) == {"USD": balances["USD"]}
    assert Movement.objects.filter(payment=early).count() == 2


def test_an_earlier_account_is_read_from_its_beginning(owner: User, bank: Bank, account: str) -> None:
    early = payment(paid(owner, bank))
    own_account(owner.company, bank)
    begun = clock.now() + timedelta(days=30)  # as if it had been left long ago
    done = reconcile.run(owner.company, by="a test", since=begun)

    assert done.different == 0
    assert Movement.objects.get().payment == early


def test_an_earlier_account_that_has_left_us_holds_nothing_up(owner: User, bank: Bank) -> None:
    early = click_pay(make_link(owner))
    Attempt.objects.filter(pk=early.pk).update(account="acct_1gone")
    for _ in range(2):
        paid(owner, bank)
        assert run(owner).different == 0
    assert Movement.objects.count() == 2

    PaymentsAccount.objects.update(reference="acct_1gone")
    with pytest.raises(GatewayRefusal):  # payments go there
        run(owner)


def test_the_installations_own_account_is_nobodys_once_it_was_left(owner: User, bank: Bank) -> None:
    """What else moves there is not the company's, and none of it is a difference."""
    charge_elsewhere(bank, "")
    PaymentsAccount.objects.update(reference="")
    paid(owner, bank)
    own_account(owner.company, bank)
    charge_elsewhere(bank, "")

    assert run(owner).different == 0
    assert in_the_books(owner.company) == {"USD": 9_685}


def test_what_the_processor_did_not_answer_is_made_up_for_by_the_next_run(owner: User, bank: Bank) -> None:
    attempt = click_pay(make_link(owner))
    bank.pay(attempt)
    settle_payment.settle(attempt.pk)
    bank.break_down("balance_transaction.list", "500_before")
    with pytest.raises(GatewayError):
        run(owner)
    assert Reconciliation.objects.get().finished_at is None

    assert run(owner).different == 0
    assert in_the_books(owner.company) == at_the_bank(owner.company, bank)


def on_the_console(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    parser = argparse.ArgumentParser()
    console.arguments(parser)
    code = console.run(parser.parse_args(words))
    return code, capsys.readouterr().out


def test_the_console_tells_people_and_programs_what_came_of_it(
    owner: User, bank: Bank, account: str, capsys: pytest.CaptureFixture[str]
) -> None:
    paid(owner, bank)
    assert on_the_console(capsys) == (0, "bloom: 1 movements compared, 0 mended, 0 differences.\n")

    charge_elsewhere(bank, account)
    code, text = on_the_console(capsys, "--json", "--company", "bloom", "--since", "2026-01-01")
    (make_movement,) = json.loads(text)["companies"]
    assert (code, make_movement["compared"], make_movement["differences"][0]["theirs"]) == (1, 2, "20.00 USD")

    bank.break_down("balance_transaction.list", "500_before")
    code, text = on_the_console(capsys)
    assert (code, text) == (
        2,
        "bloom: not compared. The processor does not answer; is there a network? Try again later.\n",
    )


def test_without_an_account_there_is_nothing_to_compare(owner: User) -> None:
    forget_accounts()
    owner.company.account.refresh_from_db()
    with pytest.raises(Refusal, match="no payments account"):
        reconcile.ask(owner.company, by=owner)
    assert reconcile.run_all() == []


def test_an_account_of_several_companies_is_compared_payment_by_payment(
    owner: User, stranger: User, bank: Bank
) -> None:
    PaymentsAccount.objects.update(reference="")
    paid(owner, bank)
    paid(stranger, bank)

    done = reconcile.run_all()

    assert [each.different for each in done] == [0, 0]
    assert in_the_books(owner.company) == in_the_books(stranger.company) == {"USD": 9_685}
    assert not Payout.objects.exists()


def test_runs_at_once_keep_and_book_everything_once(owner: User, bank: Bank, account: str) -> None:
    for _ in range(3):
        paid(owner, bank)
    pay_out(bank, account)

    done = at_once(*[partial(run, owner)] * 4)

    assert [problem for problem in done if isinstance(problem, Exception)] == []
    assert Entry.objects.filter(kind=Entry.Kind.PAYOUT).count() == 1
    assert in_the_books(owner.company) == at_the_bank(owner.company, bank) == {}


def test_control_without_the_lock_runs_at_once_get_into_each_others_way(
    owner: User, bank: Bank, account: str
) -> None:
    """If this fails, the test above proves nothing."""
    collided = False
    for _ in range(10):
        paid(owner, bank)
        pay_out(bank, account)
        with without_locks():
            done = at_once(*[partial(run, owner)] * 4)
        collided = any(isinstance(problem, IntegrityError) for problem in done)
        run(owner)
        if collided:
            break
    assert collided


@pytest.mark.usefixtures("impatient")
def test_many_mixed_events_and_no_notice_at_all_and_one_run_makes_it_right(
    owner: User, bank: Bank, account: str
) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")  # noqa: T201 - to play a failure again
    dice = random.Random(seed)
    for number in range(50):
        befall(owner, bank, dice, number)
        if number % 10 == 9:
            bank.let_days_pass(1)
    reference = pay_out(bank, account)
    if dice.random() < 0.5:
        bank.order(f"payouts/{reference}", status="failed")

    first = run(owner)
    assert differences() == []
    assert first.mended > 0
    assert in_the_books(owner.company) == at_the_bank(owner.company, bank)
    again = run(owner)
    assert (again.mended, again.different) == (0, 0)


def befall(owner: User, bank: Bank, dice: random.Random, number: int) -> None:
    """Let a payment be made, of which we hear, and let something follow, of which we do not."""
    price = f"{dice.randrange(200, 90_000) / 100:.2f}"
    attempt = click_pay(
        make_link(owner, make_invoice(owner, price)), Method.ACH if number % 3 == 0 else Method.CARD
    )
    if attempt.method == Method.ACH:
        bank.debit(attempt)
        settle_payment.settle(attempt.pk)
        reference = registry.get("stripe", attempt.account).look_up(attempt.reference).payment
        bank.order(f"payment_intents/{reference}/clear")
        status = dice.choice(["", "", "refund", "return"])
    else:
        bank.pay(attempt)
        settle_payment.settle(attempt.pk)
        reference = payment(attempt).reference
        status = dice.choice(["", "", "refund", "dispute", "won", "lost"])
    if status == "refund":
        bank.order(f"payment_intents/{reference}/refund", amount=dice.randrange(1, attempt.total + 1))
    elif status == "return":
        bank.order(f"payment_intents/{reference}/return", code="R01")
    elif status:
        dispute = bank.order(f"payment_intents/{reference}/dispute")
        if status != "dispute":
            bank.order(f"disputes/{dispute['id']}/close", status=status)
