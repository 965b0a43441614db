"""A new secret key ends nothing that the old one made: links, sessions, known browsers."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from factories import PASSWORD, make_link
from florin.domain.links import services as links
from florin.domain.security.models import SecurityEvent
from florin.domain.staff import known_browsers
from florin.domain.staff.models import User
from florin.edges import sealing
from florin.flows import rotate_secret_key
from florin.kernel import tokens
from florin.kernel.errors import Refusal


@pytest.fixture
def kept_keys(settings: Settings, tmp_path: Path) -> Path:
    """Keys in files of a folder, and what Florin does when it starts: read them."""
    settings.SECRET_KEY_FILE = tmp_path / "florin_secret_key"
    settings.OLD_SECRET_KEYS_FILE = tmp_path / "florin_old_secret_keys"
    settings.SECRET_KEY_FILE.write_text(settings.SECRET_KEY)
    return tmp_path


def rotate(settings: Settings) -> None:
    rotate_secret_key.rotate()
    settings.SECRET_KEY = settings.SECRET_KEY_FILE.read_text()
    settings.SECRET_KEY_FALLBACKS = settings.OLD_SECRET_KEYS_FILE.read_text().split()
    settings.LINK_SECRETS = [
        tokens.link_secret(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    ]


def test_links_of_every_former_key_open_and_are_shown_with_the_address_that_opens(
    owner: User, settings: Settings, kept_keys: Path
) -> None:
    link = make_link(owner)
    address = links.address_of(link.pk)

    rotate(settings)
    between = make_link(owner)
    rotate(settings)

    assert links.address_of(link.pk) == address
    for one in (link, between, make_link(owner)):
        assert Client().get(links.address_of(one.pk).removeprefix(settings.PUBLIC_URL)).status_code == 200
        assert links.find(links.token_of(one.pk)) == one


def test_a_new_link_is_made_with_the_new_key(owner: User, settings: Settings, kept_keys: Path) -> None:
    rotate(settings)
    link = make_link(owner)

    assert links.token_of(link.pk) == tokens.derive(tokens.link_secret(settings.SECRET_KEY), link.pk)


def test_who_is_signed_in_stays_so_and_the_browser_stays_known(
    owner: User, settings: Settings, kept_keys: Path
) -> None:
    client = Client()
    client.post("/account/sign-in/", {"login": owner.email, "password": PASSWORD})
    cookies = {name: cookie.value for name, cookie in client.cookies.items()}
    called = known_browsers.name(cookies, owner.email)

    rotate(settings)

    assert client.get("/office/").status_code == 200
    assert called
    assert known_browsers.name(cookies, owner.email) == called


def test_what_a_former_key_sealed_is_still_readable(
    settings: Settings, kept_keys: Path, database: None
) -> None:
    sealed = sealing.seal(b"a file", purpose="imports")
    rotate(settings)
    rotate(settings)

    assert sealing.unseal(sealed, purpose="imports") == b"a file"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(sealing.UnsealableError):
        sealing.unseal(sealed, purpose="imports")


def test_no_key_is_lost_and_only_their_owner_reads_them(
    owner: User, settings: Settings, kept_keys: Path
) -> None:
    first = settings.SECRET_KEY
    rotate(settings)
    second = settings.SECRET_KEY
    rotate(settings)

    assert [second, first] == settings.SECRET_KEY_FALLBACKS
    assert len({first, second, settings.SECRET_KEY}) == 3
    assert {path.stat().st_mode & 0o777 for path in kept_keys.iterdir()} == {0o600}
    assert SecurityEvent.objects.filter(about={"what": "secret key"}).count() == 2


def test_a_key_of_the_environment_is_changed_there(settings: Settings) -> None:
    settings.SECRET_KEY_FILE = None
    with pytest.raises(Refusal, match="changed there"):
        rotate_secret_key.rotate()
