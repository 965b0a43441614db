"""Numbers as files write them: which sign a column's decimals have, and what each cell then says.

A column is written in one way. What can be read in two ways, such as 1.250, is read as the rest of its column
shows; a column that shows nothing, or both, has to be asked about.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from florin.edges.tables.rows import TwoWaysError
from florin.kernel.notation import Sign

_MINUS = "\N{MINUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}\N{SMALL HYPHEN-MINUS}-"  # the last one makes no range
_SPACES = r"\ \xa0\u2009\u202f'\u2019"  # what groups thousands besides point and comma
_LONGEST = 40
_CURRENCY = r"[A-Z]{3}|[A-Z]{0,3}\$|[€£¥₩₹₱₡₫₪₦₺₴]"
_WRITTEN = re.compile(
    rf"(?P<open>\()?(?P<sign>[+{_MINUS}])?(?P<before>{_CURRENCY})?(?P<inner>[{_MINUS}])?"
    rf"(?P<figure>[0-9.,](?:[{_SPACES}]?[0-9.,])*)(?P<after>{_CURRENCY})?(?P<late>[{_MINUS}])?(?P<close>\))?",
    re.ASCII,
)
_AROUND = re.compile(r"(?<![0-9.,])[\s\xa0\u2009\u202f]+|[\s\xa0\u2009\u202f]+(?![0-9.,])")
# What each sign may mean; a dollar is told apart by its letters or not at all.
_SIGNS = {
    "€": {"EUR"},
    "£": {"GBP"},
    "¥": {"JPY", "CNY"},
    "₩": {"KRW"},
    "₹": {"INR"},
    "₱": {"PHP"},
    "₡": {"CRC"},
    "₫": {"VND"},
    "₪": {"ILS"},
    "₦": {"NGN"},
    "₺": {"TRY"},
    "₴": {"UAH"},
    "US$": {"USD"},
    "CA$": {"CAD"},
    "C$": {"CAD", "NIO"},
    "A$": {"AUD"},
    "AU$": {"AUD"},
    "MX$": {"MXN"},
    "NZ$": {"NZD"},
    "HK$": {"HKD"},
    "S$": {"SGD"},
    "R$": {"BRL"},
}
_DOLLARS = {"USD", "CAD", "AUD", "NZD", "MXN", "HKD", "SGD", "ARS", "CLP", "COP", "UYU", "BBD", "BSD", "BZD"}
_DOLLARS |= {"BMD", "FJD", "GYD", "JMD", "KYD", "LRD", "NAD", "SBD", "SRD", "TTD", "TWD", "XCD", "DOP"}


class NotANumberError(ValueError):
    """The text is no number in the way its column is written."""


class OtherCurrencyError(ValueError):
    """The text names another currency; its argument is how."""


@dataclass(frozen=True, slots=True)
class _Parts:
    negative: bool
    figure: str
    currency: str


@dataclass(slots=True)
class Evidence:
    """What the cells of one column show about its sign."""

    _shown: dict[Sign, tuple[int, str]] = field(default_factory=dict)
    _doubtful: tuple[int, str] | None = None

    def see(self, text: str, line: int) -> None:
        """Take one cell into account."""
        match _shows(text):
            case {"sign": Sign() as sign}:
                self._shown.setdefault(sign, (line, text))
            case {"sign": None} if self._doubtful is None:
                self._doubtful = (line, text)

    def decided(self, chosen: Sign | None = None) -> Sign:
        """Return the sign of the column: what somebody said, or else what it shows.

        Raises:
            TwoWaysError: if nobody said, and it shows both, or nothing for a cell that needs it.
        """
        if chosen is not None:
            return chosen
        if len(self._shown) > 1:
            raise TwoWaysError(*sorted(self._shown.values()))
        if not self._shown and self._doubtful:
            raise TwoWaysError(self._doubtful)
        return next(iter(self._shown), Sign.POINT)


def read(text: str, sign: Sign, *, currency: str) -> Decimal:
    """Read a number exactly. A minus may stand before or behind it, or be parentheses.

    Raises:
        OtherCurrencyError: if it names a currency that is not ``currency``.
        NotANumberError: if it is no number, or one that is written in another way.
    """
    parts = _take_apart(text)
    if parts and parts.currency and not _may_mean(parts.currency, currency):
        raise OtherCurrencyError(parts.currency)
    return plain(text, sign)


def plain(text: str, sign: Sign) -> Decimal:
    """Read a number, whatever its currency.

    Raises:
        NotANumberError: if it is no number, or one that is written in another way.
    """
    parts = _take_apart(text)
    if parts is None or not _grammar(sign).fullmatch(parts.figure):
        raise NotANumberError(text)
    grouping = "," if sign == Sign.POINT else "."
    digits = re.sub(rf"[{_SPACES}]", "", parts.figure).replace(grouping, "").replace(sign, ".")
    number = Decimal(digits)
    return -number if parts.negative and number else number


@lru_cache(maxsize=10_000)
def _shows(text: str) -> dict[str, Sign | None]:
    """Return the sign that a cell proves; none if it could have either; nothing without a sign."""
    parts = _take_apart(text)
    if parts is None or not {".", ","} & set(parts.figure):
        return {}
    fitting = [sign for sign in Sign if _grammar(sign).fullmatch(parts.figure)]
    match fitting:
        case []:
            return {}
        case [sign]:
            return {"sign": sign}
        case _:
            return {"sign": None}


@lru_cache(maxsize=10_000)
def _take_apart(text: str) -> _Parts | None:
    if len(text) > _LONGEST:
        return None
    found = _WRITTEN.fullmatch(_AROUND.sub("", text))
    if found is None or bool(found["open"]) != bool(found["close"]):
        return None
    minuses = [found["open"], found["sign"], found["inner"], found["late"]]
    if sum(map(bool, minuses)) > 1 or (found["before"] and found["after"]):
        return None
    negative = any(mark and mark != "+" for mark in minuses)
    return _Parts(negative, found["figure"], found["before"] or found["after"] or "")


@lru_cache(maxsize=2)
def _grammar(sign: Sign) -> re.Pattern[str]:
    decimal, other = re.escape(sign), "," if sign == Sign.POINT else r"\."
    grouped = rf"[1-9][0-9]{{0,2}}(?:(?:{other}[0-9]{{3}})+|(?:[{_SPACES}][0-9]{{3}})+)"
    return re.compile(rf"(?:{grouped}|[0-9]+)(?:{decimal}[0-9]*)?|{decimal}[0-9]+", re.ASCII)


def _may_mean(said: str, currency: str) -> bool:
    if said == "$":
        return currency in _DOLLARS
    return said == currency or currency in _SIGNS.get(said, ())
