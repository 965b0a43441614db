"""Which gateways there are, each made once per process from the settings."""

from functools import cache

from django.conf import settings

from florin.edges.gateways.interface import Gateway
from florin.edges.gateways.stripe.gateway import StripeGateway


@cache
def get(name: str, account: str = "") -> Gateway:
    """Return the gateway of this name, speaking for one account there; without, for the installation's own.

    Raises:
        LookupError: if there is none.
    """
    if name != "stripe":
        raise LookupError(f"There is no gateway {name!r}")
    return StripeGateway(
        api_key=settings.STRIPE_API_KEY,
        base=settings.STRIPE_API_BASE,
        notice_secret=settings.STRIPE_WEBHOOK_SECRET,
        seconds=settings.PROCESSOR_SECONDS,
        account=account,
        dashboard=settings.STRIPE_DASHBOARD_URL,
    )
