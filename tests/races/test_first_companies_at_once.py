"""Two browsers, or a browser and the command, that open the first company at the same instant."""

import pytest

from florin.domain.companies import services as companies
from florin.domain.companies.models import Company
from florin.domain.staff.models import User
from florin.flows import open_company
from florin.flows.open_company import NewCompany
from florin.kernel.errors import NotFound
from testing.races import at_once


def _new(name: str) -> NewCompany:
    return NewCompany(
        name=name,
        email=f"office@{name.lower()}.example",
        currency="USD",
        time_zone="UTC",
        admin=f"ann@{name.lower()}.example",
        password="four otters cross the road",
    )


def _race() -> list[User | Exception]:
    names = ("Fern", "Oak", "Elm")
    return at_once(*[lambda name=name: open_company.move_in_first(_new(name)) for name in names])


@pytest.mark.usefixtures("database")
def test_of_several_who_set_up_at_once_exactly_one_opens_a_company() -> None:
    answers = _race()
    assert len([answer for answer in answers if isinstance(answer, User)]) == 1
    assert len([answer for answer in answers if isinstance(answer, NotFound)]) == 2
    assert (Company.objects.count(), User.objects.count()) == (1, 1)


@pytest.mark.usefixtures("database")
def test_control_without_the_lock_there_are_several(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(companies, "keep_others_out", lambda: None)
    assert [type(answer) for answer in _race()].count(User) > 1
