"""What amounts a payment processor takes, and why it would not take one."""

from dataclasses import dataclass
from enum import StrEnum

from florin.kernel.money import Money


class Bar(StrEnum):
    """Why a processor would not take an amount."""

    CURRENCY = "currency"  # it does not take this currency
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    UNEVEN = "uneven"  # it cannot express the last digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a processor takes of one currency: from ``least`` to ``most``, in steps of so many minor units.

    If ``most`` is nothing, it does not take the currency at all.
    """

    least: Money
    most: Money
    step: int = 1

    def bar(self, amount: Money) -> Bar | None:
        """Say why an amount of the currency cannot be paid; nothing if it can."""
        if not self.most:
            return Bar.CURRENCY
        if amount < self.least:
            return Bar.TOO_SMALL
        if amount > self.most:
            return Bar.TOO_LARGE
        return Bar.UNEVEN if amount.minor % self.step else None
