"""Every page of the console in a real browser: axe finds nothing, and nothing sticks out."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from factories import make_link
from florin.contracts.processor import Notice
from florin.domain.notices import services as inbox
from florin.domain.operators import services as operators
from florin.domain.operators import sessions
from florin.domain.outbox.models import Message
from florin.domain.staff.models import User
from testing.live_server import served

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}
PAGES = ["", "companies/", "jobs/?state=todo", "emails/", "notices/", "sign-in/"]


@pytest.mark.parametrize("screen", ["light 1280", "dark 390"])
def test_axe_finds_nothing_and_nothing_sticks_out(owner: User, browser: Browser, screen: str) -> None:
    make_link(owner)
    Message.objects.update(error="451 try again later")
    inbox.store("stripe", Notice(event="evt_1", kind="payout.paid", attempt="", payment=""), b"")
    secret = sessions.begin(operators.add("ops@host.example", "seven green wellingtons"))
    scheme, width = screen.split()
    with served() as address:
        seen: dict[str, Any] = {"color_scheme": scheme, "viewport": {"width": int(width), "height": 800}}
        context = browser.new_context(base_url=address, **seen)
        host = str(urlsplit(address).hostname)
        context.add_cookies([{"name": "operator", "value": secret, "domain": host, "path": "/operator/"}])
        page = context.new_page()
        for path in (*PAGES, f"companies/{owner.company_id}/"):
            page.goto(f"/operator/{path}")
            found = Axe().run(page, options=RULES)
            assert found.violations_count == 0, found.generate_report()
            assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), page.url
        context.close()
