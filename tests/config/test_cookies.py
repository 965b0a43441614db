"""Cookies, as an installation behind TLS sets them."""

import runpy

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from factories import PASSWORD
from florin.config import settings as ours
from florin.domain.staff.models import User


def test_behind_tls_every_cookie_is_bound_to_the_host(
    owner: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLORIN_URL", "https://pay.example.com")
    loaded = runpy.run_path(ours.__file__)
    for name in [name for name in loaded if name.startswith(("SESSION_COOKIE_", "CSRF_COOKIE_"))]:
        setattr(settings, name, loaded[name])
    client = Client(headers={"X-Forwarded-Proto": "https"})
    client.get("/account/sign-in/", secure=True)
    client.post("/account/sign-in/", {"login": owner.email, "password": PASSWORD}, secure=True)

    assert len(client.cookies) == 3
    for name, cookie in client.cookies.items():
        assert name.startswith("__Host-")
        assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax")
        assert (cookie["path"], cookie["domain"]) == ("/", "")
