"""What every gateway offers. A gateway reports; the domain decides."""

from collections.abc import Mapping
from typing import Protocol

from florin.kernel.money import Money
from florin.kernel.processor import Notice, Report, Started, StartOrder


class Gateway(Protocol):
    """An adapter to one payment processor.

    Every method may raise ``GatewayError``, which means "we do not know, ask again", never "failed".
    Methods with a ``key`` are safe to repeat: the same key takes effect once.
    """

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

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        """Check a notice's signature and say whom it is about.

        Raises:
            BadNotice: if the processor did not sign it, or too long ago.
        """
