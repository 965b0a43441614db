"""What a company's payments account allows, its switches, and how a company comes to be."""

import re
from dataclasses import asdict, dataclass

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from florin.contracts import capabilities
from florin.contracts.processor import MethodStatus
from florin.domain.companies import profile
from florin.domain.companies.models import Company, PaymentsAccount
from florin.kernel import addresses, changes
from florin.kernel.errors import Conflict, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """What an Admin may switch on and off for the whole company (R8, R10, R13, product decisions)."""

    links_enabled: bool
    manual_links_enabled: bool
    use_open_credits: bool
    card_enabled: bool
    ach_enabled: bool

    @property
    def mark(self) -> str:
        """A short text that changes whenever a switch does."""
        return changes.mark(self.timeline_details())

    def timeline_details(self) -> dict[str, str]:
        """Return how each switch stands, as the timeline keeps it."""
        return {name: changes.switch(position) for name, position in asdict(self).items()}


def open_company(
    *,
    slug: str,
    name: str,
    email: str,
    currency: str = "USD",
    time_zone: str = "UTC",
    language: str = "en",
    **details: str | int,
) -> Company:
    """Make a company with a payments account that still waits for verification (R2).

    Raises:
        Refusal: if ``slug`` is no short name, ``email`` no address to which mail can be sent, or there is no
            such currency, time zone or language.
    """
    company = Company.objects.create(
        slug=_read_slug(slug),
        name=name,
        email=addresses.read(email),
        currency=profile.read_currency(currency),
        time_zone=profile.read_time_zone(time_zone),
        language=profile.read_language(language),
        **details,
    )
    account_to_open(company)
    return company


def _read_slug(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", text):
        raise Refusal(
            _("A company's short name has small letters, digits and hyphens, 40 at most; not “%(text)s”.")
            % {"text": text[:60]}
        )
    return text


def keep_others_out() -> None:
    """Let nobody else open a company until the caller's transaction ends; whoever tries waits."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE companies_company IN SHARE ROW EXCLUSIVE MODE")


def account_to_open(company: Company) -> PaymentsAccount:
    """Return the company's payments account, or a new one at the processor of ``FLORIN_GATEWAY``."""
    new = {"gateway": settings.GATEWAY}
    return PaymentsAccount.objects.get_or_create(company=company, defaults=new)[0]


def activate_account(company: Company) -> None:
    """Let the company take payments; from now on its documents carry links (R24)."""
    account = company.account
    account.state = PaymentsAccount.State.ACTIVE
    account.save(update_fields=["state"])


def account_of(company: Company) -> PaymentsAccount | None:
    """Return the company's payments account, if it has opened one."""
    return getattr(company, "account", None)


def gateway_of(company: Company) -> str:
    """Return the gateway of the company's payments account, or of the one that it would open."""
    account = account_of(company)
    return account.gateway if account else settings.GATEWAY


def takes_cards(account: PaymentsAccount) -> bool:
    """Say whether cards can be charged (R13): switched on, and allowed by the processor."""
    return account.card_enabled and account.cards == MethodStatus.ACTIVE


def takes_debits(account: PaymentsAccount, currency: str = "") -> bool:
    """Say whether bank accounts can be debited (R13): switched on, and allowed by the processor.

    Without a currency, whether they can be in any.
    """
    allowed = account.debits == MethodStatus.ACTIVE
    return (
        account.ach_enabled
        and allowed
        and capabilities.for_gateway(account.gateway).takes("ach", currency=currency)
    )


def switches_of(company: Company) -> Switches:
    """Return how a company's switches stand; without a payments account there is no method to switch."""
    account = account_of(company)
    return Switches(
        links_enabled=company.links_enabled,
        manual_links_enabled=company.manual_links_enabled,
        use_open_credits=company.use_open_credits,
        card_enabled=account is not None and account.card_enabled,
        ach_enabled=account is not None and account.ach_enabled,
    )


def switch(company: Company, wanted: Switches, *, seen: str) -> dict[str, str]:
    """Set the switches in the caller's transaction, and return what changed, for the timeline.

    Raises:
        Conflict: if they stand otherwise than ``seen`` says; nothing is overwritten.
    """
    locked = Company.objects.select_for_update().get(pk=company.pk)
    now = switches_of(locked)
    if now.mark != seen:
        raise Conflict(_("Somebody else has changed these settings meanwhile. Look at them, then save."))
    locked.links_enabled = wanted.links_enabled
    locked.manual_links_enabled = wanted.manual_links_enabled
    locked.use_open_credits = wanted.use_open_credits
    locked.save(update_fields=["links_enabled", "manual_links_enabled", "use_open_credits"])
    PaymentsAccount.objects.filter(company=locked).update(
        card_enabled=wanted.card_enabled, ach_enabled=wanted.ach_enabled
    )
    return changes.between(now.timeline_details(), wanted.timeline_details())
