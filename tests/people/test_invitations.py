"""Somebody is invited by mail, and moves in once within 72 hours with a name and a password."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from factories import PASSWORD
from factories.emails import rendered
from florin.domain.outbox.models import Message
from florin.domain.security.models import SecurityEvent
from florin.domain.staff.models import Invitation, User
from florin.domain.staff.rights import Role
from florin.flows import deliver_outbox, invite_person
from florin.kernel import clock
from florin.kernel.errors import Refusal
from office import signed_in
from testing.bank import Bank

NEW = "new.person@bloom.example"
FORM = {"name": "Nora New", "password": PASSWORD, "again": PASSWORD}


def invite(owner: User, address: str = NEW, *roles: Role) -> Invitation:
    chosen = roles or (Role.SALES, Role.REPORTS)
    return invite_person.invite(owner.company, address, chosen, language="en", by=owner)


def link_of(invitation: Invitation) -> str:
    return urlsplit(invite_person.address_of(invitation)).path


def accept(link: str, by: Client | None = None, /, **fields: str) -> Any:
    return (by or Client()).post(link, {**FORM, **fields})


def test_whoever_is_invited_chooses_name_and_password_and_is_signed_in(owner: User) -> None:
    client = Client()
    assert accept(link_of(invite(owner)), client)["Location"] == "/office/"

    person = User.objects.get(email=NEW)
    assert (person.name, person.company, person.roles) == ("Nora New", owner.company, ["sales", "reports"])
    assert person.check_password(PASSWORD)
    assert client.get("/office/").status_code == 200
    assert client.get("/account/second-factor/app/").status_code == 200  # not asked for the password again
    assert next(iter(name for name in client.cookies if name.startswith("known-")))


def test_the_mail_leaves_through_the_outbox_of_the_inviters_company(owner: User, bank: Bank) -> None:
    made = invite(owner)
    message = Message.objects.get(kind="invitation")
    assert (message.company, message.recipient) == (owner.company, NEW)
    token = link_of(made).split("/")[-2]
    assert token not in str(message.snapshot)
    deliver_outbox.deliver()
    text = rendered(message).text
    assert f"{owner.name} invites you" in text
    assert token in text


def test_an_invitation_is_used_once(owner: User) -> None:
    link = link_of(invite(owner))
    accept(link)
    for answer in (Client().get(link), accept(link, name="Somebody Else")):
        assert answer.status_code == 410
        assert "no longer works" in answer.content.decode()
    assert User.objects.filter(email=NEW).count() == 1


@pytest.mark.parametrize(("hours", "status"), [(71, 200), (73, 410)])
def test_it_works_for_72_hours(owner: User, hours: int, status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    link, then = link_of(invite(owner)), clock.now() + timedelta(hours=hours)
    monkeypatch.setattr(clock, "now", lambda: then)
    assert Client().get(link).status_code == status


def test_a_new_invitation_of_the_same_address_kills_the_old_one(owner: User) -> None:
    old, new = link_of(invite(owner)), link_of(invite(owner, NEW.upper()))
    assert Client().get(old).status_code == 410
    assert Client().get(new).status_code == 200


def test_a_withdrawn_invitation_is_dead(owner: User) -> None:
    made = invite(owner)
    signed_in(owner).post(f"/office/setup/invitations/{made.pk}/withdraw/")
    assert accept(link_of(made)).status_code == 410


@pytest.mark.parametrize("change", ["x", "\x00", "a:b", "é"])
def test_nobody_makes_a_link_of_their_own(owner: User, change: str) -> None:
    link = link_of(invite(owner))
    assert Client().get(f"{link[:-1]}{change}/").status_code == 410
    assert Client().get(f"/account/invitation/{owner.pk.hex}/").status_code == 410


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"password": "short", "again": "short"}, "too short"),
        ({"again": "something-quite-different"}, "not the same"),
        ({"password": "new.person@bloom", "again": "new.person@bloom"}, "too similar"),
        ({"name": ""}, "required"),
        ({"name": "4242 4242 4242 4242"}, "card number"),
        ({"name": "x" * 81}, "at most 80 characters"),
    ],
)
def test_what_does_not_do_is_said_and_the_name_stays(
    owner: User, fields: dict[str, str], sentence: str
) -> None:
    answer = accept(link_of(invite(owner)), **fields)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert f'value="{fields.get("name", "Nora New")}"' in page or not fields.get("name", "x")
    assert not User.objects.filter(email=NEW).exists()


def test_whoever_signs_in_already_cannot_be_invited(owner: User, colleague: User, stranger: User) -> None:
    for address, sentence in ((colleague.email, "is a user here already"), (stranger.email, "another comp")):
        with pytest.raises(Refusal, match=sentence):
            invite(owner, address)
    assert not Message.objects.filter(kind="invitation").exists()


def test_looking_at_the_page_changes_nothing(owner: User) -> None:
    link = link_of(invite(owner))
    answer = [Client().get(link) for _scanner in range(3)][-1]
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"]
    assert accept(link).status_code == 302


def test_it_is_all_in_the_audit_trail(owner: User) -> None:
    made = invite(owner)
    accept(link_of(made))
    told = SecurityEvent.objects.filter(who=NEW).order_by("at", "pk").values_list("kind", "about__by")
    assert list(told) == [
        ("person_invited", owner.email),
        ("person_added", owner.name),
        ("signed_in", None),
    ]


def test_people_choose_their_own_name_and_it_is_in_the_audit_trail(colleague: User) -> None:
    client, before = signed_in(colleague), colleague.name
    assert client.post("/account/name/", {"name": "  Ana María  "}).status_code == 302
    assert User.objects.get(pk=colleague.pk).name == "Ana María"
    about = SecurityEvent.objects.get(kind="rights_changed").about
    assert (about["fields"], about["name_before"], about["name_after"]) == ("name", before, "Ana María")
    refused = client.post("/account/name/", {"name": "y" * 81})
    assert refused.status_code == 422
    assert re.search(r'value="y{81}"', refused.content.decode())
