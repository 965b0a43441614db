"""Setup > Payments: an Admin checks the connection to the processor, and reads what to do."""

from html import unescape
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from factories import make_user
from florin.domain.companies import services as companies
from florin.domain.staff.models import User
from florin.domain.staff.rights import Role
from florin.flows import onboard_account
from office import signed_in
from office.conftest import Open
from office.test_accessibility import SCREENS, check
from testing.bank import Bank

ACCOUNT = "/office/payments/account/"
CHECK = "/office/payments/connection/"


@pytest.fixture(autouse=True)
def keep_nothing(settings: Settings, tmp_path: Path) -> None:
    """Nothing is kept, and the environment names a secret, as in all tests."""
    settings.STRIPE_WEBHOOK_SECRETS_FILE = tmp_path / "stripe_webhook_secrets"


def pressed(user: User, **headers: Any) -> str:
    answer = signed_in(user).post(CHECK, headers=headers)
    assert answer.status_code == 200
    return unescape(answer.text)


def test_what_is_found_is_said_in_sentences(owner: User, bank: Bank) -> None:
    told = pressed(owner)

    assert "The key works. It is a test key" in told
    assert "The key has every permission" in told
    assert "Bank payments (ACH) can be offered." in told
    assert "is missing, so payments show up late. Run florin connect-stripe on the server." in told
    assert "Some things must be put right" in told


def test_a_missing_permission_is_named(owner: User, bank: Bank, settings: Settings) -> None:
    settings.STRIPE_API_KEY = bank.order("keys", permissions=["rak_accounts_kyc_basic_read"])["key"]

    told = pressed(owner)
    assert "lacks the permission Disputes: Read (rak_dispute_read)" in told
    assert settings.STRIPE_API_KEY not in told


def test_what_a_companys_account_may_not_do_is_said(database: None, bank: Bank, settings: Settings) -> None:
    settings.STRIPE_CONNECT = True
    company = companies.open_company(slug="fern", name="Fern", email="office@fern.example")
    admin = make_user(company, Role.ADMIN)
    onboard_account.continue_onboarding(company, country="US", by=admin)

    told = pressed(admin)
    assert "The account cannot take payments at the moment." in told
    assert "Card payments cannot be offered" in told


WRONG_KEYS = {
    "sk_test_another": "The processor does not accept the key in STRIPE_API_KEY",
    "pk_test_browser": "holds a publishable key",
    "": "There is no key for the payment processor",
}


@pytest.mark.parametrize("key", WRONG_KEYS)
def test_a_wrong_key_is_said_as_such(owner: User, bank: Bank, settings: Settings, key: str) -> None:
    settings.STRIPE_API_KEY = key

    told = pressed(owner)
    assert WRONG_KEYS[key] in told
    assert "The processor does not answer" not in told


def test_a_key_that_cannot_be_right_is_said_before_anything_is_asked(owner: User, settings: Settings) -> None:
    assert "STRIPE_API_KEY" not in signed_in(owner).get(ACCOUNT).text
    settings.STRIPE_API_KEY = ""

    assert "There is no key for the payment processor" in signed_in(owner).get(ACCOUNT).text


def test_a_processor_that_is_away_is_said_and_nothing_breaks(owner: User, bank: Bank) -> None:
    bank.break_down("account.own", "reset")

    assert "The processor does not answer" in pressed(owner)


def test_with_script_only_the_section_comes_back(owner: User, bank: Bank) -> None:
    assert pressed(owner, **{"HX-Request": "true"}).lstrip().startswith('<section id="connection"')


@pytest.mark.parametrize("screen", SCREENS)
def test_it_is_fit_to_be_read(owner: User, browse: Open, bank: Bank, screen: str) -> None:
    scheme, width = screen.split()
    page = browse(owner, color_scheme=scheme, viewport={"width": int(width), "height": 800}).new_page()
    page.goto(ACCOUNT)
    page.get_by_role("button", name="Check the connection").click()
    page.get_by_role("button", name="Check again").wait_for()

    check(page)
