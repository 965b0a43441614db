"""A forgotten password is chosen anew by mail, and whoever's password changed hears of it."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from factories import PASSWORD, make_user
from factories.database import sql
from factories.emails import rendered
from florin.domain.outbox.models import Message
from florin.domain.staff import tries
from florin.domain.staff.models import User
from florin.domain.staff.rights import Role
from florin.flows import change_password, deliver_outbox
from florin.kernel import clients
from office import signed_in
from testing.bank import Bank

ASK = "/account/password/reset/"
FRESH = "a-quite-different-password"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


def request_link(address: str) -> Any:
    """Ask for a link, and do what the worker does then."""
    answer = Client().post(ASK, {"email": address})
    told = (
        "SELECT args->>'address', args->>'asked' FROM procrastinate_jobs WHERE task_name = 'mail_reset_link'"
    )
    for whose, name in sql(told):
        change_password.mail_link(whose, asked=name)
    return answer


def link_for(person: User) -> str:
    request_link(person.email)
    text = rendered(Message.objects.get(kind="password_reset")).text
    found = re.search(r"http://127\.0\.0\.1:\d+(/account/password/reset/\S+)", text)
    assert found, text
    return found[1]


def choose(link: str, password: str = FRESH, *, by: Client | None = None) -> Any:
    client = by or Client()
    page = client.get(link, follow=True)
    address = page.redirect_chain[-1][0] if page.redirect_chain else link
    return client.post(address, {"password1": password, "password2": password})


def test_a_forgotten_password_is_chosen_anew_by_a_link_that_works_once(owner: User) -> None:
    link = link_for(owner)
    assert choose(link)["Location"] == "/account/password/reset/done/"

    owner.refresh_from_db()
    assert owner.check_password(FRESH)
    assert "no longer works" in choose(link, "still-another-password").content.decode()
    assert "no longer works" in Client().get(link).content.decode()


def test_a_link_works_for_an_hour(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    link = link_for(owner)
    for minutes, text in ((59, "Choose a new password"), (61, "no longer works")):
        then = datetime.now() + timedelta(minutes=minutes)  # noqa: DTZ005 - as Django counts
        with monkeypatch.context() as patch:
            patch.setattr(PasswordResetTokenGenerator, "_now", lambda _self, then=then: then)
            assert text in Client().get(link, follow=True).content.decode()


def test_the_mail_leaves_through_the_outbox_with_no_key_stored(owner: User, bank: Bank) -> None:
    key = link_for(owner).rpartition("-")[2]
    stored = str(Message.objects.values_list("snapshot", flat=True).get())
    assert key not in stored

    deliver_outbox.deliver()
    mail = bank.mails()[0]
    assert mail["to"] == owner.email
    assert "within an hour" in mail["text"]


def test_asking_is_answered_alike_and_costs_alike_for_known_and_unknown(owner: User) -> None:
    answers, statements = [], []
    for address in (owner.email, "nobody@x.example"):
        with CaptureQueriesContext(
            connection,
        ) as asked_of_the_database:
            answers.append(Client().post(ASK, {"email": address}))
        statements.append([re.sub(r"'[^']*'|\d+", "?", query["sql"])[:60] for query in asked_of_the_database])

    assert answers[0]["Location"] == answers[1]["Location"] == "/account/password/reset/sent/"
    assert statements[0] == statements[1]


def test_nothing_is_mailed_to_nobody_and_to_whoever_was_switched_off(owner: User) -> None:
    gone = make_user(owner.company, Role.SALES)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    request_link("nobody@x.example")
    request_link(gone.email)

    assert not Message.objects.exists()


def test_strangers_who_ask_again_and_again_fill_no_mailbox(owner: User) -> None:
    for _time in range(20):
        change_password.mail_link(owner.email, asked=str(_time))

    assert Message.objects.filter(kind="password_reset").count() == 3


def test_asking_for_many_links_from_one_place_is_slowed_down(database: None) -> None:
    for _time in range(20):
        tries.begin(tries.of_asking(clients.place("127.0.0.1")))

    answer = Client().post(ASK, {"email": "ann@x.example"})
    assert (answer.status_code, answer["Retry-After"]) == (429, "5")
    assert "Too many links were asked for" in answer.content.decode()


def test_whoever_chose_a_password_by_mail_is_known_in_that_browser(owner: User) -> None:
    mine = Client()
    choose(link_for(owner), by=mine)
    for number in range(100):
        tries.begin(tries.of_sign_in(owner.email, place=f"203.0.113.{number}", browser=""))

    sheet = {"login": owner.email, "password": FRESH}
    assert Client().post("/account/sign-in/", sheet).status_code == 429
    assert mine.post("/account/sign-in/", sheet).status_code == 302


@pytest.mark.parametrize("way", ["by mail", "by hand"])
def test_a_changed_password_is_told_with_when_and_from_where(owner: User, way: str) -> None:
    if way == "by mail":
        choose(link_for(owner), by=Client(headers={"User-Agent": FIREFOX}))
    else:
        client = signed_in(owner)
        sheet = {"oldpassword": PASSWORD, "password1": FRESH, "password2": FRESH}
        client.post("/account/password/", sheet, headers={"User-Agent": FIREFOX})

    text = rendered(Message.objects.get(kind="password_changed")).text
    assert "Firefox, Windows" in text
    assert "127.0.0.1" in text


def test_a_password_is_changed_and_one_stays_signed_in_here_but_nowhere_else(owner: User) -> None:
    here, elsewhere = signed_in(owner), signed_in(owner)
    sheet = {"oldpassword": PASSWORD, "password1": FRESH, "password2": FRESH}
    assert here.post("/account/password/", sheet)["Location"] == "/office/"

    assert "Your password is changed." in here.get("/office/").content.decode()
    assert elsewhere.get("/office/").status_code == 302


def test_guessing_the_old_password_is_slowed_down(owner: User) -> None:
    client = signed_in(owner)
    sheet = {"oldpassword": "wrong", "password1": FRESH, "password2": FRESH}
    for _guess in range(5):
        client.post("/account/password/", sheet)

    answer = client.post("/account/password/", {**sheet, "oldpassword": PASSWORD})
    assert answer.status_code == 429
    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)


def test_a_weak_password_is_refused(owner: User) -> None:
    sheet = {"oldpassword": PASSWORD, "password1": "short", "password2": "short"}
    assert "at least 12 characters" in signed_in(owner).post("/account/password/", sheet).content.decode()
