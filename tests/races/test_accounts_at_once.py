"""Payments accounts that several look at, open or claim at the same instant (R2)."""

from dataclasses import replace

import pytest
from pytest_django.fixtures import Settings

from factories import make_user
from factories.payments_accounts import (
    account_changes,
    account_notices,
    account_of,
    active,
    continue_onboarding,
    forget_accounts,
)
from florin.domain.activity.models import Activity
from florin.domain.companies import services as companies
from florin.domain.companies.models import Company, PaymentsAccount
from florin.domain.staff.models import User
from florin.domain.staff.rights import Role
from florin.flows import change_settings, onboard_account
from testing.bank import Bank
from testing.races import at_once, without_locks

State = PaymentsAccount.State


@pytest.fixture(autouse=True)
def connect(settings: Settings) -> None:
    """Each company opens an account of its own."""
    settings.STRIPE_CONNECT = True


@pytest.fixture
def admin(database: None) -> User:
    """Admin of a company that has opened no account yet."""
    company = companies.open_company(slug="fern", name="Fern & Petal", email="office@fern.example")
    return make_user(company, Role.ADMIN)


def test_two_admins_who_press_at_once_open_one_account(admin: User, bank: Bank) -> None:
    other = make_user(admin.company, Role.ADMIN)

    answers = at_once(lambda: continue_onboarding(admin), lambda: continue_onboarding(other))

    assert all(isinstance(answer, str) for answer in answers)
    assert Activity.objects.filter(kind=Activity.Kind.ACCOUNT_CHANGED).count() == 1


def test_many_looks_at_once_tell_of_a_change_once(admin: User, bank: Bank) -> None:
    active(bank, admin)
    bank.order(f"accounts/{account_of(admin).reference}", verdict="suspend")

    at_once(*[lambda: onboard_account.refresh(admin.company)] * 4)

    assert account_notices() == ["active", "suspended"]
    assert account_changes() == ["incomplete", "active", "suspended"]


def flip(admin: User) -> None:
    """Move a switch of the company."""
    company = Company.objects.get(pk=admin.company_id)
    now = companies.switches_of(company)
    wanted = replace(now, manual_links_enabled=not now.manual_links_enabled)
    change_settings.change(company, wanted, seen=now.mark, by=admin)


def refresh(admin: User) -> None:
    onboard_account.refresh(Company.objects.get(pk=admin.company_id))


@pytest.mark.parametrize("verdict", ["suspend", "ask_more", "reject"])
def test_a_look_and_a_change_of_switches_do_not_block_each_other(
    admin: User, bank: Bank, verdict: str
) -> None:
    active(bank, admin)
    bank.order(f"accounts/{account_of(admin).reference}", verdict=verdict)

    assert at_once(lambda: flip(admin), lambda: refresh(admin)) == [None, None]

    assert not companies.switches_of(Company.objects.get(pk=admin.company_id)).manual_links_enabled
    assert account_of(admin).state != State.ACTIVE


def test_two_companies_that_claim_the_own_account_at_once_are_one(
    admin: User, bank: Bank, settings: Settings
) -> None:
    settings.STRIPE_CONNECT = False
    other = make_user(companies.open_company(slug="oak", name="Oak", email="o@oak.example"), Role.ADMIN)

    answers = at_once(lambda: continue_onboarding(admin), lambda: continue_onboarding(other))

    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict", "str"]
    assert PaymentsAccount.objects.filter(state=State.ACTIVE).count() == 1


def test_control_without_the_locks_a_change_is_told_more_than_once(admin: User, bank: Bank) -> None:
    """If this fails, the test of many looks proves nothing."""
    active(bank, admin)
    verdicts = ["suspend", "restore"] * 5
    for done, verdict in enumerate(verdicts, start=2):
        bank.order(f"accounts/{account_of(admin).reference}", verdict=verdict)
        with without_locks():
            at_once(*[lambda: refresh(admin)] * 4)
        if len(account_changes()) > done + 1:
            return
    raise AssertionError("Nobody was told twice")


def test_control_without_the_locks_two_companies_share_the_own_account(
    admin: User, bank: Bank, settings: Settings
) -> None:
    """If this fails, the test of two claims proves nothing."""
    settings.STRIPE_CONNECT = False
    other = make_user(companies.open_company(slug="oak", name="Oak", email="o@oak.example"), Role.ADMIN)
    for _ in range(10):
        forget_accounts()
        with without_locks():
            at_once(lambda: continue_onboarding(admin), lambda: continue_onboarding(other))
        if PaymentsAccount.objects.filter(state=State.ACTIVE).count() > 1:
            return
    raise AssertionError("They never shared it")
