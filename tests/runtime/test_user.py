"""``florin user`` does what Setup > People does, by the same rules."""

import argparse
import re
from urllib.parse import urlsplit

import pytest
from django.test import Client

from factories import PASSWORD
from florin.domain.companies.models import Company
from florin.domain.outbox.models import Message
from florin.domain.security.models import SecurityEvent
from florin.domain.staff.models import User
from florin.runtime import user
from office import signed_in

Output = pytest.CaptureFixture[str]


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    user.arguments(parser)
    return user.run(parser.parse_args(words))


def printed_path(output: Output) -> str:
    found = re.search(r"http://\S+", output.readouterr().out)
    assert found
    return urlsplit(found[0]).path


def test_add_invites_by_mail_and_prints_the_link(company: Company, capsys: Output) -> None:
    roles = ["--role", "sales", "--role", "admin"]
    assert run("add", company.slug, "Ann@shop.example", *roles) == 0
    assert Message.objects.get(kind="invitation").recipient == "ann@shop.example"
    form = {"name": "Ann", "password": PASSWORD, "again": PASSWORD}
    assert Client().post(printed_path(capsys), form).status_code == 302
    assert User.objects.get(email="ann@shop.example").roles == ["admin", "sales"]


def test_roles_are_changed_and_the_log_names_the_operator(owner: User, colleague: User) -> None:
    assert run("roles", colleague.email.upper(), "--role", "cashier") == 0
    assert User.objects.get(pk=colleague.pk).roles == ["cashier"]
    assert SecurityEvent.objects.get(kind="rights_changed").about["by"] == "operator"


def test_deactivating_ends_sessions_at_once(owner: User, colleague: User) -> None:
    theirs = signed_in(colleague)
    assert run("deactivate", colleague.email) == 0
    assert theirs.get("/office/").status_code == 302


@pytest.mark.parametrize("words", [("deactivate",), ("roles", "--role", "sales")])
def test_the_last_admin_stays_here_too(owner: User, words: tuple[str, ...], capsys: Output) -> None:
    verb, *more = words
    assert run(verb, owner.email, *more) == 2
    assert "is the last active Admin" in capsys.readouterr().err
    kept = User.objects.get(pk=owner.pk)
    assert (kept.is_active, kept.roles) == (True, ["admin"])


def test_reset_prints_a_link_that_works(owner: User, capsys: Output) -> None:
    theirs = signed_in(owner)
    assert run("reset", owner.email) == 0
    assert theirs.get("/office/").status_code == 302
    page = Client().get(printed_path(capsys), follow=True)
    assert "Choose a new password" in page.content.decode()


@pytest.mark.parametrize(
    "words", [("reset", "nobody@x.example"), ("add", "nowhere", "a@x.example", "--role", "sales")]
)
def test_who_or_what_is_not_there_is_a_sentence(
    company: Company, words: tuple[str, ...], capsys: Output
) -> None:
    assert run(*words) == 2
    assert "There is no such" in capsys.readouterr().err
