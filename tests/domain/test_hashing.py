"""A hash takes one processor, and hashes from before are still good."""

from django.contrib.auth.hashers import Argon2PasswordHasher

from florin.config import settings
from florin.domain.staff.hashing import OneLane

PASSWORD = "seven tulips in a row"


def test_the_hash_has_one_lane_and_the_cost_that_django_sets() -> None:
    parts = OneLane().encode(PASSWORD, "salt-of-the-tests").split("$")
    assert parts[1:4] == ["argon2id", "v=19", "m=102400,t=2,p=1"]


def test_a_hash_of_eight_lanes_is_verified_and_renewed() -> None:
    former = Argon2PasswordHasher().encode(PASSWORD, "salt-of-the-tests")
    assert (OneLane().verify(PASSWORD, former), OneLane().must_update(former)) == (True, True)


def test_it_is_what_passwords_are_hashed_with() -> None:
    assert [f"{OneLane.__module__}.{OneLane.__qualname__}"] == settings.PASSWORD_HASHERS
