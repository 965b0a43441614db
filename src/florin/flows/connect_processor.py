"""The installation and its payment processor: whether they are well connected, and connecting them.

settings -> ask the processor -> findings; to connect: the processor's notices -> their secrets are kept
"""

from itertools import chain

from django.db.models import QuerySet

from florin.contracts import capabilities
from florin.contracts.connection import Finding
from florin.domain.companies import accounts
from florin.domain.companies.models import Company, PaymentsAccount
from florin.edges.gateways import registry

State = PaymentsAccount.State


def check_settings() -> tuple[Finding, ...]:
    """Judge the settings of every gateway by themselves; nobody is asked."""
    return tuple(
        chain.from_iterable(
            registry.get(name).check_settings(registry.site(name)) for name in registry.GATEWAYS
        )
    )


def check(gateway: str) -> tuple[Finding, ...]:
    """Ask how the connection to a processor stands. Nothing is changed."""
    return registry.get(gateway, _some_reference(gateway)).check_connection(
        registry.site(gateway, uses_own=_uses_own(gateway))
    )


def check_for(company: Company) -> tuple[Finding, ...]:
    """Ask how the connection to a company's processor stands, for the account that it has there."""
    account = accounts.get(company)
    gateway = registry.get(account.gateway, account.reference)
    return gateway.check_connection(
        registry.site(account.gateway, uses_own=_uses_own(account.gateway) and not account.reference)
    )


def connect(gateway: str) -> tuple[Finding, ...]:
    """Let a processor send its notices here, keep their secrets, and say how everything stands.

    Safe to repeat: what is right is left as it is.

    Raises:
        OSError: if a new secret cannot be kept.
    """
    site = registry.site(gateway, uses_own=_uses_own(gateway))
    return registry.get(gateway, _some_reference(gateway)).connect(site)


def _uses_own(gateway: str) -> bool:
    """Say whether a company is, or will be, paid into the installation's own account."""
    opens = capabilities.for_gateway(gateway).opens_accounts
    return not opens or _accounts(gateway).filter(reference="").exists()


def _some_reference(gateway: str) -> str:
    """Return a company's account to try the key's permissions at, if companies have their own."""
    theirs = _accounts(gateway).filter(state=State.ACTIVE).exclude(reference="").order_by("pk")
    return theirs.values_list("reference", flat=True).first() or ""


def _accounts(gateway: str) -> QuerySet[PaymentsAccount]:
    return PaymentsAccount.objects.filter(gateway=gateway).exclude(state=State.NEW)
