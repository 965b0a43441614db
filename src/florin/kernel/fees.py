"""What processing is expected to cost, by the operator's schedule; pure arithmetic over money.

The fees that are booked come from the processor itself (R15). The schedule tells staff beforehand, and lets
the reconciliation see where the processor took something else.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from florin.kernel.money import Money

_WHOLE = 10_000  # basis points
_HALF = _WHOLE // 2
_NUMBER = r"\d{1,6}(?:\.\d{1,2})?"
_RATE = re.compile(
    rf"(?P<percent>{_NUMBER})\s*%(?:\s*\+\s*(?P<fixed>{_NUMBER}))?(?:,?\s*at least\s+(?P<least>{_NUMBER}))?"
)
_AMOUNT = re.compile(_NUMBER)


@dataclass(frozen=True, slots=True)
class Rate:
    """A part that goes by the amount, a fixed part, and the least that is taken.

    ``basis_points`` are hundredths of a per cent; the others are minor units of whatever currency is paid.
    """

    basis_points: int
    fixed: int = 0
    least: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a rate as operators write it: ``2.9% + 0.25``, ``1%, at least 1.00``.

        Raises:
            ValueError: if it is not written so.
        """
        found = _RATE.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"{text!r} is not a rate")
        parts = found.groupdict(default="0")
        rate = cls(hundredths(parts["percent"]), hundredths(parts["fixed"]), hundredths(parts["least"]))
        if rate.basis_points > _WHOLE:
            raise ValueError(f"{text!r} is more than the payment")
        return rate

    def of(self, amount: Money) -> Money:
        """Return the fee of a payment, rounded half up as processors do, and never more than the payment."""
        share = self.variable(amount).minor + self.fixed
        return Money(min(amount.minor, max(share, self.least)), amount.currency)

    def variable(self, amount: Money) -> Money:
        """Return the part of the fee that goes by the amount."""
        return Money((amount.minor * self.basis_points + _HALF) // _WHOLE, amount.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeSchedule:
    """What the operator expects the processor to take (product decisions, "Fees"); amounts in minor units."""

    card: Rate = Rate(290, fixed=25)
    ach: Rate = Rate(100, least=100)
    dispute: int = 1_500
    refund_kept: int = 100

    def of_payment(self, amount: Money, *, method: str) -> Money:
        """Return the fee of a payment by ``card`` or ``ach``; nothing is taken of any other."""
        rate = self._rate(method)
        return rate.of(amount) if rate else Money.zero(amount.currency)

    def returned(self, refund: Money, *, of: Money, method: str, before: int = 0) -> Money:
        """Return what of a payment's fee comes back with a refund: its variable part less what is kept.

        Reckoned on the running total, so that many small refunds bring back no more than one large one;
        ``before`` is what was refunded before, in minor units.
        """
        rate = self._rate(method)
        if rate is None or not of:
            return Money.zero(refund.currency)
        variable = min(rate.of(of).minor, rate.variable(of).minor)
        share = variable * (before + refund.minor) // of.minor - variable * before // of.minor
        return Money(max(0, share - self.refund_kept), refund.currency)

    def of_dispute(self, currency: str) -> Money:
        """Return what the processor charges for a card payment that is disputed."""
        return Money(self.dispute, currency)

    def _rate(self, method: str) -> Rate | None:
        return {"card": self.card, "ach": self.ach}.get(method)


def hundredths(text: str) -> int:
    """Read a number with at most two decimals as whole hundredths: ``2.9`` is 290.

    Raises:
        ValueError: if it is not written so.
    """
    if not _AMOUNT.fullmatch(text.strip()):
        raise ValueError(f"{text!r} is not an amount")
    return int(Decimal(text.strip()).scaleb(2))
