"""The staff's screens in front of the tests: a signed-in client, and a real browser on a real server."""

from collections.abc import Callable, Iterator
from typing import cast

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
from django.test import Client
from django.test.testcases import LiveServerThread, QuietWSGIRequestHandler
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from florin.domain.staff.models import User

SignIn = Callable[[User], Client]
Open = Callable[..., BrowserContext]


def sign_in(user: User) -> Client:
    """A browser without a screen, in which somebody is signed in."""
    client = Client()
    client.force_login(user)
    return client


class _Pages(StaticFilesHandler):  # type: ignore[misc]  # the stubs know no WSGI handler
    def get_base_url(self) -> str:
        return "/static/"


class _Server(LiveServerThread):
    def __init__(self) -> None:
        super().__init__("127.0.0.1", lambda _handler: _Pages(WSGIHandler()))

    def _create_server(self, connections_override: object = None) -> object:  # noqa: ARG002
        return self.server_class(
            (self.host, self.port), QuietWSGIRequestHandler, allow_reuse_address=False
        )


@pytest.fixture
def server(database: None, settings: object) -> Iterator[str]:
    """Florin on a free port, on the same database as the test."""
    thread = _Server()
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    assert thread.error is None
    yield f"http://127.0.0.1:{thread.port}"
    thread.terminate()
    connections.close_all()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def browse(chromium: Browser, server: str) -> Iterator[Open]:
    """Opens a browser in which a person is signed in; ``options`` are the browser context's."""
    opened: list[BrowserContext] = []

    def start(user: User, **options: object) -> BrowserContext:
        client = sign_in(user)
        context = chromium.new_context(base_url=server, **options)  # type: ignore[arg-type]
        context.add_cookies([{"name": "session", "value": client.cookies["session"].value, "url": server}])
        opened.append(context)
        return context

    yield start
    for context in opened:
        context.close()


__all__ = ["Open", "SignIn", "cast"]
