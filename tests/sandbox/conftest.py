"""One sandbox for all tests, put in order after each; a shop that listens; a sandbox of one's own."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.processes import Sandbox, Shop, open_shop
from stripe_contract import watching


def pytest_addoption(parser: pytest.Parser) -> None:
    with contextlib.suppress(ValueError):  # pytest-django knows it already, if it is active
        parser.addini("DJANGO_SETTINGS_MODULE", "not for these tests")


@pytest.fixture(autouse=True)
def all_that_it_gives_is_as_stripe_gives_it() -> Iterator[None]:
    """Whatever a test is about: every answer and notice in it has the fields, types and words of Stripe's."""
    yield
    assert watching.taken() == []


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    sandbox = Sandbox(tmp_path_factory.mktemp("sandbox"))
    sandbox.start()
    yield sandbox
    sandbox.stop()
    for event in sandbox.all_events():
        watching.check(event, "kept")
    assert watching.taken() == []


@pytest.fixture
def bank(program: Sandbox) -> Iterator[Sandbox]:
    yield program
    program.order("reset")


@pytest.fixture
def own_bank(tmp_path: Path) -> Iterator[Sandbox]:
    sandbox = Sandbox(tmp_path)
    sandbox.start()
    yield sandbox
    if sandbox.process is not None and sandbox.process.poll() is None:
        sandbox.stop()
    for event in sandbox.all_events():
        watching.check(event, "kept")


@pytest.fixture
def shop(bank: Sandbox) -> Iterator[Shop]:
    """A shop with an endpoint at the bank, gone when the test ends."""
    shop = open_shop()
    endpoint = bank.api.v1.webhook_endpoints.create({"url": shop.url, "enabled_events": ["*"]})
    yield shop
    bank.api.v1.webhook_endpoints.delete(endpoint.id)
    shop.server.shutdown()
    shop.server.server_close()


@pytest.fixture
def secret(bank: Sandbox, shop: Shop) -> str:
    """The signing secret of the shop's endpoint, made new without an overlap."""
    return str(bank.order("webhooks", mode="rotate_secret", overlap=0)["secret"])
