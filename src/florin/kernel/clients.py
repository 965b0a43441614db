"""Where a request comes from: the client's address, behind as many proxies as the installation trusts."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

from django.conf import settings

# An IPv6 network of this size is one household or one machine (RFC 6177): who has it has all its addresses.
_ONE_PLACE = 64
LONGEST_PLACE = 45
# What proxies add: whoever asks through one is not on this machine, whatever the connection says.
_FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_REAL_IP")
_asking: ContextVar[str] = ContextVar("asking", default="")


def address(meta: Mapping[str, Any]) -> str:
    """Return the address of whoever asks, from what the web server tells of a request (``request.META``).

    Each trusted proxy appends to ``X-Forwarded-For`` whom it serves, so the entry that stands
    ``FLORIN_TRUSTED_PROXIES`` places from the end was written by the first of them; what stands further left,
    anybody can write. With fewer entries than that the request came past a proxy, and the header says
    nothing. An IPv4 address in the clothes of an IPv6 one is the IPv4 address.
    """
    direct = str(_read(str(meta.get("REMOTE_ADDR", ""))) or "")
    hops: int = settings.TRUSTED_PROXIES
    forwarded = str(meta.get("HTTP_X_FORWARDED_FOR", "")).rsplit(",", hops)
    if hops == 0 or len(forwarded) < hops:
        return direct
    return str(_read(forwarded[-hops]) or direct)


@contextmanager
def asking(client: str) -> Iterator[None]:
    """Let ``current`` say, while a request is answered or its job is done, where it comes from."""
    token = _asking.set(client)
    try:
        yield
    finally:
        _asking.reset(token)


def current() -> str:
    """Return the address of whoever's request this is; empty in a round of the worker or a command."""
    return _asking.get()


def is_this_machine(meta: Mapping[str, Any]) -> bool:
    """Say whether a request comes from a loopback address, and was passed on by no proxy that says so."""
    found = _read(str(meta.get("REMOTE_ADDR", "")))
    return found is not None and found.is_loopback and not any(name in meta for name in _FORWARDED)


def place(client: str) -> str:
    """Return what limits count by: an IPv4 address, or the network of an IPv6 address."""
    found = _read(client)
    if isinstance(found, IPv6Address):
        return str(IPv6Network((found, _ONE_PLACE), strict=False))
    return str(found or "")


def _read(text: str) -> IPv4Address | IPv6Address | None:
    """Read an address; some proxies add the port, as ``192.0.2.1:443`` or ``[2001:db8::1]:443``."""
    bare = text.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        found = ip_address(bare)
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found
