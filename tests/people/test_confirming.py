"""Before refunds, the bank account, people and keys one shows once more who one is; nothing typed is lost."""

import html
import re
import time
from typing import Any

import pytest
from django.test import Client

from factories import PASSWORD
from florin.domain.staff import people
from florin.domain.staff.models import User
from office import signed_in
from people.one_time_codes import code
from people.test_second_factor import may_be_used_again, set_up

CONFIRM = "/account/confirm/"
INVITE = "/office/setup/people/invite/"
FORM = {"email": "ann@shop.example", "roles": ["sales", "cashier"], "language": "es"}


def long_ago(client: Client, *, minutes: int = 11) -> Client:
    """Let it be so long since somebody proved who they are."""
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time() - 60 * minutes}]
    session.save()
    return client


def sent_again(page: Any) -> dict[str, list[str]]:
    """What the browser sends again once somebody has shown who they are."""
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(
        r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.content.decode()
    ):
        fields.setdefault(name, []).append(html.unescape(value))
    fields.pop("csrfmiddlewaretoken")
    return fields


def test_whoever_signed_in_lately_is_not_asked(owner: User) -> None:
    assert long_ago(signed_in(owner), minutes=9).post(INVITE, FORM)["Location"] == "/office/setup/people/"


def test_somebody_else_at_an_open_browser_gets_no_further(owner: User) -> None:
    client = long_ago(signed_in(owner))
    assert client.post(INVITE, FORM)["Location"] == f"{CONFIRM}?next=%2Foffice%2Fsetup%2Fpeople%2Finvite%2F"
    page = client.post(CONFIRM, {"next": INVITE, "password": "wrong"})
    assert page.status_code == 200
    assert client.post(INVITE, FORM)["Location"].startswith(CONFIRM)


def test_what_was_typed_goes_on_after_the_password(owner: User) -> None:
    client = long_ago(signed_in(owner))
    client.post(INVITE, FORM)
    page = client.post(CONFIRM, {"next": INVITE, "password": PASSWORD})
    assert f'action="{INVITE}"' in page.content.decode()
    assert sent_again(page) == {"email": [FORM["email"]], "roles": FORM["roles"], "language": ["es"]}
    assert client.post(INVITE, sent_again(page))["Location"] == "/office/setup/people/"


def test_what_was_typed_goes_on_after_a_code(owner: User) -> None:
    client = signed_in(owner)
    secret = set_up(client)
    may_be_used_again(owner)
    long_ago(client).post(INVITE, FORM)
    address = "/account/second-factor/confirm/"
    assert client.post(address, {"next": INVITE, "code": "000000"}).status_code == 200
    page = client.post(address, {"next": INVITE, "code": code(secret)})
    assert client.post(INVITE, sent_again(page))["Location"] == "/office/setup/people/"


def test_wrong_passwords_are_slowed_down_here_too(owner: User) -> None:
    client = long_ago(signed_in(owner))
    for _guess in range(5):
        client.post(CONFIRM, {"next": INVITE, "password": "wrong"})
    answer = client.post(CONFIRM, {"next": INVITE, "password": PASSWORD})
    assert answer.status_code == 429
    assert client.post(INVITE, FORM)["Location"].startswith(CONFIRM)


def test_a_dialog_leads_the_whole_browser_there(owner: User, colleague: User) -> None:
    client = long_ago(signed_in(owner))
    address = f"/office/setup/people/{colleague.pk}/deactivate/"
    answer = client.post(address, headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer["HX-Redirect"].startswith(f"{CONFIRM}?next=")
    assert User.objects.get(pk=colleague.pk).is_active


@pytest.mark.parametrize(
    "address",
    [
        "/office/payments/{person}/refund/",
        "/office/payments/account/open/",
        "/office/setup/people/{person}/",
        "/office/setup/people/{person}/deactivate/",
        "/office/setup/people/{person}/activate/",
        "/office/setup/people/{person}/reset/",
        "/office/setup/invitations/{person}/again/",
        "/office/setup/sign-in/",
    ],
)
def test_it_is_asked_before_all_that_matters(owner: User, colleague: User, address: str) -> None:
    client, to = long_ago(signed_in(owner)), address.format(person=colleague.pk)
    before = people.mark(colleague)
    assert client.post(to, {"roles": ["admin"], "seen": before})["Location"].startswith(CONFIRM)
    assert people.mark(User.objects.get(pk=colleague.pk)) == before


@pytest.mark.parametrize("to", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:1", ""])
def test_nobody_is_led_elsewhere(owner: User, to: str) -> None:
    answer = long_ago(signed_in(owner)).post(CONFIRM, {"next": to, "password": PASSWORD})
    assert answer["Location"] == "/office/"
