"""What each answer of the processor's does to payers, staff and books: the table in docs/gateways.md."""

from datetime import timedelta

import pytest
import stripe
from django.test import Client

from factories import make_link
from factories.payments import click_pay
from florin.contracts import refund_failures
from florin.contracts.processor import RefusalReason
from florin.domain.activity.models import Activity
from florin.domain.attempts import services as attempts
from florin.domain.attempts.models import Attempt, AttemptDebt
from florin.domain.companies.models import PaymentsAccount
from florin.domain.ledger.models import Item
from florin.domain.links import services as links
from florin.domain.payments.models import Payment
from florin.domain.refunds.lifecycle import RefundState
from florin.domain.refunds.models import Refund
from florin.domain.refunds.services import Wish
from florin.domain.refusals.models import ProcessorRefusal
from florin.domain.refusals.services import open_ones
from florin.domain.staff.models import User
from florin.edges.gateways import registry
from florin.flows import onboard_account, reconcile, refund_payment, settle_payment
from florin.flows.start_checkout import NotPayable
from florin.kernel import clock
from florin.kernel.errors import ProcessorAway, Refusal
from testing.bank import Bank

State = Attempt.State
A_DAY_AGO = timedelta(days=1, minutes=1)


def refused_reasons(user: User) -> list[str]:
    return list(open_ones(user.company_id).values_list("reason", flat=True))


def paid(owner: User, bank: Bank) -> Payment:
    attempt = click_pay(make_link(owner))
    bank.pay(attempt)
    settle_payment.settle(attempt.pk)
    return Payment.objects.get()


def refunded(payment: Payment, owner: User) -> Refund:
    item = Item.objects.get(kind=Item.Kind.INVOICE)
    wish = Wish(amounts={item.pk: payment.amount}, reason="Wilted")
    return refund_payment.refund(owner.company, payment.pk, wish, by=owner)


def order_capture(attempt: Attempt, bank: Bank) -> None:
    """Take the money behind our back, as somebody can at the processor's dashboard."""
    api = stripe.StripeClient("sk_test_of_the_tests", base_addresses={"api": bank.base})
    intent = api.v1.checkout.sessions.retrieve(attempt.reference).payment_intent
    api.v1.payment_intents.capture(str(intent))


def make_older(age: timedelta) -> None:
    ProcessorRefusal.objects.update(first_at=clock.now() - age)


@pytest.mark.parametrize(
    ("mode", "says", "reason"),
    [
        ("400_parameter", "does not take this payment", RefusalReason.PARAMETER),
        ("400_amount", "does not take this amount", RefusalReason.AMOUNT),
        ("400_idempotency", "does not take this payment", RefusalReason.KEY_REUSED),
        ("401", "is not available right now", RefusalReason.KEY),
        ("decline", "does not take this payment", RefusalReason.DECLINED),
        ("403_permission", "is not available right now", RefusalReason.PERMISSION),
        ("403_account", "is not available right now", RefusalReason.ACCOUNT_GONE),
        ("404", "does not take this payment", RefusalReason.NOT_FOUND),
    ],
)
def test_a_start_that_is_refused_is_over_and_the_payer_is_told_whom_to_call(
    owner: User, bank: Bank, *, mode: str, says: str, reason: RefusalReason
) -> None:
    bank.break_down("session.create", mode)
    with pytest.raises((NotPayable, ProcessorAway), match=says) as told:
        click_pay(make_link(owner))

    assert "call us" in str(told.value)
    assert ("amount" in str(told.value)) == (reason == RefusalReason.AMOUNT)
    assert Attempt.objects.get().state == State.EXPIRED
    row = ProcessorRefusal.objects.get()
    assert (row.reason, row.verb, row.request[:4]) == (reason, "start", "req_")
    assert row.path == f"/office/orders/{AttemptDebt.objects.get().invoice.order_id}/"


@pytest.mark.parametrize("mode", ["429", "409"])
def test_a_start_waits_a_moment_for_its_turn(owner: User, bank: Bank, mode: str) -> None:
    bank.break_down("session.create", mode, times=3)
    assert click_pay(make_link(owner)).reference.startswith("cs_test_")


def test_a_start_that_is_not_let_in_is_nothing_that_happened(owner: User, bank: Bank) -> None:
    bank.break_down("session.create", "429", times=50, retry_after=30)
    with pytest.raises(ProcessorAway, match="very busy"):
        click_pay(make_link(owner))

    attempt = Attempt.objects.get()
    assert (attempt.state, attempt.unknown_since, refused_reasons(owner)) == (State.OPENED, None, [])
    assert timedelta(seconds=20) < attempt.check_at - clock.now() <= timedelta(seconds=30)


@pytest.mark.parametrize("mode", ["500_before", "502", "503", "504", "timeout_before", "reset"])
def test_a_start_without_an_answer_is_unknown(owner: User, bank: Bank, mode: str) -> None:
    bank.break_down("session.create", mode, seconds=3)
    with pytest.raises(ProcessorAway, match="does not answer"):
        click_pay(make_link(owner))

    attempt = Attempt.objects.get()
    assert (attempt.state, attempt.unknown_since is None, refused_reasons(owner)) == (State.OPENED, False, [])


@pytest.mark.parametrize(
    "mode", ["400_parameter", "401", "decline", "403_permission", "403_account", "404", "502"]
)
@pytest.mark.parametrize("operation", ["session.retrieve", "intent.capture"])
def test_what_is_refused_of_a_payment_says_nothing_about_the_money(
    owner: User, bank: Bank, *, operation: str, mode: str
) -> None:
    attempt = click_pay(make_link(owner))
    bank.pay(attempt)
    bank.break_down(operation, mode)
    settle_payment.settle(attempt.pk)
    attempt.refresh_from_db()
    assert attempt.unknown_since is not None
    assert (refused_reasons(owner) == []) == (mode == "502")

    settle_payment.settle(attempt.pk)
    assert Payment.objects.get().amount == bank.charged(attempt.pk) == 10_000
    assert refused_reasons(owner) == []  # it is over by itself
    assert PaymentsAccount.objects.get().state == PaymentsAccount.State.ACTIVE


def test_a_capture_whose_key_is_taken_is_made_with_another(owner: User, bank: Bank) -> None:
    attempt = click_pay(make_link(owner))
    bank.pay(attempt)
    bank.break_down("intent.capture", "400_idempotency")
    for _ in range(2):
        settle_payment.settle(attempt.pk)
    assert Payment.objects.get().amount == bank.charged(attempt.pk) == 10_000


def test_what_was_refused_to_all_is_over_when_somebody_else_is_let_in(owner: User, bank: Bank) -> None:
    bank.break_down("session.create", "403_permission")
    with pytest.raises(ProcessorAway):
        click_pay(make_link(owner))
    settle_payment.settle(click_pay(make_link(owner)).pk)

    assert refused_reasons(owner) == []


def test_the_same_refusal_is_one_line_with_a_count(owner: User, bank: Bank) -> None:
    bank.break_down("session.create", "401", times=3)
    for _ in range(3):
        with pytest.raises(ProcessorAway):
            click_pay(make_link(owner))

    assert ProcessorRefusal.objects.get().times == 3


def test_an_amount_stays_refused_when_another_is_taken(owner: User, bank: Bank) -> None:
    bank.break_down("session.create", "400_amount")
    with pytest.raises(NotPayable):
        click_pay(make_link(owner))
    settle_payment.settle(click_pay(make_link(owner)).pk)

    assert refused_reasons(owner) == [RefusalReason.AMOUNT]


def test_a_look_up_that_finds_nothing_for_a_day_ends(owner: User, bank: Bank) -> None:
    attempt = click_pay(make_link(owner))
    bank.pay(attempt)
    bank.break_down("session.retrieve", "404", times=2)
    settle_payment.settle(attempt.pk)
    attempt.refresh_from_db()
    assert attempt.state == State.OPENED  # it may be another account's key, for a while

    make_older(A_DAY_AGO)
    settle_payment.settle(attempt.pk)
    attempt.refresh_from_db()
    assert (attempt.state, attempt.unknown_since) == (State.EXPIRED, None)
    assert attempt not in attempts.due(clock.now() + timedelta(days=9))
    pages = Client(headers={"host": "127.0.0.1"})
    token = links.token_of(attempt.link_id)
    for path in (f"/pay/{token}/result/{attempt.pk}", f"/pay/{token}?back={attempt.pk}"):
        page = pages.get(path).text
        assert ("call us before you pay again" in page, "Nothing was charged" in page) == (True, False)
    assert Activity.objects.filter(kind=Activity.Kind.CHECKOUT_LOST).count() == 1
    assert refused_reasons(owner) == [RefusalReason.NOT_FOUND]  # a person must look for the money


def test_what_a_lost_payment_held_is_free_again_and_its_money_still_counts(owner: User, bank: Bank) -> None:
    attempt = click_pay(make_link(owner))
    bank.pay(attempt)
    bank.break_down("intent.capture", "timeout_before", seconds=3)
    settle_payment.settle(attempt.pk)
    assert AttemptDebt.objects.get().reserved == 10_000
    bank.break_down("session.retrieve", "404", times=2)
    settle_payment.settle(attempt.pk)
    make_older(A_DAY_AGO)
    settle_payment.settle(attempt.pk)
    assert (Attempt.objects.get().state, AttemptDebt.objects.get().reserved) == (State.CANCELLED, 0)

    order_capture(attempt, bank)
    settle_payment.settle(attempt.pk)  # as reconciliation does when it meets the money
    assert Attempt.objects.get().state == State.SETTLED
    assert (Payment.objects.get().amount, Attempt.objects.get().is_lost) == (10_000, False)


def test_a_poller_that_asks_too_often_waits_and_does_not_doubt(owner: User, bank: Bank) -> None:
    attempt = click_pay(make_link(owner))
    bank.break_down("session.retrieve", "429", times=9, retry_after=90)
    for _ in range(9):
        settle_payment.settle(attempt.pk)

    attempt.refresh_from_db()
    assert (attempt.unknown_since, attempt.unanswered) == (None, 0)
    assert timedelta(seconds=80) < attempt.check_at - clock.now() <= timedelta(seconds=90)
    assert not registry.is_away("stripe")


@pytest.mark.parametrize("mode", ["400_parameter", "401", "403_permission", "404", "decline"])
def test_a_refund_that_is_refused_has_failed_and_its_money_is_back(
    owner: User, bank: Bank, mode: str
) -> None:
    payment = paid(owner, bank)
    bank.break_down("refund.create", mode)
    made = refunded(payment, owner)

    assert made.state == RefundState.FAILED
    assert Item.objects.get(kind=Item.Kind.INVOICE).balance == 0
    told = [] if mode in {"404", "decline"} else [mode.removeprefix("400_").removeprefix("403_")]
    assert [reason.replace("key", "401") for reason in refused_reasons(owner)] == told


@pytest.mark.parametrize(
    ("mode", "code", "said"),
    [
        ("401", "", "does not accept the key of this installation"),
        ("403_permission", "", "may not send money back"),
        ("400_parameter", "balance_insufficient", "balance at the processor was too low"),
        ("400_parameter", "", "did not accept it"),
    ],
)
def test_a_refund_that_is_refused_says_why_in_words_for_staff(  # noqa: PLR0917 - the cases
    owner: User, bank: Bank, mode: str, code: str, said: str
) -> None:
    payment = paid(owner, bank)
    bank.break_down("refund.create", mode, code=code)
    made = refunded(payment, owner)

    assert said in refund_failures.words(made.failure)
    assert "Invalid API Key" not in refund_failures.words(made.failure)


def test_a_refund_whose_key_is_taken_is_made_with_another(owner: User, bank: Bank) -> None:
    bank.break_down("refund.create", "400_idempotency")
    made = refunded(paid(owner, bank), owner)
    assert made.state == RefundState.REQUESTED

    refund_payment.ask(made.pk)
    assert Refund.objects.get().state == RefundState.SUCCEEDED
    assert bank.refunded(Attempt.objects.get().pk) == made.amount


def test_a_refund_that_is_not_let_in_waits(owner: User, bank: Bank) -> None:
    bank.break_down("refund.create", "429", retry_after=90)
    made = refunded(paid(owner, bank), owner)
    assert (made.state, made.unknown_since) == (RefundState.REQUESTED, None)
    assert timedelta(seconds=80) < made.check_at - clock.now() <= timedelta(seconds=90)

    refund_payment.ask(made.pk)
    assert Refund.objects.get().state == RefundState.SUCCEEDED


def test_a_refund_of_a_payment_that_is_not_there_ends_after_a_day(owner: User, bank: Bank) -> None:
    bank.break_down("refund.create", "timeout_before", seconds=3)
    made = refunded(paid(owner, bank), owner)
    bank.break_down("intent.retrieve", "404", times=2)
    refund_payment.ask(made.pk)
    assert Refund.objects.get().state == RefundState.REQUESTED

    make_older(A_DAY_AGO)
    refund_payment.ask(made.pk)
    assert Refund.objects.get().state == RefundState.FAILED


@pytest.mark.parametrize("mode", ["401", "403_permission"])
def test_a_list_that_is_refused_is_told_until_it_is_shown_again(owner: User, bank: Bank, mode: str) -> None:
    bank.break_down("balance_transaction.list", mode)
    reconcile.run(owner.company, by="a test")
    assert refused_reasons(owner) == [RefusalReason.KEY if mode == "401" else RefusalReason.PERMISSION]

    reconcile.run(owner.company, by="a test")
    assert refused_reasons(owner) == []


@pytest.mark.parametrize("mode", ["401", "403_permission", "404", "429"])
def test_only_an_account_that_has_gone_is_suspended(owner: User, bank: Bank, mode: str) -> None:
    PaymentsAccount.objects.update(reference="acct_1fern")
    bank.break_down("account.retrieve", mode)
    with pytest.raises((Refusal, ValueError)):
        onboard_account.refresh(owner.company)
    assert PaymentsAccount.objects.get().state == PaymentsAccount.State.ACTIVE

    bank.break_down("account.retrieve", "403_account")
    onboard_account.refresh(owner.company)
    assert PaymentsAccount.objects.get().state == PaymentsAccount.State.SUSPENDED
