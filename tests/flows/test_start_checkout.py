"""From the bill to the processor's page."""

import time
from uuid import uuid4

import pytest
from pytest_django.fixtures import Settings

from factories import make_customer, make_draft, make_invoice, make_link
from factories.payments import click_pay
from florin.domain.activity.models import Activity
from florin.domain.attempts.methods import Method
from florin.domain.attempts.models import Attempt
from florin.domain.attempts.services import TooManyAttempts
from florin.domain.companies.models import Company, PaymentsAccount
from florin.domain.customers.models import Customer
from florin.domain.links import services as links
from florin.domain.links.models import Link
from florin.domain.orders.models import Order
from florin.domain.payments.models import Payment
from florin.domain.payments.receiving import Receiving
from florin.domain.staff.models import User
from florin.flows import receive_payment, settle_payment, start_checkout, write_order
from florin.flows.start_checkout import BillChanged, NotPayable
from florin.kernel import clock
from florin.kernel.errors import NotFound, ProcessorAway
from florin.kernel.money import Money
from testing.bank import Bank
from testing.races import at_once


def _click_pay(link: Link, minor: int = 10_000, nonce: str = "", method: Method | None = None) -> str:
    seen = Money(minor, link.currency)
    return start_checkout.start(links.token_of(link.pk), seen=seen, nonce=nonce or uuid4().hex, method=method)


def _reprice(owner: User, link: Link, price: str) -> None:
    order = Order.objects.get(pk=link.debts.get().invoice.order_id)
    draft = make_draft(order.customer, price)
    write_order.change(owner.company, order.pk, draft, version=order.version, by=owner)


def test_an_amount_changed_between_view_and_pay_is_decided_again(owner: User, bank: Bank) -> None:
    link = make_link(owner)
    _reprice(owner, link, "120.00")

    with pytest.raises(BillChanged):
        _click_pay(link, 10_000)

    assert not Attempt.objects.exists()
    assert _click_pay(link, 12_000).startswith(bank.base)


def test_a_session_for_the_old_amount_is_expired_when_the_invoice_changes(owner: User, bank: Bank) -> None:
    link = make_link(owner)
    attempt = click_pay(link)
    _reprice(owner, link, "60.00")

    settle_payment.expire_competing([link.debts.get().invoice.item_id])

    attempt.refresh_from_db()
    assert attempt.state == Attempt.State.EXPIRED


def test_a_card_held_for_the_old_amount_pays_only_what_is_owed_now(owner: User, bank: Bank) -> None:
    link = make_link(owner)
    attempt = click_pay(link)
    bank.pay(attempt)
    _reprice(owner, link, "60.00")

    settle_payment.settle(attempt.pk)

    assert bank.charged(attempt.pk) == Payment.objects.get().amount == 6_000


def test_a_payer_quicker_than_the_expiry_is_charged_what_is_owed_now(owner: User, bank: Bank) -> None:
    link = make_link(owner)
    attempt = click_pay(link)
    bank.pay(attempt)
    _reprice(owner, link, "60.00")

    settle_payment.expire_competing([link.debts.get().invoice.item_id])

    assert bank.charged(attempt.pk) == Payment.objects.get().amount == 6_000


def test_the_press_is_on_the_timeline_and_counts_as_opening_the_link(owner: User, bank: Bank) -> None:
    link = make_link(owner)

    _click_pay(link)

    kinds = set(Activity.objects.filter(subjects__contains=[link.pk]).values_list("kind", flat=True))
    assert {Activity.Kind.LINK_OPENED, Activity.Kind.CHECKOUT_STARTED} <= kinds


def test_a_paid_bill_cannot_be_paid_again(owner: User, bank: Bank) -> None:
    link = make_link(owner)
    attempt = click_pay(link)
    bank.pay(attempt)
    settle_payment.settle(attempt.pk)

    with pytest.raises(NotPayable):
        _click_pay(link)


def test_links_switched_off_hold_for_a_link_already_out(owner: User, bank: Bank) -> None:
    link = make_link(owner)
    Customer.objects.filter(pk=link.customer_id).update(links_enabled=False)

    with pytest.raises(NotPayable):
        _click_pay(link)


def test_a_silent_processor_is_no_failure_and_the_same_page_may_try_again(owner: User, bank: Bank) -> None:
    link = make_link(owner)
    bank.break_down("session.create", "timeout_after_success")
    nonce = uuid4().hex

    with pytest.raises(ProcessorAway):
        _click_pay(link, nonce=nonce)
    assert Attempt.objects.get().unknown_since is not None

    assert _click_pay(link, nonce=nonce) == Attempt.objects.get().url


def test_a_session_that_we_never_heard_of_is_found_with_the_same_key(owner: User, bank: Bank) -> None:
    link = make_link(owner)
    bank.break_down("session.create", "timeout_after_success")
    with pytest.raises(ProcessorAway):
        _click_pay(link)

    settle_payment.settle(Attempt.objects.get().pk)

    assert Attempt.objects.get().reference.startswith("cs_test_")


def test_an_amount_that_the_processor_does_not_take_ends_the_attempt(owner: User, bank: Bank) -> None:
    bank.order("settlement", currency="usd", rates={"jpy": "0.0066"})
    customer = make_customer(owner.company, currency="JPY")
    link = make_link(owner, make_invoice(owner, "60", customer=customer))  # worth 40 cents, which nobody knew

    with pytest.raises(NotPayable, match="does not take this amount"):
        click_pay(link)

    assert Attempt.objects.get().state == Attempt.State.EXPIRED


def test_trying_out_cards_on_a_link_is_stopped(owner: User, bank: Bank) -> None:
    link = make_link(owner)
    for _ in range(60):
        _click_pay(link)

    with pytest.raises(TooManyAttempts):
        _click_pay(link)


def test_a_token_that_nobody_gave_out_opens_nothing(company: object) -> None:
    with pytest.raises(NotFound):
        start_checkout.start("made-up", seen=Money(1, "USD"), nonce="x")


def _receive(owner: User, link: Link, minor: int) -> None:
    cash = Receiving(method=Method.CASH, amount=Money(minor, link.currency), on=clock.today("UTC"))
    receive_payment.receive(owner.company, link.customer_id, cash, by=owner)


@pytest.mark.parametrize("method", [Method.CARD, Method.ACH])
def test_the_same_page_pressed_again_after_the_amount_changed_is_decided_again(
    owner: User, bank: Bank, method: Method
) -> None:
    link, nonce = make_link(owner), uuid4().hex
    bank.break_down("session.create", "timeout_after_success")
    with pytest.raises(ProcessorAway):
        _click_pay(link, nonce=nonce, method=method)
    _receive(owner, link, 4_000)

    for seen in (10_000, 6_000):  # what was agreed to counts, whatever the form says now
        with pytest.raises(BillChanged):
            _click_pay(link, seen, nonce=nonce, method=method)


def test_the_same_page_pressed_again_when_nothing_is_owed_any_more_leads_nowhere(
    owner: User, bank: Bank
) -> None:
    link, nonce = make_link(owner), uuid4().hex
    _click_pay(link, nonce=nonce)
    _receive(owner, link, 10_000)

    with pytest.raises(NotPayable):
        _click_pay(link, nonce=nonce)


def test_the_same_page_pressed_again_is_led_to_no_method_that_was_switched_off(
    owner: User, bank: Bank
) -> None:
    link, nonce = make_link(owner), uuid4().hex
    _click_pay(link, nonce=nonce, method=Method.ACH)
    PaymentsAccount.objects.update(ach_enabled=False)

    with pytest.raises(NotPayable):
        _click_pay(link, nonce=nonce, method=Method.ACH)


def test_a_session_of_which_only_the_poller_learns_ends_if_the_bill_has_changed(
    owner: User, bank: Bank
) -> None:
    link = make_link(owner)
    bank.break_down("session.create", "timeout_after_success")
    with pytest.raises(ProcessorAway):
        _click_pay(link)
    _receive(owner, link, 4_000)

    settle_payment.settle(Attempt.objects.get().pk)

    attempt = Attempt.objects.get()
    assert attempt.reference.startswith("cs_test_")
    assert attempt.state == Attempt.State.EXPIRED


def test_an_amount_that_changes_while_the_session_is_made_is_decided_again(owner: User, bank: Bank) -> None:
    link = make_link(owner)
    bank.break_down("session.create", "hold")

    def change() -> None:
        while not bank.faults()["session.create"]["waiting"]:
            time.sleep(0.01)
        _receive(owner, link, 4_000)
        bank.break_down("session.create", "ok")

    pressed, _ = at_once(lambda: _click_pay(link), change)

    assert isinstance(pressed, BillChanged)


@pytest.mark.parametrize("mode", ["timeout_after_success", "timeout_before"])
def test_what_is_asked_again_is_asked_with_the_same_words_whatever_has_changed_meanwhile(
    owner: User, bank: Bank, settings: Settings, mode: str
) -> None:
    """The same key must not carry other parameters: the processor would refuse it."""
    link, nonce = make_link(owner), uuid4().hex
    bank.break_down("session.create", mode, seconds=2.5)
    with pytest.raises(ProcessorAway):
        _click_pay(link, nonce=nonce)
    first = start_checkout.order_for(Attempt.objects.get())
    Company.objects.update(name="Another Name")
    Customer.objects.update(language="es")
    Link.objects.update(recipients=["somebody@else.example"])
    settings.PUBLIC_URL = "https://moved.example"

    assert _click_pay(link, nonce=nonce).startswith(bank.base)  # a key that carries something else is a 400
    attempt = Attempt.objects.get()
    assert (attempt.reference[:8], start_checkout.order_for(attempt)) == ("cs_test_", first)


def test_what_is_frozen_opens_no_link(owner: User, bank: Bank) -> None:
    """A stolen database gives no working link."""
    link = make_link(owner)
    _click_pay(link)

    assert links.token_of(link.pk) not in str(Attempt.objects.values("order").get())


def test_an_attempt_older_than_this_rule_is_given_up_if_it_has_no_session(owner: User, bank: Bank) -> None:
    bank.break_down("session.create", "timeout_before")
    with pytest.raises(ProcessorAway):
        _click_pay(make_link(owner))
    Attempt.objects.update(order={})
    settle_payment.settle(Attempt.objects.get().pk)

    assert Attempt.objects.get().state == Attempt.State.EXPIRED
