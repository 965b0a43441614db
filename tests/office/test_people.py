"""Signing in, the reader's language, health, and calm answers when something is away."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import OperationalError, connection
from django.test import Client
from psycopg_pool import PoolTimeout
from pytest_django import DjangoAssertNumQueries

from factories import PASSWORD, make_invoice, make_order
from florin.domain.companies.models import Company
from florin.domain.staff.models import User
from florin.screens.office.home import totals
from office import signed_in

SIGN_IN = "/account/sign-in/"


def test_one_signs_in_with_address_and_password(owner: User) -> None:
    answer = Client().post(SIGN_IN, {"login": owner.email.upper(), "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/office/")


def test_a_wrong_password_keeps_the_address_and_says_nothing_about_accounts(owner: User) -> None:
    known = Client().post(SIGN_IN, {"login": owner.email, "password": "wrong"}).content.decode()
    unknown = Client().post(SIGN_IN, {"login": "nobody@x.example", "password": "wrong"}).content.decode()
    assert f'value="{owner.email}"' in known
    sentence = re.search(r'role="alert"><p>([^<]+)', known)
    assert sentence
    assert sentence[1] in unknown


def test_home_tells_whoever_has_no_role_who_can_change_that(owner: User) -> None:
    User.objects.filter(pk=owner.pk).update(roles=[])
    answer = signed_in(owner).get("/office/")
    assert answer.status_code == 200
    assert "Your roles show nothing here. An Admin of your company can change that." in answer.text


@pytest.mark.parametrize("path", ["/account/signup/", "/account/email/", "/account/reauthenticate/"])
def test_what_has_no_page_of_ours_is_not_there(owner: User, path: str) -> None:
    assert signed_in(owner).get(path).status_code == 404


def test_one_chooses_the_language_and_stays_where_one_was(owner: User) -> None:
    client = signed_in(owner)
    answer = client.post("/account/language/", {"language": "es", "next": "/office/orders/"})
    assert answer["Location"] == "/office/orders/"
    assert '<html lang="es">' in client.get("/office/").content.decode()


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_nobody_is_led_elsewhere(owner: User, back: str) -> None:
    answer = signed_in(owner).post("/account/language/", {"language": "xx", "next": back})
    assert answer["Location"] == "/"
    assert User.objects.get(pk=owner.pk).language == "en"


def test_the_sign_in_page_speaks_the_browsers_language(company: Company) -> None:
    assert (
        '<html lang="es">' in Client().get(SIGN_IN, headers={"Accept-Language": "es-MX,es"}).content.decode()
    )


def test_a_payers_page_asks_for_no_session_and_sets_no_cookie(
    owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(owner)
    with django_assert_num_queries(2) as asked:  # the link, and whether anybody has moved in at all
        answer = client.get("/pay/unknownunknownunknownunknow")
    assert "staff_session" not in str(asked.captured_queries)
    assert answer.cookies == {}


def test_healthz_answers_whatever_else_is_away() -> None:
    assert Client().get("/healthz").status_code == 200


def test_readyz_says_what_works(database: None) -> None:
    assert Client().get("/readyz").json() == {"ready": True, "database": True, "migrations": True}


def test_readyz_says_what_does_not(monkeypatch: pytest.MonkeyPatch, database: None) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("florin.screens.shared.views.connection.cursor", _away)
        answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["database"]) == (503, False)


@pytest.mark.parametrize("problem", [OperationalError, PoolTimeout])
def test_a_missing_database_is_a_calm_page(
    owner: User, monkeypatch: pytest.MonkeyPatch, problem: type[Exception]
) -> None:
    client = signed_in(owner)
    client.raise_request_exception = False
    broken: list[tuple[object, str]] = [(totals, "owed"), (SessionStore, "load")]
    for target, name in broken:
        with monkeypatch.context() as patch:
            patch.setattr(target, name, lambda *_arguments: _raise(problem("gone")))
            answer = client.get("/office/")
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
        assert "Nothing is lost" in answer.content.decode()


def test_a_database_that_dies_while_the_session_is_kept_is_no_fault_of_the_person(owner: User) -> None:
    client = signed_in(owner)
    with _session_updates_that("PERFORM pg_terminate_backend(pg_backend_pid());"):
        answer = client.post(_a_change(owner))

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "Nothing is lost" in answer.content.decode()


def test_whoever_is_signed_out_meanwhile_is_told_so(owner: User) -> None:
    client = signed_in(owner)
    with _session_updates_that("DELETE FROM staff_session; RETURN NULL;"):
        answer = client.post(_a_change(owner))

    assert answer.status_code == 409
    assert "You were signed out in another window" in answer.content.decode()


def test_a_defect_gets_a_number_and_no_traceback(
    owner: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client = signed_in(owner)
    client.raise_request_exception = False
    monkeypatch.setattr(totals, "owed", lambda _company: _raise(RuntimeError("secret detail")))
    answer = client.get("/office/")
    reference = re.search(r"<code>(\w{8})</code>", answer.content.decode())
    assert reference
    assert (answer.status_code, reference[1] in caplog.text) == (500, True)
    assert "secret detail" not in answer.content.decode()


def test_unknown_addresses_get_our_page(owner: User) -> None:
    answer = signed_in(owner).get("/office/nothing/%00/here")
    assert answer.status_code == 404
    assert "Nothing here" in answer.content.decode()


def test_a_refusal_for_a_part_of_a_page_becomes_a_notice(owner: User) -> None:
    missing = "/office/orders/01a206df-78aa-74b2-b4f2-5ee482e7ec27/timeline/"
    answer = signed_in(owner).get(missing, headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Retarget"]) == (404, "#notices")
    assert "<html" not in answer.content.decode()


def test_too_many_fields_are_a_4xx(owner: User) -> None:
    invoice = make_invoice(owner)
    answer = signed_in(owner).post(f"/office/orders/{invoice.order_id}/edit/", {"x": ["1"] * 20_001})
    assert answer.status_code == 413


@pytest.mark.parametrize("sheet", [{"login": "a\x00@x", "password": "p\x00"}, {"login": "x" * 9000}, {}])
def test_absurd_sign_ins_are_answered_calmly(database: None, sheet: dict[str, str]) -> None:
    assert Client().post(SIGN_IN, sheet).status_code == 200


def _a_change(owner: User) -> str:
    """The address of a form that leaves a sentence in the session, to be read on the next page."""
    return f"/office/orders/{make_order(owner).pk}/void/"


@contextmanager
def _session_updates_that(act: str) -> Iterator[None]:
    """Have the database act when a session is updated."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION act() RETURNS trigger LANGUAGE plpgsql"
            " AS $$ BEGIN " + act + " RETURN NEW; END $$;"
            "CREATE TRIGGER act BEFORE UPDATE ON staff_session FOR EACH ROW EXECUTE FUNCTION act()"
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION act CASCADE")


def _away(*_arguments: object) -> None:
    raise OperationalError("gone")


def _raise(problem: Exception) -> None:
    raise problem
