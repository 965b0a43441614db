"""Signing in by a sign-in service, through every redirect, at a provider that follows the specification."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.urls import NoReverseMatch, reverse
from pytest_django.fixtures import Settings

from factories import make_user
from florin.config import sign_in_service
from florin.config.environment import Misconfigured
from florin.config.sign_in_service import SignInService
from florin.contracts.sign_in_groups import GroupRoles
from florin.domain.companies.models import Company
from florin.domain.security.models import SecurityEvent
from florin.domain.staff.models import Invitation, User
from florin.domain.staff.rights import Role
from florin.flows import invite_person
from people.test_confirming import FORM, INVITE, long_ago, sent_again
from testing import sign_in_service as double
from testing.sign_in_service import Service

BEGIN = "/account/oidc/"
ANN: dict[str, Any] = {
    "email": "Ann@bloom.example",
    "email_verified": True,
    "name": "Ann Bloom",
    "groups": [],
}


@pytest.fixture
def service(settings: Settings, company: Company) -> Iterator[Service]:
    """A provider that Florin is told of; two of its groups have roles at our company."""
    groups = {
        "sales": GroupRoles(company=company.slug, roles=("sales", "reports")),
        "owners": GroupRoles(company=company.slug, roles=("admin",)),
        "elsewhere": GroupRoles(company="elsewhere", roles=("admin",)),
    }
    with double.running() as running:
        settings.SIGN_IN_SERVICE = SignInService(
            issuer=running.issuer, client_id=double.CLIENT, client_secret=double.SECRET, groups=groups
        )
        app = {"provider_id": "oidc", "name": "", "client_id": double.CLIENT, "secret": double.SECRET}
        details = {"server_url": running.issuer, "oauth_pkce_enabled": True}
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [{**app, "settings": details}]}}
        running.claims = dict(ANN)
        yield running


def walk(service: Service, client: Client, **form: str) -> Any:
    """Press the button, sign in at the provider, and come back."""
    there = client.post(BEGIN, form)
    assert there["Location"].startswith(f"{service.issuer}/authorize?"), there
    query = {name: values[0] for name, values in parse_qs(urlsplit(there["Location"]).query).items()}
    back = urlsplit(service.authorize(query))
    assert back.path == "/account/oidc/callback/"
    return client.get(f"{back.path}?{back.query}")


def enter(service: Service, **claims: Any) -> Client:
    service.claims |= claims
    client = Client()
    assert walk(service, client)["Location"] == "/office/"
    return client


def refused(service: Service, **claims: Any) -> str:
    service.claims |= claims
    client = Client()
    answer = walk(service, client)
    assert answer.status_code in {400, 403}
    assert client.get("/office/").status_code == 302
    return str(answer.content.decode())


def person(company: Company, *roles: Role) -> User:
    made = make_user(company, *(roles or (Role.SALES,)))
    User.objects.filter(pk=made.pk).update(email="ann@bloom.example")
    return User.objects.get(pk=made.pk)


def test_a_person_who_is_here_signs_in_with_a_verified_address(service: Service, company: Company) -> None:
    ann = person(company)
    client = enter(service)
    assert client.get("/office/orders/").status_code == 200
    assert SocialAccount.objects.get().user_id == ann.pk
    assert SecurityEvent.objects.get(kind="signed_in").who == ann.email
    assert (User.objects.get(pk=ann.pk).roles, ann.has_usable_password()) == (["sales"], True)


def test_afterwards_the_subject_decides_and_not_the_address(service: Service, company: Company) -> None:
    ann = person(company)
    enter(service)
    enter(service, email="married@bloom.example", email_verified=False)
    assert SocialAccount.objects.get().user_id == ann.pk


def test_whoever_is_invited_moves_in(service: Service, owner: User) -> None:
    invite_person.invite(owner.company, ANN["email"], ["cashier"], language="es", by=owner)
    enter(service)
    ann = User.objects.get(email="ann@bloom.example")
    assert (ann.name, ann.roles, ann.language) == ("Ann Bloom", ["cashier"], "es")
    assert not ann.has_usable_password()
    assert Invitation.objects.get().ended_at is not None


def test_groups_with_roles_let_somebody_in_and_decide_at_each_sign_in(service: Service, owner: User) -> None:
    enter(service, groups=["sales", "unknown"])
    ann = User.objects.get(email="ann@bloom.example")
    assert (ann.company, ann.roles) == (owner.company, ["sales", "reports"])
    enter(service, groups=["owners"])
    assert User.objects.get(pk=ann.pk).roles == ["admin"]
    assert SecurityEvent.objects.get(kind="rights_changed").about["by"] == "sign-in service"
    assert "no longer let you in" in refused(service, groups=["unknown"])


def test_the_last_admin_stays_one_whatever_the_groups_say(service: Service, company: Company) -> None:
    ann = person(company, Role.ADMIN)
    enter(service, groups=["sales"])
    assert User.objects.get(pk=ann.pk).roles == ["admin"]


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email_verified": "true"},
        {"email_verified": None},
        {"email": ""},
        {"groups": []},
        {"groups": ["unknown"]},
        {"groups": ["sales", "elsewhere"]},
        {"groups": "nonsense"},
    ],
)
def test_nobody_else_gets_in(service: Service, owner: User, claims: dict[str, Any]) -> None:
    refused(service, **claims)
    assert not User.objects.filter(email="ann@bloom.example").exists()
    assert not SocialAccount.objects.exists()


def test_an_address_that_is_not_verified_is_nobodys_even_if_it_is_somebodys(
    service: Service, company: Company
) -> None:
    person(company)
    assert "has not verified your e-mail address" in refused(service, email_verified=False)


def test_somebody_deactivated_stays_out(service: Service, company: Company, owner: User) -> None:
    ann = person(company)
    User.objects.filter(pk=ann.pk).update(is_active=False)
    client = Client()
    assert walk(service, client)["Location"] == "/account/inactive/"
    assert client.get("/office/").status_code == 302


@pytest.mark.parametrize(
    "change",
    [
        {"aud": "somebody-else"},
        {"iss": "https://elsewhere.example"},
        {"exp": int(time.time()) - 3600},
        {"azp": "somebody-else"},
    ],
)
def test_a_token_that_is_not_for_us_now_lets_nobody_in(
    service: Service, company: Company, change: dict[str, Any]
) -> None:
    person(company)
    service.spoil = lambda claims: {**claims, **change}
    assert "did not work" in refused(service)


@pytest.mark.parametrize("algorithm", ["RS256", "none", "HS256"])
def test_a_token_that_the_service_did_not_sign_lets_nobody_in(
    service: Service, company: Company, algorithm: str
) -> None:
    person(company)
    service.key, service.algorithm = double.FORGER, algorithm
    assert "did not work" in refused(service)


def test_an_answer_that_nobody_asked_for_lets_nobody_in(service: Service, company: Company) -> None:
    person(company)
    client = Client()
    there = client.post(BEGIN)
    query = {name: values[0] for name, values in parse_qs(urlsplit(there["Location"]).query).items()}
    back = urlsplit(service.authorize(query))
    answer = Client().get(f"{back.path}?{back.query}")  # another browser: it began nothing
    assert answer.status_code == 400
    for words in ("", "?error=access_denied", "?code=x&state=y", "?code=x"):
        assert Client().get(f"/account/oidc/callback/{words}").status_code == 400


def test_a_service_that_is_away_is_said_calmly(service: Service, settings: Settings) -> None:
    gone = {**settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]}
    gone["settings"] = {"server_url": "http://127.0.0.1:9"}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [gone]}}
    answer = Client().post(BEGIN)
    assert answer.status_code == 503
    assert "did not work" in answer.content.decode()


def test_who_has_no_password_shows_at_the_service_once_more_who_they_are(
    service: Service, owner: User
) -> None:
    client = enter(service, groups=["owners"])
    long_ago(client)
    asked = client.post(INVITE, FORM)
    assert asked["Location"].startswith("/account/oidc/again/?next=")
    assert client.get(asked["Location"]).status_code == 200

    done = walk(service, client, next=INVITE)
    assert (service.asked[-1]["prompt"], service.asked[-1]["max_age"]) == ("login", "0")
    page = client.get(done["Location"])
    assert client.post(INVITE, sent_again(page))["Location"] == "/office/setup/people/"


@pytest.mark.parametrize("change", [{"auth_time": int(time.time()) - 3600}, {"sub": "another"}])
def test_an_old_or_another_persons_proof_is_none(
    service: Service, owner: User, change: dict[str, Any]
) -> None:
    client = enter(service, groups=["owners"])
    long_ago(client)
    service.spoil = lambda claims: {**claims, **change}
    walk(service, client, next=INVITE)
    assert client.post(INVITE, FORM)["Location"].startswith("/account/oidc/again/")


@pytest.mark.usefixtures("database")
@pytest.mark.usefixtures("company")
def test_without_the_settings_there_is_no_such_door() -> None:
    assert Client().post(BEGIN).status_code == 404
    assert Client().get("/account/oidc/callback/").status_code == 404
    assert "company account" not in Client().get("/account/sign-in/").content.decode()


@pytest.mark.parametrize(
    "name",
    [
        *("account_signup", "account_email", "account_set_password", "account_confirm_email"),
        *("account_email_verification_sent", "account_request_login_code", "account_signup_by_passkey"),
        *("socialaccount_connections", "socialaccount_signup", "socialaccount_login_cancelled"),
        *("openid_connect_login", "openid_connect_callback", "mfa_signup_webauthn", "mfa_trust"),
        *("mfa_download_recovery_codes", "mfa_list_webauthn", "mfa_edit_webauthn"),
    ],
)
def test_the_librarys_other_pages_are_not_there(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name)


def test_the_settings_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLORIN_OIDC_ISSUER", "https://id.bloom.example/realms/bloom")
    monkeypatch.setenv("FLORIN_OIDC_CLIENT_ID", "florin")
    monkeypatch.setenv("FLORIN_OIDC_CLIENT_SECRET", "secret")
    monkeypatch.setenv("FLORIN_OIDC_GROUPS", "CN=Sales,OU=x=bloom: sales, reports; Owners=bloom:admin;")
    read = sign_in_service.read()
    assert read.groups["CN=Sales,OU=x"] == GroupRoles(company="bloom", roles=("sales", "reports"))
    for wrong in ("Sales", "Sales=sales", "Sales=bloom:king", "=bloom:sales", "A=b:sales;A=b:admin"):
        monkeypatch.setenv("FLORIN_OIDC_GROUPS", wrong)
        with pytest.raises(Misconfigured, match="FLORIN_OIDC_GROUPS must look like"):
            sign_in_service.read()
    monkeypatch.setenv("FLORIN_OIDC_ISSUER", "http://id.bloom.example")
    with pytest.raises(Misconfigured, match="https"):
        sign_in_service.read()
