"""A company moves in, with somebody who can sign in."""

import pytest

from florin.domain.companies.models import Company
from florin.domain.links import rules
from florin.domain.staff.models import User
from florin.domain.staff.rights import Right
from florin.flows import open_company
from florin.flows.open_company import NewCompany
from florin.kernel.errors import Refusal


def _new(
    password: str = "a-long-enough-password",
    *,
    email: str = "office@petal.example",
    admin: str = "Ana@Petal.example",
) -> NewCompany:
    return NewCompany(
        slug="petal",
        name="Petal Wholesale",
        email=email,
        currency="EUR",
        time_zone="Europe/Madrid",
        admin=admin,
        password=password,
    )


def test_a_company_moves_in_with_an_admin_who_may_do_everything(database: None) -> None:
    company = open_company.move_in(_new(), takes_payments=True)

    admin = User.objects.get(email="ana@petal.example")
    assert admin.company == company
    assert all(admin.may(right) for right in Right)
    assert rules.for_company(company).offered


def test_without_its_own_processor_account_no_link_is_offered_yet(database: None) -> None:
    assert not rules.for_company(open_company.move_in(_new(), takes_payments=False)).offered


def test_a_company_that_is_here_already_is_refused_in_a_sentence(database: None) -> None:
    open_company.move_in(_new(), takes_payments=True)

    with pytest.raises(Refusal, match="here already"):
        open_company.move_in(_new(), takes_payments=True)


def test_an_easy_password_opens_nothing(database: None) -> None:
    with pytest.raises(Refusal):
        open_company.move_in(_new("password"), takes_payments=True)

    assert not Company.objects.exists()


@pytest.mark.parametrize("wrong", [{"email": "our office"}, {"admin": "jörg@petal.example"}])
def test_an_address_to_which_no_mail_can_go_opens_nothing(database: None, wrong: dict[str, str]) -> None:
    with pytest.raises(Refusal, match=r"@|address"):
        open_company.move_in(_new(**wrong), takes_payments=True)

    assert not Company.objects.exists()
