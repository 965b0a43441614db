"""Exact money: whole minor units of one currency, and the two places where a decimal becomes one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from typing import Self

# ISO 4217: currencies whose minor unit is not a hundredth.
_EXPONENTS = {
    **dict.fromkeys(
        ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV"], 0
    ),
    **dict.fromkeys(["XAF", "XOF", "XPF"], 0),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
}
_CODE = re.compile(r"[A-Z]{3}")

# Digits, in groups of three or in none: "1,50" is one and a half to some and a hundred and fifty to none.
_AMOUNT = re.compile(r"[+-]?(?=\.?\d)(?:\d{1,3}(?:,\d{3})+|\d*)(?:\.\d*)?", re.ASCII)
_LONGEST_AMOUNT = 60

# Python's usual 28 digits would round the product of two long numbers before we do.
_EXACT = Context(prec=100)

# The most that a PostgreSQL bigint holds; an amount beyond it is a typing error, not money.
MOST_MINOR = 2**63 - 1


def exponent(currency: str) -> int:
    """Return how many decimals the currency has: JPY 0, USD 2, KWD 3 (ISO 4217)."""
    return _EXPONENTS.get(currency, 2)


def unusual(decimals: int) -> list[str]:
    """Return the currencies that have so many decimals; of those with two, which are the rest, none."""
    return [currency for currency, has in _EXPONENTS.items() if has == decimals]


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An exact amount in whole minor units of one currency. There is no way to make one from a float."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if isinstance(self.minor, bool) or not isinstance(self.minor, int):
            raise TypeError(f"Money is a whole number of minor units, not {self.minor!r}")
        if not _CODE.fullmatch(self.currency):
            raise ValueError(f"{self.currency!r} is not an ISO 4217 code")
        if abs(self.minor) > MOST_MINOR:
            raise ValueError("The amount is too large")

    @classmethod
    def zero(cls, currency: str) -> Self:
        """Return nothing at all, in a currency."""
        return cls(0, currency)

    @classmethod
    def parse(cls, text: str, currency: str) -> Self:
        """Read an amount as people type it (``1,234.50``).

        Raises:
            ValueError: if it is not a number, or has more decimals than the currency.
        """
        plain = text.strip()
        if len(plain) > _LONGEST_AMOUNT or not _AMOUNT.fullmatch(plain):
            raise ValueError(f"{text[:_LONGEST_AMOUNT]!r} is not an amount")
        with localcontext(_EXACT):
            scaled = Decimal(plain.replace(",", "")).scaleb(exponent(currency))
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{text!r} has more decimals than {currency} has")
        return cls(int(scaled), currency)

    @property
    def decimal(self) -> Decimal:
        """The amount in major units, exactly."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def __add__(self, other: Self) -> Self:
        return type(self)(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Self) -> Self:
        return type(self)(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Self:
        return type(self)(-self.minor, self.currency)

    def __lt__(self, other: Self) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Self) -> bool:
        return self.minor <= self._same(other)

    def __gt__(self, other: Self) -> bool:
        return self.minor > self._same(other)

    def __ge__(self, other: Self) -> bool:
        return self.minor >= self._same(other)

    def __bool__(self) -> bool:
        return self.minor != 0

    def split(self, weights: Sequence[int]) -> list[Self]:
        """Share the amount by weight; the parts always sum to the whole.

        Minor units that do not divide go to the largest remainders, the earlier part first.

        Raises:
            ValueError: if a weight is negative or all are zero.
        """
        whole = sum(weights)
        if whole <= 0 or min(weights) < 0:
            raise ValueError("Weights must not be negative, and at least one must be positive")
        shares = [divmod(self.minor * weight, whole) for weight in weights]
        left = self.minor - sum(share for share, _ in shares)
        by_remainder = sorted(range(len(shares)), key=lambda place: (-shares[place][1], place))
        extra = set(by_remainder[:left])
        return [
            type(self)(share + (place in extra), self.currency) for place, (share, _) in enumerate(shares)
        ]

    def _same(self, other: Self) -> int:
        if other.currency != self.currency:
            raise ValueError(f"Cannot reckon {self.currency} with {other.currency}")
        return other.minor


def line_total(quantity: Decimal, unit_price: Decimal, currency: str) -> Money:
    """Price one line: quantity times unit price, rounded once, half-even, to the currency's minor unit.

    Nothing else in Florin rounds (product decisions, "Rounding").

    Raises:
        ValueError: if the product is no amount that can be kept.
    """
    try:
        with localcontext(_EXACT):
            exact = (quantity * unit_price).scaleb(exponent(currency))
            return Money(int(exact.quantize(Decimal(1), rounding=ROUND_HALF_EVEN)), currency)
    except ArithmeticError:
        raise ValueError("The amount is too large") from None
