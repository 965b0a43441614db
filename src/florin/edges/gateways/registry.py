"""Which gateways there are, each made once per process from the settings."""

from collections.abc import Mapping
from functools import cache

from django.conf import settings

from florin.contracts.capabilities import Capabilities
from florin.contracts.connection import Site
from florin.edges.gateways.breaker import Breaker, GuardedGateway
from florin.edges.gateways.interface import Factory, Gateway
from florin.edges.gateways.stripe import factory as stripe

# A new gateway is a folder, and a line here.
GATEWAYS: Mapping[str, Factory] = {
    "stripe": stripe,
}

_SLOW_SHARE = 0.5  # of the time after which an answer is given up


@cache
def get(name: str, account: str = "") -> Gateway:
    """Return the gateway of this name, speaking for one account there; without, for the installation's own.

    Its calls pass through a breaker that all accounts share, for it is one processor that is there or away.

    Raises:
        LookupError: if there is none.
    """
    return GuardedGateway(GATEWAYS[name].make(settings, account), breaker(name))


def site(name: str, *, uses_own: bool = False) -> Site:
    """Return where this installation stands, seen from the processor behind a gateway.

    Raises:
        LookupError: if there is no such gateway.
    """
    return GATEWAYS[name].site(settings, uses_own=uses_own)


def capabilities(name: str) -> Capabilities:
    """Return what the processor behind a gateway can do, without asking it.

    Raises:
        LookupError: if there is no such gateway.
    """
    return get(name).capabilities


@cache
def breaker(name: str) -> Breaker:  # noqa: ARG001 - the cache keeps one for each name
    """Return what guards a gateway in this process, whatever account it speaks for."""
    return Breaker(slow=settings.PROCESSOR_SECONDS * _SLOW_SHARE)


def is_away(name: str) -> bool:
    """Say whether calls to a gateway would fail at once, because it has failed so often just now."""
    return breaker(name).is_open
