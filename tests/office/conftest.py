"""The staff's screens in front of the tests: a real browser on a real server."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

from florin.domain.staff.models import User
from office import signed_in
from testing.live_server import served

Open = Callable[..., BrowserContext]


@pytest.fixture
def server(database: None) -> Iterator[str]:
    """Florin on a free port, on the same database as the test."""
    with served() as address:
        yield address


@pytest.fixture
def browse(browser: Browser, server: str) -> Iterator[Open]:
    """Opens a browser in which a person is signed in; ``options`` are the browser context's."""
    opened: list[BrowserContext] = []

    def start(user: User | None, **options: Any) -> BrowserContext:
        context = browser.new_context(base_url=server, reduced_motion="reduce", **options)
        if user is not None:
            session = signed_in(user).cookies["session"].value
            context.add_cookies([{"name": "session", "value": session, "url": server}])
        opened.append(context)
        return context

    yield start
    for context in opened:
        context.close()
