"""Payouts are shown as what they are, and nothing that the processor refuses ends a comparison (X6)."""

import argparse
from datetime import timedelta

import pytest
import stripe
from django.conf import settings as installed
from pytest_django.fixtures import Settings

from factories import make_invoice, make_link
from factories.clearing_account import at_the_bank, in_the_books, own_account
from factories.payments import click_pay, paid_by_card
from florin.contracts.processor import GatewayError
from florin.domain.activity.models import Activity
from florin.domain.attempts.models import Attempt
from florin.domain.companies.models import PaymentsAccount
from florin.domain.ledger.models import Account
from florin.domain.payouts import checking
from florin.domain.payouts.models import Difference, Movement, Payout, Reconciliation
from florin.domain.staff.models import User
from florin.edges.gateways import registry
from florin.flows import reconcile
from florin.kernel import clock
from florin.runtime import reconcile as console
from office import signed_in
from testing.bank import Bank

Kind = Difference.Kind


@pytest.fixture(autouse=True)
def account(owner: User, bank: Bank) -> str:
    return own_account(owner.company, bank)


def run(owner: User) -> Reconciliation:
    return reconcile.run(owner.company, by="a test")


def unread() -> list[tuple[str, str]]:
    found = Difference.objects.filter(settled_at__isnull=True, kind=Kind.UNREAD).order_by("subject")
    return list(found.values_list("subject", "theirs"))


def paid_out(bank: Bank, account: str, *, reconciled: bool = True) -> str:
    order = {"account": account, "include_pending": True, "reconciled": reconciled}
    (payout,) = bank.order("payouts", **order)["payouts"]
    return str(payout["id"])


def asked_for(bank: Bank, account: str, amount: int = 5_000, *, method: str = "standard") -> str:
    """Somebody asks at the processor for a payout of just so much, of money that came back once."""
    bank.order(f"payouts/{paid_out(bank, account)}", status="failed")
    client = stripe.StripeClient(
        installed.STRIPE_API_KEY, stripe_account=account, base_addresses={"api": bank.base}
    )
    made = client.v1.payouts.create({"amount": amount, "currency": "usd", "method": method})
    return made.id


@pytest.mark.parametrize(("method", "fee"), [("standard", 0), ("instant", 75)])
def test_a_payout_that_somebody_asked_for_is_kept_as_what_it_is_and_stops_nothing(
    owner: User, bank: Bank, method: str, fee: int
) -> None:
    paid_by_card(owner, bank, make_invoice(owner, "100.00"))
    reference = asked_for(bank, owner.company.account.reference, method=method)
    first, second = run(owner), run(owner)

    payout = Payout.objects.get(reference=reference)
    assert (payout.way, payout.itemised) == ("manual" if method == "standard" else method, "never")
    assert (first.different, second.different) == (0, 0)
    assert in_the_books(owner.company, Account.BANK) == {"USD": 5_000}
    assert in_the_books(owner.company, Account.FEES) == {"USD": 315 + fee}
    assert in_the_books(owner.company) == at_the_bank(owner.company, bank) == {"USD": 9_685 - 5_000 - fee}


def test_a_payout_whose_parts_are_not_known_yet_is_completed_later(
    owner: User, bank: Bank, account: str
) -> None:
    paid_by_card(owner, bank, make_invoice(owner, "100.00"))
    reference = paid_out(bank, account, reconciled=False)
    assert run(owner).different == 0
    payout = Payout.objects.get()
    assert (payout.way, payout.itemised, payout.movements.count()) == ("automatic", "not_yet", 0)

    bank.order(f"payouts/{reference}", status="reconciled")
    assert run(owner).different == 0
    payout.refresh_from_db()
    assert (payout.itemised, payout.movements.count()) == ("yes", 1)


def test_a_payout_that_was_called_off_or_taken_back_leaves_the_books_right(
    owner: User, bank: Bank, account: str
) -> None:
    paid_by_card(owner, bank, make_invoice(owner, "100.00"))
    called_off = asked_for(bank, account)
    bank.order(f"payouts/{called_off}", status="canceled")
    again = paid_out(bank, account)
    for status in ("paid", "reversed"):
        bank.order(f"payouts/{again}", status=status)

    assert run(owner).different == 0
    assert sorted(Payout.objects.values_list("amount", "state")) == [
        (-9_685, "pending"),
        (5_000, "canceled"),
        (9_685, "failed"),
        (9_685, "paid"),
    ]
    assert not Activity.objects.filter(kind=Activity.Kind.PAYOUT_FAILED, about__amount=5_000).exists()
    assert in_the_books(owner.company, Account.BANK) == {}
    assert in_the_books(owner.company) == at_the_bank(owner.company, bank) == {"USD": 9_685}


def test_two_payouts_of_a_day_a_refund_and_a_payout_that_came_back_are_explained_to_the_cent(
    owner: User, bank: Bank, account: str
) -> None:
    first = paid_by_card(owner, bank, make_invoice(owner, "100.00"))
    paid_out(bank, account)
    paid_by_card(owner, bank, make_invoice(owner, "55.55"))
    failing = paid_out(bank, account)
    bank.order(f"payment_intents/{first.reference}/refund", amount=4_000)
    bank.order(f"payouts/{failing}", status="failed")
    paid_by_card(owner, bank, make_invoice(owner, "84.74"))
    paid_out(bank, account)

    assert run(owner).different == 0
    parts = {
        payout.amount: sorted(payout.movements.values_list("net", flat=True))
        for payout in Payout.objects.all()
    }
    assert parts == {9_685: [9_685], 5_369: [5_369], 9_588: [-3_984, 5_369, 8_203]}
    assert in_the_books(owner.company, Account.BANK) == {"USD": 9_685 + 9_588}
    assert in_the_books(owner.company) == at_the_bank(owner.company, bank) == {}
    pages = [
        signed_in(owner).get(f"/office/payments/payouts/{payout.pk}/") for payout in Payout.objects.all()
    ]
    assert [(page.status_code, "does not add up" in page.text) for page in pages] == [(200, False)] * 3


def test_a_payout_whose_parts_are_refused_is_told_and_ends_neither_this_run_nor_the_next(
    owner: User, bank: Bank, account: str
) -> None:
    paid_by_card(owner, bank, make_invoice(owner, "100.00"))
    reference = asked_for(bank, account)
    lie = {"name": "reconciliation_status", "value": "completed"}
    bank.break_down("payout.list", "wrong_field", times=2, **lie)
    first, second = run(owner), run(owner)

    ((subject, why),) = unread()
    assert (subject, "not manual" in why) == (reference, True)
    assert first.started_at == first.until < second.started_at == second.until
    assert second.since > first.since
    assert run(owner).different == 0


def test_what_cannot_be_read_is_told_by_its_name_and_holds_nothing_else_up(
    owner: User, bank: Bank, account: str
) -> None:
    for price in ("100.00", "200.00"):
        paid_by_card(owner, bank, make_invoice(owner, price))
    bank.break_down("balance_transaction.list", "wrong_field", times=2, name="amount")
    done = run(owner)

    ((subject, _why),) = unread()
    assert subject.startswith("txn_")
    assert (Movement.objects.count(), done.compared, done.until) == (1, 1, done.started_at)
    assert run(owner).different == 0
    assert Difference.objects.get(kind=Kind.UNREAD).settled_by == checking.BY_ITSELF


def test_what_could_not_be_read_stays_told_when_the_lists_do_not_reach_it_any_more(
    owner: User, bank: Bank, account: str
) -> None:
    for price in ("100.00", "200.00"):
        paid_by_card(owner, bank, make_invoice(owner, price))
    bank.break_down("balance_transaction.list", "wrong_field", times=2, name="amount")
    run(owner)
    before = unread()
    later = clock.now() + bank.ahead() + timedelta(days=30)
    reconcile.run(owner.company, by="a test", since=later)

    assert unread() == before != []


def test_a_payout_of_a_state_that_we_do_not_know_is_still_being_made(
    owner: User, bank: Bank, account: str
) -> None:
    paid_by_card(owner, bank, make_invoice(owner, "100.00"))
    paid_out(bank, account)
    bank.break_down("payout.list", "wrong_field", name="status", value="thinking")
    run(owner)
    assert Payout.objects.get().state == "pending"


def test_an_account_that_is_not_shown_is_told_and_read_from_there_once_it_is(
    owner: User, bank: Bank, account: str
) -> None:
    paid_by_card(owner, bank, make_invoice(owner, "100.00"))
    before = run(owner)
    paid_by_card(owner, bank, make_invoice(owner, "200.00"))
    bank.break_down("balance_transaction.list", "decline")
    done = run(owner)
    assert [subject for subject, _why in unread()] == [account]
    assert done.until == before.until < done.started_at

    assert (run(owner).different, Movement.objects.count()) == (0, 2)


def test_a_balance_that_is_not_shown_is_told_and_all_else_is_compared(
    owner: User, bank: Bank, account: str
) -> None:
    paid_by_card(owner, bank, make_invoice(owner, "100.00"))
    bank.break_down("balance.retrieve", "decline")
    done = run(owner)
    assert [subject for subject, _why in unread()] == ["balance"]
    assert (done.compared, done.until) == (1, done.started_at)
    assert run(owner).different == 0


def test_a_payment_that_cannot_be_followed_stays_a_difference_and_the_rest_is_compared(
    owner: User, bank: Bank, account: str
) -> None:
    first, second = (paid_by_card(owner, bank, make_invoice(owner, price)) for price in ("100.00", "200.00"))
    run(owner)
    for taken in (first, second):
        bank.order(f"payment_intents/{taken.reference}/refund", amount=1_000)
    bank.break_down("intent.retrieve", "decline")
    done = run(owner)

    assert (done.mended, done.until) == (1, done.started_at)
    assert run(owner).different == 0


def test_an_earlier_account_without_answer_keeps_the_current_one_from_nothing(
    owner: User, bank: Bank, account: str
) -> None:
    paid_by_card(owner, bank, make_invoice(owner, "100.00"))
    gone = click_pay(make_link(owner))
    Attempt.objects.filter(pk=gone.pk).update(gateway="bygone", reference="cs_1")

    assert run(owner).finished_at
    assert [subject for subject, _why in unread()] == [account]
    assert Movement.objects.count() == 1


def test_a_current_account_without_answer_keeps_an_earlier_one_from_nothing(
    owner: User, bank: Bank, account: str
) -> None:
    early = paid_by_card(owner, bank, make_invoice(owner, "100.00"))
    PaymentsAccount.objects.update(reference=own_account(owner.company, bank))
    bank.break_down("balance_transaction.list", "500_before")

    with pytest.raises(GatewayError):
        run(owner)
    assert Movement.objects.get().payment == early


def test_an_answer_that_cannot_be_read_is_one_that_is_missing(owner: User, bank: Bank, account: str) -> None:
    taken = paid_by_card(owner, bank, make_invoice(owner, "100.00"))
    gateway = registry.get("stripe", account)
    bank.break_down("intent.retrieve", "wrong_field", name="latest_charge", value="{}")
    with pytest.raises(GatewayError, match="cannot be read"):
        gateway.payment_events(taken.reference)
    bank.break_down("balance.retrieve", "wrong_field", name="available")
    with pytest.raises(GatewayError, match="cannot be read"):
        gateway.balance()


def test_without_network_the_console_says_so_in_a_sentence(
    owner: User, bank: Bank, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.STRIPE_API_BASE = "http://127.0.0.1:1"  # where nobody listens
    registry.get.cache_clear()
    parser = argparse.ArgumentParser()
    console.arguments(parser)
    try:
        code = console.run(parser.parse_args([]))
    finally:
        registry.get.cache_clear()
    assert (code, capsys.readouterr().out) == (
        2,
        "bloom: not compared. The processor does not answer; is there a network? Try again later.\n",
    )
