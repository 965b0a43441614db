"""The installation and its payment processor: whether they are well connected, and connecting them.

settings -> ask the processor -> findings; to connect: the processor's notices -> their secrets are kept
"""

from functools import partial

from django.conf import settings
from django.db.models import QuerySet

from florin.contracts.connection import Finding, Site
from florin.domain.companies.models import Company, PaymentsAccount
from florin.domain.companies.services import account_of
from florin.edges import kept_secrets
from florin.edges.gateways import registry

GATEWAY = "stripe"
State = PaymentsAccount.State


def check_settings() -> tuple[Finding, ...]:
    """Judge the settings by themselves; nobody is asked."""
    return registry.get(GATEWAY).check_settings(_site(uses_own=False))


def check(company: Company | None = None) -> tuple[Finding, ...]:
    """Ask how the connection stands, for a company's own account if it has one. Nothing is changed."""
    account = account_of(company) if company else _some_account()
    name, reference = (account.gateway, account.reference) if account else (GATEWAY, "")
    return registry.get(name, reference).check_connection(_site(uses_own=_uses_own()))


def connect() -> tuple[Finding, ...]:
    """Let the processor send its notices here, keep their secrets, and say how everything stands.

    Safe to repeat: what is right is left as it is.
    """
    account = _some_account()
    gateway = registry.get(GATEWAY, account.reference if account else "")
    keep = partial(kept_secrets.keep, settings.STRIPE_WEBHOOK_SECRETS_FILE)
    return gateway.connect(_site(uses_own=_uses_own()), keep=keep)


def _site(*, uses_own: bool) -> Site:
    return Site(
        url=settings.PUBLIC_URL,
        notices=f"{settings.PUBLIC_URL}/notices/{GATEWAY}",
        connects=registry.capabilities(GATEWAY).opens_accounts,
        uses_own=uses_own,
        secret_given=bool(settings.STRIPE_WEBHOOK_SECRET),
        secrets=kept_secrets.read(settings.STRIPE_WEBHOOK_SECRETS_FILE),
    )


def _uses_own() -> bool:
    """Say whether a company is, or will be, paid into the installation's own account."""
    return not settings.STRIPE_CONNECT or _accounts().filter(reference="").exists()


def _some_account() -> PaymentsAccount | None:
    """Return a company's account to try the key's permissions at, if companies have their own."""
    return _accounts().filter(state=State.ACTIVE).exclude(reference="").order_by("pk").first()


def _accounts() -> QuerySet[PaymentsAccount]:
    return PaymentsAccount.objects.filter(gateway=GATEWAY).exclude(state=State.NEW)
