"""What hosted mail senders tell us of our mails: plain values, the same for every sender."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class MailStatus(StrEnum):
    """What has become of a mail that the sender took."""

    DELIVERED = "delivered"  # the recipient's mail server took it
    BOUNCED = "bounced"  # it will not arrive, or the recipient reported it as spam


@dataclass(frozen=True, slots=True, kw_only=True)
class MailReport:
    """One thing that a sender tells of one mail.

    ``key`` is our own key, which travelled with the mail; ``provider_id`` what the sender calls it. Either
    may be missing. ``reason`` is the mail server's sentence. ``at`` is UTC, and missing if it is not told.
    """

    status: MailStatus
    key: UUID | None
    provider_id: str
    reason: str
    at: datetime | None


class BadMailNotice(Exception):  # noqa: N818 - the sender's mistake, not a fault of ours
    """A notice that nobody can read."""


class UnsignedMailNotice(BadMailNotice):
    """A notice that does not come from our sender; ``ask`` if it would bring its password when asked."""

    def __init__(self, *, ask: bool = False) -> None:
        super().__init__("not signed")
        self.ask = ask
