"""What an account may be paid by is asked of the processor, and what it says is what is offered (R13)."""

from collections.abc import Iterator

import pytest
import stripe
from django.conf import settings as django_settings

from factories import make_link
from factories.payments import click_pay
from florin.domain.attempts import bill
from florin.domain.attempts.methods import Method
from florin.domain.companies.models import Company, PaymentsAccount
from florin.domain.links import rules
from florin.domain.links.models import Link
from florin.domain.staff.models import User
from florin.flows import onboard_account, open_company
from florin.flows.open_company import NewCompany
from florin.flows.start_checkout import NotPayable
from testing.bank import Bank

BOTH = [Method.CARD, Method.ACH]
WITHHELD = {Method.CARD: "withhold_cards", Method.ACH: "withhold_debits"}
NEW = NewCompany(
    slug="petal",
    name="Petal",
    email="office@petal.example",
    currency="USD",
    time_zone="America/New_York",
    admin="ana@petal.example",
    password="a-long-one-of-the-tests",
)


@pytest.fixture
def own(bank: Bank) -> Iterator[str]:
    """The processor's name for the installation's own account, which may do everything again afterwards."""
    client = stripe.StripeClient(django_settings.STRIPE_API_KEY, base_addresses={"api": bank.base})
    reference = client.v1.accounts.retrieve_current().id
    yield reference
    bank.order(f"accounts/{reference}", verdict="verify")


def methods(link: Link) -> list[Method]:
    return list(bill.draw_up(Link.objects.get(pk=link.pk)).methods)


@pytest.mark.parametrize("method", BOTH)
def test_the_installations_own_account_is_asked_what_it_may_do(
    owner: User, bank: Bank, own: str, method: Method
) -> None:
    link = make_link(owner)
    assert methods(link) == BOTH
    bank.order(f"accounts/{own}", verdict=WITHHELD[method])

    assert onboard_account.refresh(owner.company).state == PaymentsAccount.State.ACTIVE
    assert methods(link) == [other for other in BOTH if other != method]
    with pytest.raises(NotPayable):
        click_pay(link, method)


def test_without_cards_or_debits_no_link_is_offered_and_the_reason_is_said(
    owner: User, bank: Bank, own: str
) -> None:
    for verdict in WITHHELD.values():
        bank.order(f"accounts/{own}", verdict=verdict)
    onboard_account.refresh(owner.company)

    answer = rules.for_company(Company.objects.get(pk=owner.company_id))
    assert (answer.offered, answer.needs_account) == (False, True)
    assert "does not let the company charge cards" in answer.reason
    assert "does not let the company debit bank accounts" in answer.reason


def test_cards_that_are_switched_off_are_no_fault_of_the_processor(owner: User) -> None:
    PaymentsAccount.objects.update(card_enabled=False, debits="inactive")

    reason = rules.for_company(Company.objects.get(pk=owner.company_id)).reason
    assert "Card payments are switched off." in reason
    assert "charge cards" not in reason


def test_a_notice_about_the_installations_own_account_makes_us_look(owner: User, own: str) -> None:
    link = make_link(owner)
    PaymentsAccount.objects.update(debits="inactive")

    assert onboard_account.noticed("stripe", own)
    assert methods(link) == BOTH


@pytest.mark.usefixtures("bank", "owner")
def test_a_notice_about_somebody_elses_account_is_none_of_ours() -> None:
    assert not onboard_account.noticed("stripe", "acct_of_somebody_else")


def test_a_company_that_moves_in_takes_what_the_processor_allows(
    database: None, bank: Bank, own: str
) -> None:
    bank.order(f"accounts/{own}", verdict="withhold_debits")
    open_company.move_in(NEW, takes_payments=True)

    account = PaymentsAccount.objects.get()
    assert (account.state, account.cards, account.debits) == ("active", "active", "inactive")


def test_a_processor_that_is_away_keeps_nobody_from_moving_in(database: None, bank: Bank) -> None:
    bank.break_down("account.own", "reset")
    open_company.move_in(NEW, takes_payments=True)

    assert PaymentsAccount.objects.get().checked_at is None
