"""Whoever comes in, goes, or is kept out is in the security log, and nothing that they typed."""

import json
import logging
from collections.abc import Iterator
from importlib import import_module

import pytest
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from factories import PASSWORD, make_link
from florin.domain.links import services as links
from florin.domain.security import services as security
from florin.domain.security.models import SecurityEvent
from florin.domain.staff.models import Tries, User
from florin.flows import change_password
from florin.flows.change_password import Whence
from office import signed_in

SIGN_IN = "/account/sign-in/"


@pytest.fixture(autouse=True)
def _nothing_counted_yet() -> Iterator[None]:
    security.tally.clear()
    yield
    security.tally.clear()


def sign_in(login: str, password: str, client: Client | None = None) -> int:
    answer = (client or Client()).post(
        SIGN_IN, {"login": login, "password": password}, REMOTE_ADDR="192.0.2.7"
    )
    return answer.status_code


def events() -> list[tuple[str, str, str, int]]:
    return list(SecurityEvent.objects.order_by("at", "pk").values_list("kind", "who", "place", "count"))


def test_signing_in_and_out_is_noted(owner: User) -> None:
    client = Client()
    sign_in(owner.email, PASSWORD, client)
    client.post("/account/sign-out/", REMOTE_ADDR="192.0.2.7")
    assert events() == [
        ("signed_in", owner.email, "192.0.2.7", 1),
        ("signed_out", owner.email, "192.0.2.7", 1),
    ]


def test_signing_in_begins_a_session_with_another_key(owner: User) -> None:
    stores = import_module(settings.SESSION_ENGINE).SessionStore
    laid = stores()
    laid["left"] = "by somebody who wants to share the session"
    laid.create()
    client = Client()
    client.cookies["session"] = laid.session_key
    sign_in(owner.email, PASSWORD, client)
    assert client.get("/office/").status_code == 200
    assert client.cookies["session"].value != laid.session_key
    assert not stores().exists(laid.session_key)


def test_wrong_passwords_and_slowing_down_are_noted_and_counted(owner: User) -> None:
    for _guess in range(7):
        sign_in(owner.email.upper(), "wrong-and-secret")
    assert events() == [
        ("sign_in_failed", owner.email, "192.0.2.7", 5),
        ("sign_in_slowed", owner.email, "192.0.2.7", 2),
    ]


def test_the_right_password_of_somebody_switched_off_is_a_failure(owner: User) -> None:
    User.objects.update(is_active=False)
    sign_in(owner.email, PASSWORD)
    assert [kind for kind, *_rest in events()] == ["rights_changed", "sign_in_failed"]


def test_nothing_that_was_typed_is_kept(owner: User, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    sign_in(owner.email, "typed-secret-1")
    sign_in("typed-secret-2@x.example", "typed-secret-3")
    assert [(who, count) for _kind, who, _place, count in events()] == [(owner.email, 1), ("", 1)]
    assert "typed-secret" not in caplog.text
    assert "typed-secret" not in str(list(SecurityEvent.objects.values()))


def test_an_unknown_account_costs_the_same_statements_as_a_known_one(owner: User) -> None:
    counts = []
    for login in (owner.email, "nobody@x.example"):
        Tries.objects.all().delete()
        with CaptureQueriesContext(connection) as asked:
            sign_in(login, "wrong")
        counts.append([query["sql"].split()[0] for query in asked.captured_queries])
    assert counts[0] == counts[1]


def test_a_form_from_elsewhere_is_noted(owner: User) -> None:
    Client(enforce_csrf_checks=True).post(SIGN_IN, {"login": owner.email, "password": PASSWORD})
    row = SecurityEvent.objects.get()
    assert (row.kind, row.company, row.about) == ("form_refused", None, {"page": "account/sign-in/"})


def test_a_post_to_a_payment_link_from_elsewhere_is_noted_without_its_token(
    owner: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    token = links.token_of(make_link(owner).pk)
    Client().post(f"/pay/{token}/checkout", headers={"Sec-Fetch-Site": "cross-site"})
    assert SecurityEvent.objects.get(kind="form_refused").about == {"page": "pay/<str:token>/checkout"}
    assert token not in caplog.text


@pytest.mark.parametrize(
    "headers", [{}, {"Stripe-Signature": "t=1,v1=00"}, {"Stripe-Signature": "t=99999999999,v1=00"}]
)
def test_a_forged_notice_is_noted(
    owner: User, caplog: pytest.LogCaptureFixture, headers: dict[str, str]
) -> None:
    caplog.set_level(logging.INFO, "florin.security")
    answer = Client().post(
        "/notices/stripe", "{}", content_type="application/json", headers=headers, REMOTE_ADDR="192.0.2.7"
    )
    assert answer.status_code == 400
    line = json.loads(caplog.messages[-1])
    assert (line["event"], line["sender"], line["from"]) == ("notice_forged", "stripe", "192.0.2.7")
    assert events() == [("notice_forged", "", "192.0.2.7", 1)]


def test_a_password_asked_for_chosen_by_mail_and_changed_is_noted(owner: User) -> None:
    change_password.mail_link(owner.email, asked="once", place="192.0.2.7")
    change_password.mail_link("nobody@x.example", asked="once", place="192.0.2.7")
    whence = Whence(address="192.0.2.7", browser="")
    key = default_token_generator.make_token(owner)
    change_password.reset(owner, key=key, password="another-long-password", whence=whence)
    change_password.change(owner, password="a-third-long-password", whence=whence, here=None)
    assert [(kind, who) for kind, who, *_rest in events()] == [
        ("reset_asked", owner.email),
        ("reset_asked", ""),
        ("password_reset", owner.email),
        ("password_changed", owner.email),
    ]


def test_wrong_old_passwords_are_noted_and_counted(owner: User) -> None:
    client = signed_in(owner)
    fresh = "a-quite-different-password"
    for _guess in range(6):
        client.post("/account/password/", {"oldpassword": "wrong", "password1": fresh, "password2": fresh})
    assert [(kind, count) for kind, _who, _place, count in events()] == [
        ("sign_in_failed", 5),
        ("sign_in_slowed", 1),
    ]
