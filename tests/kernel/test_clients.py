"""Whose address counts, and that nobody can lend themselves another's."""

from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

import florin
from florin.kernel import clients

SOURCE = Path(florin.__file__).parent
PROXY, CLIENT, SPOOFED = "10.0.0.1", "192.0.2.7", "203.0.113.9"


def address(forwarded: str | None, *, direct: str = PROXY) -> str:
    told = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    return clients.address({"REMOTE_ADDR": direct, **told})


@pytest.mark.parametrize(
    ("hops", "forwarded", "client"),
    [
        (0, CLIENT, PROXY),
        (0, None, PROXY),
        (1, CLIENT, CLIENT),
        (1, f"{SPOOFED}, {CLIENT}", CLIENT),
        (1, f"{SPOOFED},{SPOOFED} ,{CLIENT}", CLIENT),
        (1, None, PROXY),
        (1, "", PROXY),
        (1, "unknown", PROXY),
        (1, f"{CLIENT}, <script>", PROXY),
        (2, f"{SPOOFED}, {CLIENT}, 10.0.0.2", CLIENT),
        (2, CLIENT, PROXY),
        (1, f"{CLIENT}:4711", CLIENT),
        (1, "[2001:db8::1]:4711", "2001:db8::1"),
        (1, "2001:DB8:0::1", "2001:db8::1"),
        (1, f"::ffff:{CLIENT}", CLIENT),
    ],
)
def test_the_address_is_the_one_that_the_first_trusted_proxy_saw(
    settings: Settings, *, hops: int, forwarded: str | None, client: str
) -> None:
    settings.TRUSTED_PROXIES = hops

    assert address(forwarded) == client


def test_a_very_long_header_is_read_in_no_time(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 1

    assert address(f"{'1.1.1.1,' * 50_000}{CLIENT}") == CLIENT


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        (CLIENT, "192.0.2.8", False),
        (f"::ffff:{CLIENT}", CLIENT, True),
    ],
)
def test_whoever_has_a_network_of_addresses_is_in_one_place(*, one: str, other: str, same: bool) -> None:
    assert (clients.place(one) == clients.place(other)) is same


@pytest.mark.parametrize("word", ["REMOTE_ADDR", "FORWARDED_FOR", "remote_addr", "forwarded-for"])
def test_nobody_else_asks_where_a_request_comes_from(word: str) -> None:
    found = [path for path in SOURCE.rglob("*.py") if word in path.read_text()]

    assert {path.name for path in found} <= {"clients.py", "wsgi_calls.py"}  # the web server tells it


def test_the_longest_place_can_be_kept() -> None:
    longest = clients.place("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")

    assert longest == "ffff:ffff:ffff:ffff::/64"
    assert len(longest) <= clients.LONGEST_PLACE
