"""Strangers who guess are slowed down; whoever has signed in here before is never kept out by them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from factories import PASSWORD
from florin.domain.staff import tries
from florin.domain.staff.models import Tries, User
from florin.kernel import clock

SIGN_IN = "/account/sign-in/"
STRANGERS = [f"203.0.113.{number}" for number in range(1, 101)]


class Hands:
    """A clock that stands still until a test moves it on."""

    now = datetime(2026, 11, 30, 9, tzinfo=UTC)

    def on(self, **by: int) -> None:
        self.now += timedelta(**by)


@pytest.fixture(autouse=True)
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    hands = Hands()
    monkeypatch.setattr(clock, "now", lambda: hands.now)
    return hands


def tries_to_sign_in(client: Client, login: str, password: str = "wrong", *, at: str = "192.0.2.1") -> Any:
    return client.post(SIGN_IN, {"login": login, "password": password}, REMOTE_ADDR=at)


def guess_in_vain(login: str, *, at: list[str], times: int) -> None:
    for place in at:
        for _guess in range(times):
            tries.begin(tries.of_sign_in(login, place=place, browser=""))


def known_browser(user: User) -> Client:
    """A browser in which somebody has signed in before, and out again."""
    client = Client()
    assert tries_to_sign_in(client, user.email, PASSWORD).status_code == 302
    client.post("/account/sign-out/")
    return client


def cookie_of(client: Client) -> str:
    return next(name for name in client.cookies if name.startswith("known-"))


def test_guessing_is_slowed_down_with_a_sentence_and_the_time_to_come_back(owner: User) -> None:
    guess_in_vain(owner.email, at=["192.0.2.1"], times=5)

    answer = tries_to_sign_in(Client(), owner.email, PASSWORD)
    assert answer.status_code == 429
    assert 1 <= int(answer["Retry-After"]) <= 5
    text = answer.content.decode()
    assert "There were too many wrong passwords. Please try again in" in text
    assert f'value="{owner.email}"' in text


def test_the_pause_grows_and_has_an_end(owner: User, hands: Hands) -> None:
    pauses = []
    for _guess in range(16):
        pauses.append(int(tries_to_sign_in(Client(), owner.email).headers.get("Retry-After", 0)))
        hands.on(seconds=pauses[-1])
        if pauses[-1]:
            tries_to_sign_in(Client(), owner.email)

    assert pauses[:5] == [0] * 5
    assert pauses[5:] == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900]


def test_a_try_that_comes_too_early_prolongs_nothing(owner: User, hands: Hands) -> None:
    guess_in_vain(owner.email, at=["192.0.2.1"], times=50)

    hands.on(seconds=5)
    assert tries_to_sign_in(Client(), owner.email, PASSWORD).status_code == 302


def test_somebody_in_another_place_does_not_feel_a_few_guesses(owner: User) -> None:
    guess_in_vain(owner.email, at=["192.0.2.1"], times=10)

    assert tries_to_sign_in(Client(), owner.email, PASSWORD, at="192.0.2.2").status_code == 302


def test_guessing_from_many_places_is_slowed_down_too(owner: User) -> None:
    guess_in_vain(owner.email, at=STRANGERS, times=1)

    assert tries_to_sign_in(Client(), owner.email, PASSWORD, at="198.51.100.1").status_code == 429


def test_whoever_signed_in_here_before_is_never_kept_out_by_strangers(owner: User) -> None:
    mine = known_browser(owner)

    guess_in_vain(owner.email, at=[*STRANGERS, "192.0.2.1"], times=10)
    assert tries_to_sign_in(Client(), owner.email, PASSWORD).status_code == 429
    assert tries_to_sign_in(mine, owner.email.upper(), PASSWORD).status_code == 302


def test_a_known_browser_that_guesses_is_slowed_down_by_its_own_guesses(owner: User) -> None:
    mine = known_browser(owner)
    for _guess in range(10):
        tries_to_sign_in(mine, owner.email)

    assert tries_to_sign_in(mine, owner.email, PASSWORD).status_code == 429


def test_a_browser_is_known_for_one_person_only(owner: User, colleague: User) -> None:
    mine, theirs = known_browser(owner), known_browser(colleague)
    guess_in_vain(colleague.email, at=STRANGERS, times=1)
    assert tries_to_sign_in(mine, colleague.email, PASSWORD).status_code == 429

    mine.cookies[cookie_of(theirs)] = mine.cookies[cookie_of(mine)].value
    assert tries_to_sign_in(mine, colleague.email, PASSWORD).status_code == 429
    assert tries_to_sign_in(theirs, colleague.email, PASSWORD).status_code == 302


@pytest.mark.parametrize("value", ["", "made-up", "a:b:c", "\x00"])
def test_a_cookie_that_somebody_made_up_makes_no_browser_known(owner: User, value: str) -> None:
    client = known_browser(owner)
    guess_in_vain(owner.email, at=STRANGERS, times=1)
    client.cookies[cookie_of(client)] = value

    assert tries_to_sign_in(client, owner.email, PASSWORD).status_code == 429


def test_the_cookie_lasts_and_no_script_reads_it(owner: User) -> None:
    client = known_browser(owner)
    cookie = client.cookies[cookie_of(client)]

    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 400 * 86_400)
    assert owner.email not in cookie.value


def test_addresses_of_nobody_are_slowed_down_alike(database: None) -> None:
    guess_in_vain("nobody@x.example", at=["192.0.2.1"], times=5)

    assert tries_to_sign_in(Client(), "Nobody@x.example ").status_code == 429


def test_guessing_one_password_for_many_people_is_slowed_down(owner: User) -> None:
    for number in range(50):
        guess_in_vain(f"person-{number}@x.example", at=["192.0.2.1"], times=1)

    assert tries_to_sign_in(Client(), owner.email, PASSWORD).status_code == 429


def test_a_written_header_lends_nobody_another_place(owner: User, settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 1
    sheet = {"login": owner.email, "password": PASSWORD}
    for number in range(6):
        headers = {"X-Forwarded-For": f"203.0.113.{number}, 192.0.2.1"}
        Client().post(SIGN_IN, {**sheet, "password": "wrong"}, headers=headers)

    assert Client().post(SIGN_IN, sheet, headers={"X-Forwarded-For": "192.0.2.1"}).status_code == 429
    assert Client().post(SIGN_IN, sheet, headers={"X-Forwarded-For": "192.0.2.2"}).status_code == 302


def test_a_right_password_counts_as_no_guess(owner: User) -> None:
    for _time in range(12):
        assert tries_to_sign_in(Client(), owner.email, PASSWORD).status_code == 302


def test_whoever_comes_too_early_costs_three_statements_one_for_the_security_log(
    owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    guess_in_vain(owner.email, at=["192.0.2.1"], times=5)

    with django_assert_num_queries(3):
        tries_to_sign_in(Client(), owner.email, PASSWORD)


def test_what_is_forgiven_is_forgotten(owner: User, hands: Hands) -> None:
    guess_in_vain(owner.email, at=["192.0.2.1"], times=6)
    hands.on(hours=1, seconds=6)
    guess_in_vain(owner.email, at=["192.0.2.1"], times=1)
    assert tries_to_sign_in(Client(), owner.email, PASSWORD).status_code == 302

    hands.on(hours=2)
    tries.forget()
    assert not Tries.objects.exists()
