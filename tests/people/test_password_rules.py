"""What a password may be, and that it is taken exactly as it is typed."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client

from factories import PASSWORD
from florin.domain.staff.models import User
from office import signed_in


def test_a_long_password_is_taken_as_it_is(owner: User) -> None:
    long = f"  {'Ünsäglich long ' * 8} "
    told = {"oldpassword": PASSWORD, "password1": long, "password2": long}
    assert signed_in(owner).post("/account/password/", told).status_code == 302
    sign_in = {"login": owner.email, "password": long}
    assert Client().post("/account/sign-in/", sign_in).status_code == 302
    for other in (long.strip(), long.upper(), long[:72]):
        assert Client().post("/account/sign-in/", sign_in | {"password": other}).status_code == 200


@pytest.mark.parametrize(
    "password",
    ["Florin-Invoice-2026!", "Bloom & Co Wholesale 1!", "B-l-o-o-m-123456-!!", "¡Contraseña-de-Bloom!"],
)
def test_words_that_others_guess_first_make_no_password(owner: User, password: str) -> None:
    with pytest.raises(ValidationError, match="your company's name"):
        validate_password(password, owner)


@pytest.mark.parametrize(
    "password", ["three otters pay invoices", "bloom where nobody looks", "x9!kQ2#vB7$zL"]
)
def test_such_words_may_be_part_of_one(owner: User, password: str) -> None:
    validate_password(password, owner)
