"""The first run: one page, opened by the code on the console, once."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from florin.domain.companies.models import Company
from florin.domain.security.models import SecurityEvent
from florin.domain.staff import tries
from florin.domain.staff.models import User
from florin.domain.staff.rights import Role
from florin.flows import set_up
from florin.kernel import clients, clock

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
PAGE = "/account/set-up/"
PASSWORD = "four otters cross the road"


@pytest.fixture
def code(database: None) -> Iterator[str]:
    yield set_up.show_code()
    set_up.forget_code()


def fill_in(code: str, **other: str) -> dict[str, str]:
    return {
        "code": code,
        "name": "Petal Wholesale",
        "currency": "EUR",
        "time_zone": "Europe/Madrid",
        "language": "es",
        "admin_name": "Ana Ruiz",
        "admin": "Ana@Petal.example",
        "password1": PASSWORD,
        "password2": other.get("password1", PASSWORD),
        **other,
    }


def send(code: str, **other: str) -> Any:
    return Client().post(PAGE, fill_in(code, **other))


def refused(answer: HttpResponse, sentence: str) -> bool:
    return answer.status_code == 422 and sentence in answer.text and not Company.objects.exists()


def test_the_code_opens_the_company_and_signs_its_admin_in(code: str) -> None:
    client = Client()
    answer = client.post(PAGE, fill_in(code.lower().replace("-", " ")))
    assert answer.headers["Location"] == "/office/"
    assert "Petal Wholesale" in client.get("/office/").text

    company, admin = Company.objects.get(), User.objects.get()
    assert (company.name, company.slug, company.email) == (
        "Petal Wholesale",
        "petal-wholesale",
        "Ana@petal.example",
    )
    assert (company.currency, company.time_zone, company.language) == ("EUR", "Europe/Madrid", "es")
    assert (admin.name, admin.email, admin.language, admin.roles) == (
        "Ana Ruiz",
        "ana@petal.example",
        "es",
        [Role.ADMIN],
    )
    assert admin.check_password(PASSWORD)


def test_once_a_company_exists_the_page_is_nothing_to_anybody_and_the_code_is_gone(code: str) -> None:
    send(code)
    assert not settings.SET_UP_CODE_FILE.exists()
    assert Client().get(PAGE).status_code == 404
    assert send(code, admin="bob@petal.example").status_code == 404
    assert Company.objects.count() == 1


@pytest.mark.parametrize(
    "address", ["/", "/office/", "/office/orders/", "/office/nowhere", "/account/sign-in/", "/pay/x"]
)
def test_every_other_page_of_an_empty_installation_leads_there(database: None, address: str) -> None:
    answer = Client().get(address)
    assert (answer.status_code, answer.headers["Location"]) == (302, PAGE)


@pytest.mark.parametrize(
    "address", ["/healthz", "/readyz", "/static/florin/nothing.css", "/.well-known/security.txt"]
)
def test_what_machines_ask_leads_nowhere(database: None, address: str) -> None:
    assert Client().get(address).status_code in {200, 404}


@pytest.mark.parametrize("address", ["/office/", "/office/nowhere", "/account/sign-in/", "/pay/x"])
def test_with_a_company_nothing_leads_there(company: Company, address: str) -> None:
    assert Client().get(address).headers.get("Location") != PAGE


def test_a_wrong_code_opens_nothing_and_what_was_typed_stays(code: str) -> None:
    answer = send("XXXX-XXXX-XXXX-XXXX-XXXX")
    assert refused(answer, "This is not the set-up code.")
    assert 'value="Petal Wholesale"' in answer.text
    assert PASSWORD not in answer.text


def test_without_a_code_nothing_opens(database: None) -> None:
    assert refused(send("anything"), "This is not the set-up code.")


def test_guessing_the_code_is_slowed_down_at_one_place_and_noted(
    code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    for _guess in range(5):
        send("wrong")
    answer = send(code)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "5")
    assert "There were too many wrong codes. Please try again in 5 seconds." in answer.text
    assert {event.kind for event in SecurityEvent.objects.all()} == {"sign_in_failed", "sign_in_slowed"}
    assert Client().post(PAGE, fill_in(code), REMOTE_ADDR="198.51.100.7").status_code == 302


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"password1": "Petal-Wholesale-2026"}, "your company&#39;s name"),
        ({"password1": "short"}, "at least 12 characters"),
        ({"password1": "Ana@petal.example"}, "password"),
        ({"password2": "another one entirely"}, "The two passwords are not the same."),
        ({"currency": "XXX"}, "Choose one of the list."),
        ({"time_zone": "Mars/Olympus"}, "Choose one of the list."),
        ({"time_zone": ""}, "This field is required."),
        ({"language": "tlh"}, "Choose one of the list."),
        ({"admin": "jörg@petal.example"}, "address"),
        ({"admin": "nobody"}, "address"),
        ({"name": "Petal 4242 4242 4242 4242"}, "card"),
        ({"name": "P" * 121}, "at most 120 characters"),
        ({"admin_name": ""}, "This field is required."),
    ],
)
def test_what_cannot_be_meant_is_said_and_opens_nothing(
    code: str, wrong: dict[str, str], sentence: str
) -> None:
    assert refused(send(code, **wrong), sentence)
    assert settings.SET_UP_CODE_FILE.exists()


def test_the_code_is_long_kept_for_its_owner_only_and_the_same_until_it_is_used(code: str) -> None:
    assert len(code.replace("-", "")) == 20
    assert settings.SET_UP_CODE_FILE.stat().st_mode & 0o777 == 0o600
    assert set_up.show_code() == code


def test_a_right_code_does_not_count_as_a_try(code: str) -> None:
    for _time in range(9):
        assert send(code, password1="short").status_code == 422
    assert not tries.begin(tries.of_set_up_code(clients.place("127.0.0.1")))
