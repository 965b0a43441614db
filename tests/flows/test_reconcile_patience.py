"""A comparison that asks too fast waits as it is told, within a bound, and goes on where it was."""

import argparse
import time
from datetime import UTC, datetime

import httpx
import pytest
from django.conf import settings as installed

from factories import make_invoice
from factories.clearing_account import own_account
from factories.payments import paid_by_card
from florin.contracts import patience
from florin.contracts.processor import GatewayThrottled
from florin.domain.payouts.models import Reconciliation
from florin.domain.staff.models import User
from florin.edges.gateways import registry
from florin.edges.gateways.stripe import gateway
from florin.flows import reconcile
from florin.flows.read_account import BEGINNING
from florin.runtime import reconcile as console
from testing import settings
from testing.bank import Bank

CONTROL = {"Authorization": f"Bearer {settings.CONTROL_TOKEN}"}


@pytest.fixture(autouse=True)
def account(owner: User, bank: Bank) -> str:
    return own_account(owner.company, bank)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that were waited; nobody really waits for them."""
    seconds: list[float] = []
    monkeypatch.setattr("florin.contracts.patience.time.sleep", seconds.append)
    return seconds


def asks_too_fast(
    bank: Bank, *, times: int, retry_after: int, operation: str = "balance_transaction.list"
) -> None:
    bank.break_down(operation, "429", times=times, retry_after=retry_after)


def list_calls(bank: Bank) -> list[str]:
    """The lists of movements that the bank was asked for, answered or not."""
    lines = httpx.get(f"{bank.base}/control/log", params={"kind": "api"}, headers=CONTROL).text.splitlines()
    return [line for line in lines if '"balance_transaction.list"' in line]


@pytest.mark.parametrize("operation", ["balance_transaction.list", "payout.list", "balance.retrieve"])
def test_a_list_that_was_asked_for_too_fast_is_asked_for_again_and_the_run_goes_on(
    owner: User, bank: Bank, waits: list[float], operation: str
) -> None:
    paid_by_card(owner, bank, make_invoice(owner))
    asks_too_fast(bank, times=2, retry_after=20, operation=operation)
    done = reconcile.run(owner.company, by="a test")

    assert (done.compared, done.different, waits) == (1, 0, [20, 20])


def test_it_really_waits(owner: User, bank: Bank) -> None:
    asks_too_fast(bank, times=1, retry_after=1)
    began = time.monotonic()
    assert reconcile.run(owner.company, by="a test").finished_at
    assert time.monotonic() - began > 1


@pytest.mark.usefixtures("waits")
def test_a_long_list_goes_on_with_the_page_that_was_refused(
    owner: User, bank: Bank, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for price in ("100.00", "200.00", "300.00"):
        paid_by_card(owner, bank, make_invoice(owner, price))
    monkeypatch.setattr(gateway, "_MOST_ON_A_PAGE", 1)
    asked = len(list_calls(bank))
    with patience.lasting(10):
        lines = registry.GATEWAYS["stripe"].make(installed, account).movements(since=BEGINNING)
        first = next(lines)
        asks_too_fast(bank, times=2, retry_after=1)
        told = [first, *lines]

    assert len({line.reference for line in told}) == len(told) == 3
    assert len(list_calls(bank)) - asked == 3 + 2


def test_after_a_minute_altogether_the_run_ends_and_the_next_one_begins_where_it_did(
    owner: User, bank: Bank, waits: list[float]
) -> None:
    asks_too_fast(bank, times=4, retry_after=25)
    with pytest.raises(GatewayThrottled):
        reconcile.run(owner.company, by="a test")

    assert waits == [25, 25]
    assert Reconciliation.objects.get().finished_at is None
    asks_too_fast(bank, times=1, retry_after=61)
    assert reconcile.run_all() == []
    assert reconcile.run(owner.company, by="a test").finished_at
    assert waits == [25, 25]


def test_whoever_is_not_a_comparison_waits_for_nothing(
    owner: User, bank: Bank, account: str, waits: list[float]
) -> None:
    asks_too_fast(bank, times=1, retry_after=1)
    with pytest.raises(GatewayThrottled):
        list(registry.get("stripe", account).movements(since=datetime.now(UTC)))
    assert waits == []


def test_the_command_says_so_in_a_sentence(
    owner: User, bank: Bank, capsys: pytest.CaptureFixture[str]
) -> None:
    asks_too_fast(bank, times=1, retry_after=90)
    parser = argparse.ArgumentParser()
    console.arguments(parser)

    assert console.run(parser.parse_args([])) == 2
    assert "The processor asks us to wait longer" in capsys.readouterr().out
