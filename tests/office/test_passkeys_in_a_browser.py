"""Passkeys in a real browser with an authenticator of its own: added, asked for, or enough alone."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Browser, Page, expect

from factories import PASSWORD
from florin.domain.staff.models import User
from office import signed_in
from office.conftest import Open
from office.test_accessibility import SCREENS, check
from people.test_second_factor import set_up


@pytest.fixture
def key_page(browser: Browser, server: str) -> Callable[..., Page]:
    """A page of a browser that has a built-in authenticator; passkeys need a name, so it is at localhost."""

    def start() -> Page:
        base = f"http://localhost:{urlsplit(server).port}"
        page = browser.new_context(base_url=base, reduced_motion="reduce").new_page()
        devtools = page.context.new_cdp_session(page)
        devtools.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        return page

    return start


def sign_in(page: Page, person: User) -> None:
    page.goto("/account/sign-in/")
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def add_passkey(page: Page, *, alone: bool) -> None:
    page.goto("/account/passkeys/add/")
    page.get_by_label("Name").fill("Office laptop")
    page.get_by_label("Sign in with it alone").set_checked(alone)
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()


def sign_out(page: Page) -> None:
    page.goto("/account/sign-out/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile("sign-in"))


def test_a_passkey_signs_in_alone(owner: User, key_page: Callable[..., Page]) -> None:
    page = key_page()
    sign_in(page, owner)
    add_passkey(page, alone=True)
    assert Authenticator.objects.get(type="webauthn").wrap().name == "Office laptop"
    sign_out(page)

    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/office/")


def test_a_passkey_is_asked_for_after_the_password_and_before_what_matters(
    owner: User, key_page: Callable[..., Page]
) -> None:
    page = key_page()
    sign_in(page, owner)
    add_passkey(page, alone=False)
    sign_out(page)

    sign_in(page, owner)
    expect(page.get_by_role("heading", name="Your second factor")).to_be_visible()
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/office/")
    page.goto("/account/passkeys/confirm/?next=/office/setup/people/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/office/setup/people/")


def test_a_browser_that_gives_no_passkey_is_told_so(owner: User, key_page: Callable[..., Page]) -> None:
    page = key_page()
    page.goto("/account/sign-in/")
    problem = page.get_by_text("The passkey was not used.")
    expect(problem).to_be_hidden()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(problem).to_be_visible(timeout=60_000)


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing_on_the_pages_of_a_second_factor(owner: User, browse: Open, screen: str) -> None:
    scheme, width = screen.split()
    page = browse(owner, color_scheme=scheme, viewport={"width": int(width), "height": 800}).new_page()
    addresses = ["second-factor/", "second-factor/app/", "passkeys/add/", "confirm/?next=/office/"]
    for address in addresses:
        page.goto(f"/account/{address}")
        check(page)
    set_up(signed_in(owner))
    more = ["codes/", "codes/new/", "app/remove/", "confirm/", ""]
    for address in more:
        page.goto(f"/account/second-factor/{address}")
        check(page)
