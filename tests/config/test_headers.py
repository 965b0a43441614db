"""Headers that every answer carries, static files included, and where to report a vulnerability."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from florin.config import settings as ours

STATIC = "/static/florin/tokens.css"


@pytest.fixture
def web(settings: Settings) -> Client:
    """A browser at an installation behind TLS, which serves its static files as they lie in the source."""
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = True
    settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = 31_536_000, True
    settings.ALLOWED_HOSTS = ["testserver"]
    return Client(headers={"X-Forwarded-Proto": "https"})


@pytest.mark.parametrize("path", ["/healthz", STATIC, "/nowhere"])
def test_every_answer_carries_the_headers(web: Client, path: str) -> None:
    headers = web.get(path, secure=True).headers

    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_static_files_are_really_served(web: Client) -> None:
    assert web.get(STATIC, secure=True).status_code == 200


def test_whoever_finds_a_vulnerability_reads_whom_to_tell(web: Client) -> None:
    page = web.get("/.well-known/security.txt").content.decode()
    told = dict(line.split(": ", 1) for line in page.splitlines())

    assert told["Contact"] == f"mailto:{ours.SECURITY_CONTACT}"
    left = datetime.fromisoformat(told["Expires"]) - datetime.now(UTC)
    assert timedelta(days=30) < left < timedelta(days=365)
    assert told["Canonical"].startswith(ours.PUBLIC_URL)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("path", ["/healthz", STATIC, "/nowhere", "/account/sign-in/", "/pay/x"])
def test_no_answer_lets_another_origin_read_it(web: Client, path: str) -> None:
    headers = web.get(path, secure=True, headers={"Origin": "https://elsewhere.example"}).headers

    assert [name for name in headers if name.lower().startswith("access-control")] == []


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("path", ["/healthz", STATIC, "/nowhere", "/account/sign-in/", "/pay/x"])
def test_text_says_its_charset(web: Client, path: str) -> None:
    kind = web.get(path, secure=True)["Content-Type"]

    assert kind.startswith("text/")
    assert kind.endswith('charset="utf-8"' if path == STATIC else "charset=utf-8")


@pytest.mark.usefixtures("company")
@pytest.mark.parametrize("path", ["/static/", "/static/florin/", "/.git/config", "/static/../.git/config"])
def test_no_folder_is_listed_and_nothing_of_source_control_is_served(web: Client, path: str) -> None:
    assert web.get(path, secure=True).status_code == 404


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("path", ["/healthz", "/", "/office/", "/pay/x", "/account/sign-in/"])
def test_trace_tells_nothing_back(web: Client, path: str) -> None:
    answer = web.generic("TRACE", path, secure=True, headers={"X-Told": "a-secret-header"})

    assert "a-secret-header" not in answer.content.decode()
