"""Cards that are refused or that the bank wants to be sure about, and bank accounts that are refused."""

import httpx
import pytest
from django.test import Client

from factories import make_link
from factories.payments import click_pay
from florin.domain.activity.models import Activity
from florin.domain.attempts import services as attempts
from florin.domain.attempts.methods import Method
from florin.domain.attempts.models import Attempt
from florin.domain.companies.models import PaymentsAccount
from florin.domain.links import services as links
from florin.domain.orders.models import Order
from florin.domain.payments.models import Payment
from florin.domain.staff.models import User
from florin.flows import settle_payment
from office import signed_in
from testing.bank import Bank

DECLINED = "4000000000009995"
LOST = "4000000000009987"
CHALLENGED = "4000002500003155"
State = Attempt.State


def decline_reasons(attempt: Attempt) -> list[str]:
    """The reasons of the declines on the timeline, after we asked."""
    settle_payment.settle(attempt.pk)
    happened = Activity.objects.filter(kind=Activity.Kind.CARD_DECLINED, subjects__contains=[attempt.pk])
    return [str(one.about["reason"]) for one in happened]


def came_back(attempt: Attempt) -> str:
    """The page to which the processor's page leads back."""
    path = f"/pay/{links.token_of(attempt.link_id)}?back={attempt.pk}"
    return Client(headers={"host": "127.0.0.1"}).get(path).text


def test_a_declined_card_is_told_once_and_the_next_card_pays(owner: User, bank: Bank) -> None:
    attempt = click_pay(make_link(owner))
    bank.pay(attempt, DECLINED)
    assert decline_reasons(attempt) == decline_reasons(attempt) == ["insufficient_funds"]

    bank.pay(attempt)
    settle_payment.settle(attempt.pk)

    assert Payment.objects.get().amount == bank.charged(attempt.pk) == 10_000


def test_each_declined_card_is_told(owner: User, bank: Bank) -> None:
    attempt = click_pay(make_link(owner))
    bank.pay(attempt, DECLINED)
    decline_reasons(attempt)
    bank.pay(attempt, "4000000000000069")

    assert sorted(decline_reasons(attempt)) == ["expired_card", "insufficient_funds"]


def test_who_comes_back_after_a_decline_reads_why_and_what_else_to_try(owner: User, bank: Bank) -> None:
    attempt = click_pay(make_link(owner))
    bank.pay(attempt, DECLINED)
    decline_reasons(attempt)

    page = came_back(attempt)

    assert "Your card was declined: there is not enough money on the card. Nothing was charged." in page
    assert "Please try another card, or pay from your bank account." in page


def test_without_bank_payments_only_another_card_is_suggested(owner: User, bank: Bank) -> None:
    attempt = click_pay(make_link(owner))
    bank.pay(attempt, DECLINED)
    decline_reasons(attempt)
    PaymentsAccount.objects.update(ach_enabled=False)

    assert "Please try another card.</p>" in came_back(attempt)


def refused_account(owner: User, bank: Bank) -> Attempt:
    """A try to pay from a bank account that the processor refuses at once, as typed on its page."""
    attempt = click_pay(make_link(owner), Method.ACH)
    bank.break_down("intent.confirm", "decline")
    typed = {"name": "Ann", "email": "ann@shop.example", "routing": "110000000", "account": "000123456789"}
    assert httpx.post(attempt.url, data=typed).status_code == 402
    return attempt


def test_a_bank_account_that_is_refused_is_not_called_a_card(owner: User, bank: Bank) -> None:
    attempt = refused_account(owner, bank)
    assert decline_reasons(attempt) == ["unknown"]

    page = came_back(attempt)

    assert "Your bank account was refused. Nothing was charged." in page
    assert "Please try another bank account, or pay by card." in page
    assert "declined" not in page
    PaymentsAccount.objects.update(card_enabled=False)
    assert "Please try another bank account.</p>" in came_back(attempt)


def test_staff_read_that_a_bank_account_was_refused(owner: User, bank: Bank) -> None:
    decline_reasons(refused_account(owner, bank))

    timeline = signed_in(owner).get(f"/office/orders/{Order.objects.get().pk}/").text

    assert "A bank account was refused; the payer may try another way" in timeline
    assert "A card was declined" not in timeline


def test_a_thief_does_not_learn_that_a_card_is_known_to_be_lost(owner: User, bank: Bank) -> None:
    attempt = click_pay(make_link(owner))
    bank.pay(attempt, LOST)
    decline_reasons(attempt)

    page = came_back(attempt)

    assert "the bank gave no reason" in page
    assert "lost" not in page


def test_who_comes_back_without_having_tried_reads_that_nothing_was_charged(owner: User, bank: Bank) -> None:
    assert "You came back without paying" in came_back(click_pay(make_link(owner)))


def test_who_comes_back_while_we_do_not_know_is_not_told_that_nothing_was_charged(
    owner: User, bank: Bank
) -> None:
    attempt = click_pay(make_link(owner))
    attempts.mark_unknown(attempt.pk)

    page = came_back(attempt)

    assert "We are still checking your last try to pay" in page
    assert "Nothing was charged" not in page


@pytest.mark.parametrize(
    ("answer", "charged", "reasons"),
    [("complete", 10_000, []), ("abandon", 0, []), ("fail", 0, ["not_authenticated"])],
)
def test_a_card_that_the_bank_wants_to_be_sure_about(
    owner: User, bank: Bank, *, answer: str, charged: int, reasons: list[str]
) -> None:
    attempt = click_pay(make_link(owner))
    bank.order(f"sessions/{attempt.reference}/pay", card=CHALLENGED, challenge=answer)

    assert decline_reasons(attempt) == reasons
    assert bank.charged(attempt.pk) == charged
    assert Payment.objects.count() == bool(charged)


def test_a_challenge_in_one_tab_and_a_card_in_another_are_charged_once(owner: User, bank: Bank) -> None:
    link = make_link(owner)
    challenged, quick = click_pay(link), click_pay(link)
    bank.order(f"sessions/{challenged.reference}/pay", card=CHALLENGED, challenge="abandon")
    bank.pay(quick)
    settle_payment.settle(quick.pk)
    bank.order(f"sessions/{challenged.reference}/pay", card=CHALLENGED, challenge="complete")
    settle_payment.settle(challenged.pk)

    assert (bank.charged(quick.pk), bank.charged(challenged.pk)) == (10_000, 0)
    assert bank.states(challenged.pk) == ["canceled"]


def test_a_session_that_ended_by_itself_leaves_a_bill_that_can_be_paid(owner: User, bank: Bank) -> None:
    link = make_link(owner)
    attempt = click_pay(link)
    bank.let_days_pass(1.1)
    settle_payment.settle(attempt.pk)

    attempt.refresh_from_db()
    assert attempt.state == State.EXPIRED
    assert click_pay(link).reference != attempt.reference


@pytest.mark.parametrize(("card", "funding"), [("4242424242424242", "credit"), ("4000056655665556", "debit")])
def test_credit_and_debit_cards_are_told_apart(owner: User, bank: Bank, card: str, funding: str) -> None:
    attempt = click_pay(make_link(owner))
    bank.pay(attempt, card)
    settle_payment.settle(attempt.pk)

    assert Payment.objects.get().card_funding == funding
