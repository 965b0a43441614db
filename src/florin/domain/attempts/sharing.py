"""The arithmetic of sharing money out over debts: pure, so that it can be tested to the last cent."""

from collections.abc import Sequence


def share(amount: int, limits: Sequence[int]) -> tuple[list[int], int]:
    """Give each debt in turn as much as its limit, until the amount is used up.

    Args:
        amount: minor units, not negative.
        limits: the most that each debt takes, in order; a negative limit counts as nothing.

    Returns:
        The share of each debt, and the excess; together they are the amount.
    """
    shares = []
    left = amount
    for limit in limits:
        part = min(left, max(limit, 0))
        shares.append(part)
        left -= part
    return shares, left
