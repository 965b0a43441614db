"""A link's token cannot be guessed, read from what is stored, or made without the secret."""

import re
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from florin.kernel import tokens

SECRET = b"a secret that is not in the database"


def test_a_token_is_27_characters_that_an_address_can_hold() -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{27}", tokens.derive(SECRET, uuid4()))


def test_a_link_has_the_same_token_each_time_so_that_staff_can_see_it_again() -> None:
    link = uuid4()

    assert tokens.derive(SECRET, link) == tokens.derive(SECRET, UUID(str(link)))


@given(st.uuids(), st.uuids())
def test_another_link_has_another_token(one: UUID, other: UUID) -> None:
    assert (tokens.derive(SECRET, one) == tokens.derive(SECRET, other)) == (one == other)


def test_another_secret_gives_another_token() -> None:
    link = uuid4()

    assert tokens.derive(SECRET, link) != tokens.derive(b"another secret", link)


@given(st.uuids())
def test_what_is_stored_neither_holds_the_token_nor_its_bytes(link: UUID) -> None:
    token = tokens.derive(SECRET, link)
    stored = tokens.fingerprint(token)

    assert len(stored) == 32
    assert token.encode() not in stored
    assert token not in stored.hex()
    assert link.bytes not in stored


@pytest.mark.parametrize("typed", ["", "x", "é", "\x00", "\ud800", "a" * 100_000])
def test_anything_typed_has_a_fingerprint_so_that_it_can_be_looked_up_in_vain(typed: str) -> None:
    assert len(tokens.fingerprint(typed)) == 32
