"""Whatever a processor does to us, money is booked once or not at all, and as the processor has it."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
from django.test import Client

from factories import make_invoice, make_link
from factories.payments import click_pay
from florin.domain.attempts import bill
from florin.domain.attempts.lifecycle import AttemptState
from florin.domain.attempts.methods import Method
from florin.domain.attempts.models import Attempt
from florin.domain.ledger.models import Account, Item, Line
from florin.domain.links import services as links
from florin.domain.links.models import Link
from florin.domain.outbox.models import Message
from florin.domain.payments.models import Payment
from florin.domain.staff.models import User
from florin.edges.gateways import registry
from florin.flows import settle_payment, start_checkout
from florin.kernel.errors import ProcessorAway, Refusal
from testing.bank import Bank

CARD = {"method": "card", "number": "4242424242424242", "expiry": "12 / 40", "cvc": "123"}
ACCOUNT = {
    "method": "us_bank_account",
    "routing": "110000000",
    "account": "000123456789",
    "kind": "checking",
}
OPERATIONS = ("session.create", "session.retrieve", "intent.capture", "intent.cancel", "session.expire")
MODES: dict[str, dict[str, Any]] = {
    "timeout_before": {"times": 1},
    "timeout_after_success": {"times": 1},
    "500_before": {"times": 2},
    "500_after_success": {"times": 2},
    "500_sticky": {"times": 1},
    "500_sticky, done": {"times": 1, "effect": True},
    "reset": {"times": 2},
    "reset, done": {"times": 2, "effect": True},
    "decline": {"times": 2},
    "wrong_amount": {"times": 3, "by": 1},
    "wrong_currency": {"times": 3, "currency": "eur"},
}


def pay_until_redirected(link: Link) -> Attempt:
    """Press Pay as a payer does whom an error does not put off: again, and then on a fresh page."""
    token = links.token_of(link.pk)
    for nonce in (page := uuid4().hex, page, uuid4().hex, uuid4().hex):
        try:
            start_checkout.start(token, seen=bill.draw_up(links.find(token)).payable, nonce=nonce)
        except Refusal:
            continue
        return Attempt.objects.get(link=link, nonce=nonce)
    raise AssertionError("Pay led nowhere")


def type_in(attempt: Attempt, details: dict[str, str]) -> None:
    """Pay on the processor's own page, where another amount can be ordered to be taken."""
    form = {"name": "Pat Payer", "email": "payer@shop.example", **details}
    assert httpx.post(attempt.url, data=form).status_code == 303


def ask_round(link: Link) -> None:
    """What worker and pages do in a while: end stale sessions, ask about every attempt."""
    settle_payment.expire_competing([link.debts.get().invoice.item_id])
    for attempt in Attempt.objects.filter(link=link).order_by("pk"):
        settle_payment.settle(attempt.pk)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_two_payers_one_debt_and_a_processor_that_fails(
    owner: User, bank: Bank, operation: str, mode: str
) -> None:
    link = make_link(owner)
    fault = {"operation": operation, "mode": mode.partition(",")[0], **MODES[mode]}
    if operation == "session.create":
        bank.order("faults", **fault)
    pair = [pay_until_redirected(link), pay_until_redirected(link)]
    idle = click_pay(link)  # on the processor's page still when the debt is paid
    for attempt in pair:
        bank.pay(attempt)
    if operation != "session.create":
        bank.order("faults", **fault)

    for _ in range(4):
        ask_round(link)

    left = bank.faults().get(operation, {"times": 0})
    assert left["times"] < fault["times"]  # it did fail
    payment = Payment.objects.get()
    assert payment.amount == sum(bank.charged(attempt.pk) for attempt in pair) == 10_000
    assert sorted(state for attempt in pair for state in bank.states(attempt.pk)) == ["canceled", "succeeded"]
    assert books() == bank.charged(payment.attempt_id or uuid4())
    assert Item.objects.get(kind=Item.Kind.INVOICE).balance == 0
    assert Message.objects.filter(kind=Message.Kind.PAYMENT_RECEIVED).count() == 1
    idle.refresh_from_db()
    assert idle.state == AttemptState.EXPIRED


def books() -> int:
    """What our books say that came in at the processor, before its fee."""
    lines = Line.objects.filter(account=Account.PROCESSOR, entry__kind="payment")
    return sum(lines.values_list("amount", flat=True))


@pytest.mark.parametrize("mode", ["500_before", "reset", "decline"])
@pytest.mark.parametrize(
    ("operation", "state"),
    [("session.retrieve", AttemptState.OPENED), ("intent.capture", AttemptState.CAPTURING)],
)
def test_failing_for_ever_is_unknown_and_never_failed(
    owner: User, bank: Bank, *, operation: str, state: AttemptState, mode: str
) -> None:
    attempt = click_pay(make_link(owner))
    bank.pay(attempt)
    bank.break_down(operation, mode, times=1000)
    for _ in range(4):
        settle_payment.settle(attempt.pk)

    attempt.refresh_from_db()
    assert (attempt.state, attempt.unknown_since is None, Payment.objects.count()) == (state, False, 0)
    path = f"/pay/{links.token_of(attempt.link_id)}/result/{attempt.pk}"
    page = Client(headers={"host": "127.0.0.1"}).get(path).text
    assert "We are checking your payment" in page
    assert "you will get a mail" in page
    assert "fail" not in page

    bank.reset()
    settle_payment.settle(attempt.pk)
    assert Payment.objects.get().amount == bank.charged(attempt.pk) == 10_000


@pytest.mark.parametrize(
    "mode", ["500_before", "timeout_after_success", "reset", "wrong_amount", "wrong_currency"]
)
@pytest.mark.parametrize("after_days", [0, 5])
def test_a_debit_asked_about_in_vain_is_known_later(
    owner: User, bank: Bank, *, mode: str, after_days: int
) -> None:
    attempt = click_pay(make_link(owner), Method.ACH)
    bank.debit(attempt)
    bank.let_days_pass(after_days)
    bank.break_down("session.retrieve", mode)
    for _ in range(3):
        settle_payment.settle(attempt.pk)

    attempt.refresh_from_db()
    assert attempt.unknown_since is None
    assert attempt.state == (AttemptState.SETTLED if after_days else AttemptState.PENDING)
    assert books() == bank.charged(attempt.pk) == (10_000 if after_days else 0)


def test_another_amount_really_held_is_captured_only_as_far_as_agreed(owner: User, bank: Bank) -> None:
    attempt = click_pay(make_link(owner))
    bank.break_down("intent.confirm", "wrong_amount", by=500)
    type_in(attempt, CARD)
    assert bank.authorised(attempt.pk) == 10_500
    settle_payment.settle(attempt.pk)

    assert Payment.objects.get().amount == bank.charged(attempt.pk) == 10_000


def test_another_amount_really_debited_is_booked_as_it_is(owner: User, bank: Bank) -> None:
    """Money that the processor took is always booked (R18)."""
    attempt = click_pay(make_link(owner), Method.ACH)
    bank.break_down("intent.confirm", "wrong_amount", by=500)
    type_in(attempt, ACCOUNT)
    bank.let_days_pass(5)
    settle_payment.settle(attempt.pk)

    assert Payment.objects.get().amount == bank.charged(attempt.pk) == 10_500
    assert Item.objects.get(kind=Item.Kind.OVERPAYMENT).balance == -500


def test_a_hold_in_another_currency_is_released(owner: User, bank: Bank) -> None:
    attempt = click_pay(make_link(owner))
    bank.break_down("intent.confirm", "wrong_currency", currency="eur")
    type_in(attempt, CARD)
    settle_payment.settle(attempt.pk)

    assert bank.states(attempt.pk) == ["canceled"]
    assert not Payment.objects.exists()


def test_a_session_that_nobody_was_led_to_is_given_up_when_it_has_ended(
    owner: User, bank: Bank, hours_later: Callable[[], None]
) -> None:
    bank.break_down("session.create", "500_sticky", times=1000)
    with pytest.raises(ProcessorAway):
        click_pay(make_link(owner))
    hours_later()
    attempt = Attempt.objects.get()
    settle_payment.settle(attempt.pk)

    attempt.refresh_from_db()
    assert (attempt.state, attempt.unknown_since) == (AttemptState.EXPIRED, None)


@pytest.fixture
def hours_later() -> Callable[[], None]:
    """Let the attempts' time run out."""

    def pass_by() -> None:
        Attempt.objects.update(expires_at="2026-01-01T00:00:00Z")

    return pass_by


def test_while_the_processor_is_away_the_poller_asks_five_times_and_rests(owner: User, bank: Bank) -> None:
    for _ in range(8):
        click_pay(make_link(owner, make_invoice(owner)))
    Attempt.objects.update(check_at="2026-01-01T00:00:00Z")
    bank.break_down("session.retrieve", "500_before", times=5)

    assert settle_payment.poll() == 8  # the sixth is not asked about, or it would have been answered

    assert Attempt.objects.filter(unknown_since__isnull=False).count() == 8
    assert registry.is_away("stripe")
