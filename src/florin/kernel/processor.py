"""What passes between us and a payment processor: plain values, the same for every gateway."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from florin.kernel.money import Money


class Outcome(StrEnum):
    """What the processor says has become of one try to pay."""

    OPEN = "open"  # the payer has not finished; nothing is held
    AUTHORISED = "authorised"  # the amount is held on the card and waits for capture or void
    SETTLED = "settled"  # the money is taken
    CANCELLED = "cancelled"  # an authorisation was released; nothing is taken
    EXPIRED = "expired"  # the session ended without payment


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One line on the processor's page: what is paid for."""

    name: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class StartOrder:
    """A request for a payment session.

    ``key`` makes it safe to repeat: the same key gives the same session. ``expires_at`` is UTC.
    """

    key: str
    attempt: str
    merchant: str
    papers: tuple[Paper, ...]
    description: str
    payer_email: str
    language: str
    return_url: str
    cancel_url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A session at the processor, and where to send the payer."""

    reference: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the processor says about a session: the only source of truth about money.

    ``amount`` is what is held (AUTHORISED) or taken (SETTLED). ``fee`` is there once the processor has
    reckoned it. ``payment`` is the processor's reference that both sides quote in a question.
    """

    reference: str
    outcome: Outcome
    amount: Money | None = None
    fee: Money | None = None
    payment: str = ""
    payer_email: str = ""
    card_brand: str = ""
    card_last4: str = ""
    card_funding: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A processor's knock on the door: something changed about one of our attempts, ask what.

    ``attempt`` is empty when the notice is about nothing of ours.
    """

    event: str
    kind: str
    attempt: str


class GatewayError(Exception):
    """We do not know what happened at the processor: ask again. Never to be read as "failed"."""


class GatewayBusy(GatewayError):  # noqa: N818 - it names the state of things
    """The same request, with the same key, is under way from somewhere else: its answer will be ours too."""


class GatewayRefusal(Exception):  # noqa: N818 - an answer, not a fault
    """The processor understood and will not open such a session; nothing has happened there."""


class BadNotice(Exception):  # noqa: N818 - it names the notice, not a fault of ours
    """A notice that the processor did not sign, or signed too long ago."""
