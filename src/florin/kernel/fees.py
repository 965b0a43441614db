"""What processing is expected to cost, by the operator's schedule; pure arithmetic over money.

The fees that are booked come from the processor itself (R15). The schedule tells staff beforehand, and lets
the reconciliation see where the processor took something else.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from florin.kernel.money import Money, exponent

ALL = "all"
"""How an operator writes that the processor keeps the whole fee of what is refunded."""
_WHOLE = 10_000  # basis points
_HALF = _WHOLE // 2
_NUMBER = r"\d{1,6}(?:\.\d{1,2})?"
_RATE = re.compile(
    rf"(?P<percent>{_NUMBER})\s*%(?:\s*\+\s*(?P<fixed>{_NUMBER}))?(?:,?\s*at least\s+(?P<least>{_NUMBER}))?"
    rf"(?:,?\s*at most\s+(?P<most>{_NUMBER}))?"
)
_AMOUNT = re.compile(_NUMBER)


@dataclass(frozen=True, slots=True)
class Rate:
    """A part that goes by the amount, a fixed part, and the least and the most that is taken.

    ``basis_points`` are hundredths of a per cent; the others are hundredths of a unit of the currency in
    which the processor takes its fee. ``most`` is nothing where there is no cap.
    """

    basis_points: int
    fixed: int = 0
    least: int = 0
    most: int | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a rate as operators write it: ``2.9% + 0.25``, ``1%, at least 1.00``, ``0.8%, at most 5.00``.

        Raises:
            ValueError: if it is not written so, or its least is more than its most.
        """
        found = _RATE.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"{text!r} is not a rate")
        parts = found.groupdict(default="0")
        most = hundredths(parts["most"]) if found["most"] else None
        rate = cls(hundredths(parts["percent"]), hundredths(parts["fixed"]), hundredths(parts["least"]), most)
        if rate.basis_points > _WHOLE:
            raise ValueError(f"{text!r} is more than the payment")
        if most is not None and rate.least > most:
            raise ValueError(f"the least of {text!r} is more than the most")
        return rate

    def fee_for(self, amount: Money) -> Money:
        """Return the fee of a payment, rounded half up as processors do, and never more than the payment."""
        share = max(
            self.variable(amount).minor + self._minor(self.fixed, amount), self._minor(self.least, amount)
        )
        if self.most is not None:
            share = min(share, self._minor(self.most, amount))
        return Money(min(amount.minor, share), amount.currency)

    def variable(self, amount: Money) -> Money:
        """Return the part of the fee that goes by the amount."""
        return Money((amount.minor * self.basis_points + _HALF) // _WHOLE, amount.currency)

    @staticmethod
    def _minor(parts: int, amount: Money) -> int:
        return in_currency(parts, amount.currency).minor


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeSchedule:
    """What the operator expects the processor to take (product decisions, "Fees"); hundredths of a unit.

    ``refund_kept`` is what is kept of the variable part that a refund brings back; nothing stands for all of
    the fee. ``tolerance`` is by how much the fee of a payment may differ unsaid: cards from abroad cost more.
    """

    card: Rate = Rate(290, fixed=25)
    ach: Rate = Rate(100, least=100)
    dispute: int = 1_500
    refund_kept: int | None = 100
    tolerance: Rate = Rate(0)

    def of_payment(self, amount: Money, *, method: str) -> Money:
        """Return the fee of a payment by ``card`` or ``ach``; nothing is taken of any other."""
        rate = self._rate(method)
        return rate.fee_for(amount) if rate else Money.zero(amount.currency)

    def tolerates(self, fee: Money, *, of: Money, method: str) -> bool:
        """Say whether the fee that was taken of a payment is what is expected, or near enough."""
        gap = abs(fee.minor - self.of_payment(of, method=method).minor)
        return gap <= self.tolerance.fee_for(of).minor

    def returned(
        self, refund: Money, *, of: Money, method: str, before: int = 0, settled: Money | None = None
    ) -> Money:
        """Return what of a payment's fee comes back with a refund: its variable part less what is kept.

        Reckoned on the running total, so that many small refunds bring back no more than one large one;
        ``before`` is what was refunded before, in minor units. ``settled`` is what the payment came to in the
        currency of its fee, where that is another.
        """
        rate, base = self._rate(method), settled or of
        if rate is None or not of or self.refund_kept is None:
            return Money.zero(base.currency)
        variable = min(rate.fee_for(base).minor, rate.variable(base).minor)
        share = variable * (before + refund.minor) // of.minor - variable * before // of.minor
        kept = in_currency(self.refund_kept, base.currency).minor
        return Money(max(0, share - kept), base.currency)

    def of_dispute(self, currency: str) -> Money:
        """Return what the processor charges for a card payment that is disputed."""
        return in_currency(self.dispute, currency)

    def _rate(self, method: str) -> Rate | None:
        return {"card": self.card, "ach": self.ach}.get(method)


def in_currency(parts: int, currency: str) -> Money:
    """Return hundredths of a unit as an amount of a currency, rounded half up: 0.25 is no yen."""
    return Money((2 * parts * int(10 ** exponent(currency)) + 100) // 200, currency)


def hundredths(text: str) -> int:
    """Read a number with at most two decimals as whole hundredths: ``2.9`` is 290.

    Raises:
        ValueError: if it is not written so.
    """
    if not _AMOUNT.fullmatch(text.strip()):
        raise ValueError(f"{text!r} is not an amount")
    return int(Decimal(text.strip()).scaleb(2))
