"""What a processor can do is asked of its gateway, and what it cannot is neither offered nor compared."""

from dataclasses import replace
from typing import Any

import pytest

from factories import make_company, make_invoice
from factories.clearing_account import own_account
from factories.payments import paid_by_card
from florin.contracts import capabilities
from florin.contracts.capabilities import Capabilities, Terms
from florin.domain.companies.services import takes_debits
from florin.domain.staff.models import User
from florin.edges.gateways import registry
from florin.flows import reconcile
from testing.bank import Bank


@pytest.fixture
def poorer(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let the processor be one that can less than it can."""

    def make(**less: Any) -> None:
        known = replace(registry.capabilities("stripe"), **less)
        monkeypatch.setattr(capabilities, "_asked", [lambda _name: known])

    return make


@pytest.mark.parametrize(("currency", "offered"), [("USD", True), ("EUR", False), ("", True)])
def test_bank_accounts_are_debited_in_the_currencies_of_the_processor(
    database: None, currency: str, *, offered: bool
) -> None:
    assert takes_debits(make_company().account, currency) == offered


def test_what_a_processor_does_not_do_at_all_is_not_offered(database: None, poorer: Any) -> None:
    poorer(methods={"card": Terms(can_hold=True)})

    assert not takes_debits(make_company().account)


@pytest.mark.parametrize(("country", "covered"), [("US", True), ("CA", False), ("", True)])
def test_a_way_to_pay_is_for_some_countries(country: str, *, covered: bool) -> None:
    known: Capabilities = registry.capabilities("stripe")

    assert known.takes("ach", currency="USD", country=country) == covered
    assert known.takes("card", currency="JPY", country=country)
    assert not known.takes("wire")


def test_a_fee_that_is_not_told_is_not_compared(owner: User, bank: Bank, poorer: Any, settings: Any) -> None:
    own_account(owner.company, bank)
    paid_by_card(owner, bank, make_invoice(owner))
    settings.FEES = replace(settings.FEES, card=replace(settings.FEES.card, fixed=99))
    assert reconcile.run(owner.company, by="x").different == 1

    poorer(tells_fees=False)

    assert reconcile.run(owner.company, by="x").different == 0


def test_a_gateway_that_nobody_knows_is_none() -> None:
    with pytest.raises(LookupError):
        capabilities.for_gateway("carrier-pigeon")
