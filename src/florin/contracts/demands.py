"""What is asked for at one moment: what is owed, less what is being paid already and what credits cover.

Mail, PDF, dialog, review and page say the same, because all of them are told this. Amounts are minor units
of one currency.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Deduction:
    """What one open credit takes off; ``amount`` is positive."""

    number: str
    opened_on: date
    amount: int


@dataclass(frozen=True, slots=True)
class Demand:
    """What a link would ask for; ``paying`` is what of the balance somebody is paying at this moment."""

    balance: int
    paying: int = 0
    credits: tuple[Deduction, ...] = ()

    @property
    def deducted(self) -> int:
        """What the open credits take off."""
        return sum(credit.amount for credit in self.credits)

    @property
    def payable(self) -> int:
        """What is to be paid now; never negative."""
        return max(self.balance - self.paying - self.deducted, 0)

    @property
    def covered(self) -> bool:
        """Whether something is owed, and open credits are enough for it."""
        return bool(self.credits) and not self.payable
