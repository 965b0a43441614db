"""Passwords that everybody tries first are refused, without asking anybody outside."""

import time

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from factories import PASSWORD, make_user
from florin.domain.companies.models import Company
from florin.domain.staff.models import User
from florin.domain.staff.rights import Role
from office import signed_in


@pytest.mark.parametrize(
    "often_used",
    [
        *("password1234", "Password1234!", "P@ssword1234", "iloveyou1234", "Welcome12345", "qwertyuiop123"),
        *("123456789012", "aaaaaaaaaaaaaaa", "password" * 8, "ichliebedich"),
    ],
)
def test_what_leaked_often_is_refused_with_its_usual_changes(often_used: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(often_used)


@pytest.mark.parametrize(
    "good",
    [PASSWORD, "seven tulips in a row", "correct horse battery staple", "ñandú-de-la-calle", "x8!Lq2#vR9@t"],
)
def test_several_words_or_chance_are_taken(good: str) -> None:
    validate_password(good)


def test_ones_own_name_is_known_to_whoever_guesses(company: Company) -> None:
    person = make_user(company, Role.SALES)
    person.name = "Wilhelmina Zvonareva"
    with pytest.raises(ValidationError):
        validate_password("zvonareva2026", person)


def test_the_reason_is_told_where_it_is_typed(owner: User) -> None:
    sheet = {"oldpassword": PASSWORD, "password1": "Password1234!", "password2": "Password1234!"}
    page = signed_in(owner).post("/account/password/", sheet).content.decode()

    assert "too like passwords that are often used" in page


def test_a_very_long_password_takes_no_longer() -> None:
    begun = time.process_time()
    validate_password("4@8({[<369&#!1/|0$57+%2 seven tulips" * 3_000)
    assert time.process_time() - begun < 5
