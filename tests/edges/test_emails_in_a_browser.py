"""Every kind of email as a mail program shows it: axe finds nothing, and nothing sticks out."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from florin.edges.mail import samples

RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
ONE_OF_EACH = {sample.kind: sample for sample in samples.render_all(language="en-us")}


@pytest.mark.parametrize("screen", ["light 1280", "dark 390", "light 360"])
def test_axe_finds_nothing_in_any_email(browser: Browser, screen: str) -> None:
    scheme, width = screen.split()
    context = browser.new_context(color_scheme=scheme, viewport={"width": int(width), "height": 800})  # type: ignore[arg-type]
    page = context.new_page()
    for kind, sample in ONE_OF_EACH.items():
        page.set_content(sample.email.html)
        found = Axe().run(page, options={"runOnly": RULES})
        assert found.violations_count == 0, f"{kind}: {found.generate_report()}"
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), kind
    context.close()
