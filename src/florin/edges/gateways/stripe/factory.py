"""Making Stripe's gateway from the settings; see ``registry``."""

from functools import partial
from typing import Any

from florin.contracts.connection import Site
from florin.edges import kept_secrets
from florin.edges.gateways.stripe.gateway import StripeGateway


def make(settings: Any, account: str) -> StripeGateway:
    """Return the gateway that speaks for one connected account, or without for the installation's own."""
    return StripeGateway(
        api_key=settings.STRIPE_API_KEY,
        base=settings.STRIPE_API_BASE,
        notice_secret=lambda: _notice_secret(settings),
        seconds=settings.PROCESSOR_SECONDS,
        account=account,
        dashboard=settings.STRIPE_DASHBOARD_URL,
        connect=settings.STRIPE_CONNECT,
    )


def site(settings: Any, *, uses_own: bool) -> Site:
    """Return where this installation stands, and whether a company is paid into its own account."""
    return Site(
        url=settings.PUBLIC_URL,
        notices=f"{settings.PUBLIC_URL}/notices/stripe",
        connects=settings.STRIPE_CONNECT,
        uses_own=uses_own,
        secret_given=bool(settings.STRIPE_WEBHOOK_SECRET),
        secrets=kept_secrets.read(settings.STRIPE_WEBHOOK_SECRETS_FILE),
        keep=partial(kept_secrets.keep, settings.STRIPE_WEBHOOK_SECRETS_FILE),
    )


def _notice_secret(settings: Any) -> str:
    """Return what signs notices at this moment: ``florin connect-stripe`` may just have been told another."""
    given: str = settings.STRIPE_WEBHOOK_SECRET
    return given or ",".join(kept_secrets.read(settings.STRIPE_WEBHOOK_SECRETS_FILE).values())
