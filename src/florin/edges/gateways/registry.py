"""Which gateways there are, each made once per process from the settings."""

from functools import cache

from django.conf import settings

from florin.contracts.processor import Limits
from florin.edges.gateways.breaker import Breaker, GuardedGateway
from florin.edges.gateways.interface import Gateway
from florin.edges.gateways.stripe import amounts
from florin.edges.gateways.stripe.gateway import StripeGateway


@cache
def get(name: str, account: str = "") -> Gateway:
    """Return the gateway of this name, speaking for one account there; without, for the installation's own.

    Its calls pass through a breaker that all accounts share, for it is one processor that is there or away.

    Raises:
        LookupError: if there is none.
    """
    if name != "stripe":
        raise LookupError(f"There is no gateway {name!r}")
    made = StripeGateway(
        api_key=settings.STRIPE_API_KEY,
        base=settings.STRIPE_API_BASE,
        notice_secret=settings.STRIPE_WEBHOOK_SECRET,
        seconds=settings.PROCESSOR_SECONDS,
        account=account,
        dashboard=settings.STRIPE_DASHBOARD_URL,
    )
    return GuardedGateway(made, breaker(name))


@cache
def breaker(name: str) -> Breaker:  # noqa: ARG001 - the cache keeps one for each name
    """Return what guards a gateway in this process, whatever account it speaks for."""
    return Breaker()


def is_away(name: str) -> bool:
    """Say whether calls to a gateway would fail at once, because it has failed so often just now."""
    return breaker(name).is_open


def limits(name: str, currency: str) -> Limits | None:
    """Say what a gateway takes of a currency, or nothing if it does not take it at all; asks nobody.

    Raises:
        LookupError: if there is no such gateway.
    """
    return {"stripe": amounts.limits}[name](currency)
