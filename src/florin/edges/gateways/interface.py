"""What every gateway offers. A gateway reports; the domain decides."""
# ruff: noqa: ARG002 - what is said here for all who have nothing of the kind needs no arguments

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from florin.contracts.capabilities import Capabilities
from florin.contracts.connection import Finding, Site
from florin.contracts.processor import (
    AccountReport,
    GatewayRefusal,
    Movement,
    NewAccount,
    Notice,
    PaymentEvents,
    PayoutReport,
    RefundReport,
    RefusalReason,
    Report,
    Started,
    StartOrder,
    Unread,
)
from florin.kernel.money import Money


class Factory(Protocol):
    """What a gateway's module ``factory`` offers to the registry."""

    def make(self, settings: Any, account: str) -> "Gateway":
        """Return the gateway that speaks for one account; the empty name is the installation's own."""

    def site(self, settings: Any, *, uses_own: bool) -> Site:
        """Return where this installation stands, seen from the processor."""


class Gateway(Protocol):
    """An adapter to one payment processor.

    Every method may raise ``GatewayError``, which means "we do not know, ask again", never "failed"; and
    ``GatewayRefusal``, a plain no, with its reason: the key may not do this, the account has left us, …
    Methods with a ``key`` are safe to repeat: the same key takes effect once.

    A gateway speaks for one account. Nothing in it presumes that a company has only one, or only one
    processor: whoever calls it names gateway and account, as each attempt and payment does.

    A gateway is a subclass. What has a body here it may leave out, if its processor has nothing like it.
    """

    capabilities: Capabilities
    """What the processor can do."""

    def start(self, order: StartOrder) -> Started:
        """Open a session and return where to send the payer; the same key gives the same session."""

    def look_up(self, reference: str) -> Report:
        """Return what has become of a session: the only source of truth about money."""

    def capture(self, reference: str, amount: Money, *, key: str, payment: str = "") -> Report:
        """Take this much of what is authorised, release the rest, and report what is true afterwards.

        ``payment`` is what the last report calls the payment; without it the gateway asks once more.
        """

    def expire(self, reference: str, *, key: str) -> None:
        """End a session whose payer has not finished; one that is further along is left as it is."""

    def void(self, reference: str, *, key: str, payment: str = "") -> Report:
        """Release an authorisation, and report what is true afterwards: SETTLED if it was too late."""

    def refund(self, payment: str, amount: Money, *, key: str, refund: str) -> RefundReport:
        """Send part of a payment back; ``refund`` is the key of ours that the processor keeps with it.

        Raises:
            GatewayRefusal: if the processor will not: the payment is disputed, or not so much is left.
        """

    def payment_events(self, payment: str) -> PaymentEvents:
        """Return what followed after a payment was taken: its fee, refunds and disputes, the latest first."""

    def movements(self, *, since: datetime, payout: str = "") -> Iterator[Movement | Unread]:
        """Return the lines of the processor's account that were written since, or all of one payout.

        Raises:
            GatewayRefusal: if the processor will not list them: those of a payout that somebody asked for.
        """

    def balance(self) -> tuple[Money, ...]:
        """Return what is in the account now, available or not yet, in each currency that it has."""

    def payouts(self, *, since: datetime) -> Iterator[PayoutReport | Unread]:
        """Return the payouts that were made since, the oldest first.

        Raises:
            GatewayRefusal: if the processor will not list them.
        """

    def open_account(self, new: NewAccount, *, key: str) -> str:
        """Open an account for a company (R2), and return what the processor calls it.

        Raises:
            GatewayRefusal: if the processor opens none for such a company, or for us at all.
        """
        raise GatewayRefusal(RefusalReason.PARAMETER, "This processor opens no accounts for others")

    def onboarding_page(self, account: str, *, return_url: str, refresh_url: str) -> str:
        """Return the address of the processor's form for what it still wants to know; it works once.

        Raises:
            GatewayRefusal: if it has no form for this account.
        """
        raise GatewayRefusal(RefusalReason.PARAMETER, "This processor opens no accounts for others")

    def account(self, account: str) -> AccountReport:
        """Return how an account stands; the empty name is the installation's own."""

    def dispute_page(self, reference: str, *, account: str = "") -> str:
        """Return the address at the processor where evidence about a dispute of an account is given.

        It may work only once, and soon: it is made when somebody wants to go there.

        Raises:
            GatewayRefusal: if the processor makes none for this account.
        """
        raise GatewayRefusal(RefusalReason.PARAMETER, "This processor has no page for it")

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> Sequence[Notice]:
        """Check the signature of what a processor sent, and return its notices, each with whom it is about.

        Some send one at a time, others many; one that is about nothing that we follow may be left out.

        Raises:
            BadNotice: if the processor did not sign it, or too long ago.
        """

    def check_settings(self, site: Site) -> tuple[Finding, ...]:
        """Judge the settings by themselves; nobody is asked."""
        return ()

    def check_connection(self, site: Site) -> tuple[Finding, ...]:
        """Ask how the connection stands: key, permissions, version, account, addresses, notices.

        Nothing is changed, and nothing raised: no answer is a finding too.
        """
        return ()

    def connect(self, site: Site) -> tuple[Finding, ...]:
        """Let the processor send its notices to us, and say how the connection stands. Safe to repeat.

        Raises:
            OSError: if a new signing secret cannot be kept; the next time it is made anew.
        """
        return self.check_connection(site)
