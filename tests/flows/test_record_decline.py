"""Somebody tries out cards at a link: it is counted, it ends, and honest people are not shut out by it."""

from typing import Any

import pytest

from factories import make_link
from factories.declines import decline, notice
from factories.payments import click_pay
from florin.domain.activity.models import Activity
from florin.domain.attempts.methods import Method
from florin.domain.attempts.models import Attempt
from florin.domain.declines.models import Decline
from florin.domain.declines.services import MOST_OF_LINK, MOST_OF_SESSION
from florin.domain.links import services as links
from florin.domain.notices.models import ProcessorNotice
from florin.domain.payments.models import Payment
from florin.domain.staff.models import User
from florin.flows import handle_notice, settle_payment, start_checkout
from florin.kernel.money import Money
from testing.bank import Bank

DECLINED = "4000000000000002"
State = Attempt.State


def deliver_decline(attempt: Attempt, **about: Any) -> None:
    """Let Stripe's notice of a declined card arrive, and be handled."""
    headers, body = notice(attempt.pk, **about)
    handle_notice.receive("stripe", headers, body)


def state(attempt: Attempt) -> str:
    """How the attempt stands after it was asked about."""
    settle_payment.settle(attempt.pk)
    attempt.refresh_from_db()
    return attempt.state


def test_each_notice_of_a_decline_counts_though_a_look_up_tells_the_last_one_only(
    owner: User, bank: Bank
) -> None:
    attempt = click_pay(make_link(owner))

    for charge in ("ch_1", "ch_2", "ch_3", "ch_3"):
        deliver_decline(attempt, charge=charge)

    assert Decline.objects.filter(attempt=attempt.pk).count() == 3
    assert Activity.objects.filter(kind=Activity.Kind.CARD_DECLINED).count() == 3


def test_a_decline_that_notice_and_look_up_tell_of_counts_once(owner: User, bank: Bank) -> None:
    attempt = click_pay(make_link(owner))
    bank.pay(attempt, DECLINED)
    settle_payment.settle(attempt.pk)
    attempt.refresh_from_db()

    deliver_decline(attempt, charge=attempt.decline)

    assert Decline.objects.get().name == attempt.decline
    assert Activity.objects.filter(kind=Activity.Kind.CARD_DECLINED).count() == 1


def test_a_check_that_was_not_passed_is_named_by_the_card_that_was_tried(owner: User, bank: Bank) -> None:
    attempt = click_pay(make_link(owner))

    for card in ("pm_1", "pm_2", "pm_2"):
        deliver_decline(attempt, code="payment_intent_authentication_failure", payment_method={"id": card})

    assert sorted(Decline.objects.values_list("name", flat=True)) == ["pm_1", "pm_2"]


def test_the_session_ends_at_its_fifth_decline_and_the_link_still_works(owner: User, bank: Bank) -> None:
    link = make_link(owner)
    attempt = click_pay(link)
    states = []
    for _ in range(MOST_OF_SESSION):
        bank.pay(attempt, DECLINED)
        states.append(state(attempt))

    assert states == [State.OPENED] * (MOST_OF_SESSION - 1) + [State.EXPIRED]
    assert click_pay(link).state == State.OPENED


def test_four_declines_leave_the_session_to_the_fifth_card_that_pays(owner: User, bank: Bank) -> None:
    attempt = click_pay(make_link(owner))
    for _ in range(MOST_OF_SESSION - 1):
        bank.pay(attempt, DECLINED)
        assert state(attempt) == State.OPENED

    bank.pay(attempt)

    assert state(attempt) == State.SETTLED


def test_at_a_link_that_cools_down_pay_is_refused_and_no_session_is_opened(owner: User, bank: Bank) -> None:
    link = make_link(owner)
    decline(link, MOST_OF_LINK)

    with pytest.raises(start_checkout.TooManyDeclines):
        start_checkout.start(links.token_of(link.pk), seen=Money(10_000, "USD"), nonce="n" * 16)

    assert not Attempt.objects.exists()


def test_the_other_sessions_of_a_link_that_cools_down_end_at_the_next_look_round(
    owner: User, bank: Bank
) -> None:
    link = make_link(owner)
    mine, other, elsewhere = click_pay(link), click_pay(link), click_pay(make_link(owner))
    decline(link, MOST_OF_LINK - 1)
    deliver_decline(mine, charge="ch_10")

    handle_notice.handle("stripe", ProcessorNotice.objects.get().event, f"{mine.pk}")
    settle_payment.poll()

    states = dict(Attempt.objects.values_list("pk", "state"))
    assert states == {mine.pk: State.EXPIRED, other.pk: State.EXPIRED, elsewhere.pk: State.OPENED}


def test_who_pays_before_the_session_could_be_ended_is_booked(owner: User, bank: Bank) -> None:
    link = make_link(owner)
    attempt = click_pay(link)
    decline(link, MOST_OF_LINK)
    bank.pay(attempt)

    assert state(attempt) == State.SETTLED
    assert Payment.objects.get().amount == bank.charged(attempt.pk) == 10_000


def test_a_bank_debit_that_is_under_way_is_not_ended(owner: User, bank: Bank) -> None:
    link = make_link(owner)
    attempt = click_pay(link, Method.ACH)
    bank.debit(attempt)
    decline(link, MOST_OF_LINK)

    assert state(attempt) == state(attempt) == State.PENDING


def test_a_bank_debit_that_fails_days_later_is_no_decline(owner: User, bank: Bank) -> None:
    attempt = click_pay(make_link(owner), Method.ACH)
    bank.debit(attempt)
    assert state(attempt) == State.PENDING

    deliver_decline(attempt, charge="py_1", code="insufficient_funds")

    assert not Decline.objects.exists()
