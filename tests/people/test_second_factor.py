"""A second factor: set up, asked for at sign-in, required by role, slowed down, good once, and lost."""

import base64
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from factories import PASSWORD, make_user
from florin.domain.companies.models import Company
from florin.domain.outbox.models import Message
from florin.domain.security import services as security
from florin.domain.security.models import SecurityEvent
from florin.domain.staff.models import Session, User
from florin.domain.staff.rights import Role
from florin.flows import change_person
from office import signed_in
from people.one_time_codes import code

HOME = "/account/second-factor/"
APP = f"{HOME}app/"
SIGN_IN = "/account/sign-in/"
ASKED = f"{HOME}sign-in/"


@pytest.fixture(autouse=True)
def _nothing_counted_yet() -> Iterator[None]:
    security.tally.clear()
    yield
    security.tally.clear()


def set_up(client: Client) -> str:
    """Set up an authenticator app, and return its key."""
    found = re.search(r'<code class="key breakable">(\w+)</code>', client.get(APP).content.decode())
    assert found
    assert client.post(APP, {"code": code(found[1])})["Location"] == f"{HOME}codes/"
    return found[1]


def recovery_codes(client: Client) -> list[str]:
    return re.findall(r"<code>(\d{8})</code>", client.get(f"{HOME}codes/").content.decode())


def tell_password(person: User) -> tuple[Client, Any]:
    client = Client()
    return client, client.post(SIGN_IN, {"login": person.email, "password": PASSWORD})


def may_be_used_again(person: User) -> None:
    """Forget that the code of this half minute was used, so that a test need not wait for the next."""
    for app in Authenticator.objects.filter(user=person, type="totp"):
        app.data.pop("used_step", None)
        app.save()


def require(company: Company, *roles: Role) -> None:
    Company.objects.filter(pk=company.pk).update(second_factor_roles=[role.value for role in roles])


def test_the_codes_are_those_of_the_standard() -> None:
    secret = base64.b32encode(b"12345678901234567890").decode()  # RFC 6238, appendix B
    assert [code(secret, at=at) for at in (59, 1111111109, 20000000000)] == ["287082", "081804", "353130"]


def test_after_the_password_a_code_is_asked_for(owner: User) -> None:
    secret = set_up(signed_in(owner))
    may_be_used_again(owner)
    client, answer = tell_password(owner)
    assert answer["Location"] == ASKED
    assert client.get("/office/").status_code == 302
    assert not [name for name in client.cookies if name.startswith("known-")]

    assert client.post(ASKED, {"code": code(secret)})["Location"] == "/office/"
    assert client.get("/office/").status_code == 200
    assert Session.objects.filter(person=owner, browser__isnull=False, address="127.0.0.1").exists()
    assert [name for name in client.cookies if name.startswith("known-")]


def test_a_code_is_good_once(owner: User) -> None:
    secret = set_up(signed_in(owner))
    may_be_used_again(owner)
    told = code(secret)
    client, _answer = tell_password(owner)
    assert client.post(ASKED, {"code": told}).status_code == 302
    again, _answer = tell_password(owner)
    assert again.post(ASKED, {"code": told}).status_code == 200
    assert again.get("/office/").status_code == 302


def test_a_code_of_before_is_wrong(owner: User) -> None:
    secret = set_up(signed_in(owner))
    may_be_used_again(owner)
    client, _answer = tell_password(owner)
    page = client.post(ASKED, {"code": code(secret, at=time.time() - 60)})
    assert "That is not right" in page.content.decode()
    event = SecurityEvent.objects.get(kind="sign_in_failed")
    assert (event.who, event.about) == (owner.email, {"what": "code"})


def test_guessing_codes_is_slowed_down_with_the_time_to_come_back(owner: User) -> None:
    secret = set_up(signed_in(owner))
    may_be_used_again(owner)
    client, _answer = tell_password(owner)
    for _guess in range(5):
        client.post(ASKED, {"code": "000000"})
    answer = client.post(ASKED, {"code": code(secret)})
    assert answer.status_code == 429
    assert 1 <= int(answer["Retry-After"]) <= 5
    assert "too many wrong codes" in answer.content.decode()
    assert SecurityEvent.objects.get(kind="sign_in_slowed").about == {"what": "code"}


def test_a_recovery_code_opens_once(owner: User) -> None:
    client = signed_in(owner)
    set_up(client)
    first, *others = recovery_codes(client)
    assert len(others) == 9
    assert recovery_codes(client) == []  # shown once
    for status in (302, 200):
        again, _answer = tell_password(owner)
        assert again.post(ASKED, {"code": first}).status_code == status


def test_new_recovery_codes_kill_the_old_ones(owner: User) -> None:
    client = signed_in(owner)
    set_up(client)
    old = recovery_codes(client)
    client.post(f"{HOME}codes/new/")
    assert len(set(recovery_codes(client)) - set(old)) == 10
    again, _answer = tell_password(owner)
    assert again.post(ASKED, {"code": old[0]}).status_code == 200


def test_secrets_are_sealed_in_the_database(owner: User) -> None:
    secret = set_up(signed_in(owner))
    assert secret not in str(list(Authenticator.objects.values_list("data", flat=True)))


def test_whoever_must_have_one_gets_nowhere_without(company: Company, owner: User) -> None:
    require(company, Role.SALES, Role.REPORTS)
    person = make_user(company, Role.CASHIER, Role.SALES)
    client = signed_in(person)
    for address in ("/office/", "/office/orders/", f"/office/orders/{owner.pk}/", "/"):
        answer = client.get(address)
        assert (answer.status_code, answer["Location"]) == (302, HOME), address
    assert client.get("/office/feed/", headers={"HX-Request": "true"})["HX-Redirect"] == HOME
    assert "Your company requires a second factor" in client.get(HOME).content.decode()
    assert signed_in(owner).get("/office/").status_code == 200

    set_up(client)
    assert client.get("/office/").status_code == 200


def test_who_must_have_one_cannot_remove_the_last(owner: User) -> None:
    client = signed_in(owner)
    set_up(client)
    require(owner.company, Role.ADMIN)
    page = client.post(f"{APP}remove/")
    assert "Add another one before you remove this one" in page.content.decode()
    assert Authenticator.objects.filter(user=owner, type="totp").exists()

    require(owner.company)
    assert client.post(f"{APP}remove/").status_code == 302
    assert not Authenticator.objects.filter(user=owner).exists()


def test_an_admin_says_whose_roles_need_one(owner: User, colleague: User) -> None:
    client = signed_in(owner)
    seen = client.get("/office/setup/sign-in/").context["form"].seen
    form = {"seen": seen, "idle_minutes": "480", "session_hours": "24", "second_factor_roles": ["sales"]}
    assert client.post("/office/setup/sign-in/", form).status_code == 302
    assert signed_in(colleague).get("/office/")["Location"] == HOME
    assert SecurityEvent.objects.get(kind="settings_changed").about["second_factor_roles_after"] == "sales"


def test_a_reset_takes_a_lost_one_away(owner: User, colleague: User) -> None:
    client = signed_in(colleague)
    set_up(client)
    change_person.reset(owner.company, colleague.pk, by=None)
    assert not Authenticator.objects.filter(user=colleague).exists()
    assert client.get("/office/").status_code == 302
    event = SecurityEvent.objects.get(kind="second_factor_removed")
    assert (event.who, event.about) == (colleague.email, {"what": "totp", "by": "operator"})


def test_its_person_hears_of_it_by_mail_and_the_admin_in_the_log(owner: User) -> None:
    client = signed_in(owner)
    set_up(client)
    assert Message.objects.get(kind="second_factor_changed").recipient == owner.email
    told = SecurityEvent.objects.filter(about__has_key="what").values_list("kind", "who", "place")
    assert ("second_factor_added", owner.email, "127.0.0.1") in set(told)
    assert ("recovery_codes_made", owner.email, "127.0.0.1") in set(told)
    page = client.get("/office/security-log/").content.decode()
    assert "Authenticator app" in page


def test_of_somebody_elses_passkey_nothing_is_found(owner: User, stranger: User) -> None:
    theirs = Authenticator.objects.create(
        user=stranger, type="webauthn", data={"name": "x", "credential": {}}
    )
    client = signed_in(owner)
    for answer in (client.get, client.post):
        assert answer(f"/account/passkeys/{theirs.pk}/remove/").status_code == 404
    assert Authenticator.objects.filter(pk=theirs.pk).exists()


@pytest.mark.parametrize(
    "credential",
    ["", "[]", "1", '"x"', "{}", '{"id": "x", "response": []}', '{"response": {"userHandle": "AA"}}', "{"],
)
def test_what_no_browser_sends_as_a_passkey_is_refused_in_words(owner: User, credential: str) -> None:
    client = signed_in(owner)
    client.get("/account/passkeys/add/")
    assert client.post("/account/passkeys/add/", {"credential": credential}).status_code == 200
    assert Client().post("/account/passkeys/sign-in/", {"credential": credential}).status_code == 302
    set_up(client)
    asked, _answer = tell_password(owner)
    assert asked.post(ASKED, {"credential": credential}).status_code == 200
