"""How people write numbers and days: what stands before decimals, and what stands first in a day."""

from enum import StrEnum


class Sign(StrEnum):
    """What stands before the decimals."""

    POINT = "."
    COMMA = ","


class Order(StrEnum):
    """What stands first when the year stands last."""

    MONTH = "month-first"
    DAY = "day-first"
