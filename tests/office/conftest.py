"""The staff's screens in front of the tests: a real browser on a real server."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, BrowserContext

from florin.domain.staff.models import User
from office import signed_in

Open = Callable[..., BrowserContext]


@pytest.fixture
def server(database: None) -> Iterator[str]:
    """Florin on a free port, on the same database as the test."""
    thread = LiveServerThread("127.0.0.1", StaticFilesHandler)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    assert thread.error is None
    yield f"http://127.0.0.1:{thread.port}"
    thread.terminate()


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
