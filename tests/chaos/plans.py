"""What each payer does, decided by a seed: the same plans are played in calm and in storm."""

from dataclasses import dataclass
from enum import StrEnum
from random import Random


class Act(StrEnum):
    """One payer's story."""

    PAY = "pay"
    DECLINED_FIRST = "declined_first"
    WALK_AWAY = "walk_away"
    TWO_AT_ONCE = "two_at_once"
    PRESS_TWICE = "press_twice"
    DEBIT = "debit"
    DEBIT_FAILS = "debit_fails"
    DEBIT_RETURNED = "debit_returned"
    REFUNDED = "refunded"
    REFUNDED_AT_BANK = "refunded_at_bank"
    DISPUTE_LOST = "dispute_lost"
    DISPUTE_WON = "dispute_won"
    DISPUTE_APPEALED = "dispute_appealed"
    SMALL_DEPOSITS = "small_deposits"


_HOW_OFTEN = {
    Act.PAY: 40,
    Act.DECLINED_FIRST: 8,
    Act.WALK_AWAY: 5,
    Act.TWO_AT_ONCE: 10,
    Act.PRESS_TWICE: 8,
    Act.DEBIT: 10,
    Act.DEBIT_FAILS: 4,
    Act.DEBIT_RETURNED: 4,
    Act.REFUNDED: 5,
    Act.REFUNDED_AT_BANK: 5,
    Act.DISPUTE_LOST: 3,
    Act.DISPUTE_WON: 3,
    Act.DISPUTE_APPEALED: 3,
    Act.SMALL_DEPOSITS: 4,
}


@dataclass(frozen=True, slots=True)
class Plan:
    """One payer: what they do, for how much (minor units), and whether they come back to our page."""

    place: int
    act: Act
    amount: int
    comes_back: bool


def draw(seed: int, count: int) -> list[Plan]:
    """Draw plans; the first ones hold each act once, so that a short run misses none."""
    chance = Random(seed)
    acts = [*Act, *chance.choices(list(_HOW_OFTEN), list(_HOW_OFTEN.values()), k=max(count - len(Act), 0))]
    return [
        Plan(place, act, chance.randint(500, 90_000), chance.random() < 0.5)
        for place, act in enumerate(acts[:count])
    ]
