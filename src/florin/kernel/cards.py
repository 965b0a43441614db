"""Finding payment card numbers in what people write, so that none is ever kept (R23).

A number counts as a card's if a brand issues numbers that begin so and are so long (ISO/IEC 7812; the ranges
that the brands publish), and its check digit is right (Luhn). By the check digit alone one in ten of all long
numbers would be refused: GTIN, GLN, SSCC and IMEI among them.

Where a number looks so by accident, somebody who is sure says so. What is said counts for what one request or
one import writes (``vouched_for``), and stands in the timeline with whatever it wrote (``passed_numbers``).
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from florin.kernel.errors import Refusal

_SHORTEST, _LONGEST = 14, 19
# Most texts are none, and every text that is read is looked at.
_DIGITS_ENOUGH = re.compile(rf"(?:\D*+\d){{{_SHORTEST}}}")
# Groups of digits with one sign between them, as cards print their numbers.
_GROUPED = re.compile(r"\d+(?:[ .\-/_]\d+)*", re.ASCII)
_DASHES = dict.fromkeys(
    map(ord, "\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{EN DASH}\N{EM DASH}\N{MINUS SIGN}"), "-"
)
_TWO_DIGITS = 9
_MOST_TOLD = 5


def _begins(*ranges: tuple[int, int]) -> tuple[tuple[str, str], ...]:
    return tuple((str(first), str(last)) for first, last in ranges)


_BRANDS: tuple[tuple[tuple[tuple[str, str], ...], frozenset[int]], ...] = (
    (_begins((4, 4)), frozenset({16, 19})),  # Visa
    (_begins((51, 55), (2221, 2720)), frozenset({16})),  # Mastercard
    (_begins((34, 34), (37, 37)), frozenset({15})),  # American Express
    (_begins((6011, 6011), (644, 649), (65, 65)), frozenset({16, 19})),  # Discover
    (_begins((300, 305), (3095, 3095), (36, 36), (38, 39)), frozenset({14, 16, 19})),  # Diners Club
    (_begins((3528, 3589)), frozenset({16, 19})),  # JCB
    (_begins((62, 62)), frozenset({16, 17, 19})),  # UnionPay
    (_begins((5018, 5018), (5020, 5020), (5038, 5038), (6304, 6304)), frozenset({16, 19})),  # Maestro
    (_begins((6759, 6759), (6761, 6763)), frozenset({16, 19})),  # Maestro
    (_begins((2200, 2204)), frozenset({16})),  # Mir
)


@dataclass(slots=True)
class _Word:
    """What somebody says is no card number: these, or ``all``; ``met`` are those that were found."""

    numbers: set[str] = field(default_factory=set)
    all: bool = False
    met: dict[str, None] = field(default_factory=dict)

    def passes(self, number: str) -> bool:
        passes = self.all or number in self.numbers
        if passes and len(self.met) < _MOST_TOLD:
            self.met[number] = None
        return passes


_word: ContextVar[_Word | None] = ContextVar("word", default=None)


class CardNumber(Refusal):
    """A text holds a card number; none is ever kept."""

    def __init__(self, number: str) -> None:
        super().__init__(
            _("This looks like a card number. Never keep one here; the customer types it when paying.")
        )
        self.number = number


class StoredText(str):
    """A text that stands in the tables already, or comes from a processor: nobody types it now."""

    __slots__ = ()


def find(text: str) -> str:
    """Return the digits of the first card number in a text, however it is grouped; empty if it holds none.

    What somebody vouches for is none. Takes time in proportion to the text.
    """
    word = _word.get()
    return next((number for number in every(text) if word is None or not word.passes(number)), "")


def refuse(text: str) -> None:
    """Let a text pass that holds no card number.

    Raises:
        CardNumber: if it holds one, and nobody vouches for it.
    """
    if number := find(text):
        raise CardNumber(number)


def every(text: str) -> Iterator[str]:
    """Yield the digits of everything in a text that looks like a card number."""
    if len(text) < _SHORTEST or not _DIGITS_ENOUGH.match(text):
        return
    for run in _GROUPED.finditer(_plain(text)):
        groups = re.findall(r"\d+", run[0])
        for first in range(len(groups)):
            yield from _cards_from(groups, first)


@contextmanager
def vouched_for(numbers: Iterable[str]) -> Iterator[None]:
    """Take somebody's word, until the block ends, that these numbers are no cards'."""
    with _taken(_Word(set(numbers))):
        yield


@contextmanager
def all_vouched_for() -> Iterator[None]:
    """Take somebody's word, until the block ends, that nothing they bring holds a card number."""
    with _taken(_Word(all=True)):
        yield


def vouch(texts: Iterable[str]) -> None:
    """Let pass what texts hold that are kept already, so that they can be saved again as they are."""
    if word := _word.get():
        word.numbers.update(number for text in texts for number in every(text))


def vouched() -> list[str]:
    """Return the numbers for which somebody vouches now."""
    word = _word.get()
    return sorted(word.numbers) if word else []


def passed_numbers() -> dict[str, str]:
    """Return what a timeline keeps of the numbers that passed on somebody's word: their last digits."""
    word = _word.get()
    return {"vouched": ", ".join(f"…{number[-4:]}" for number in word.met)} if word and word.met else {}


@contextmanager
def _taken(word: _Word) -> Iterator[None]:
    before = _word.set(word)
    try:
        yield
    finally:
        _word.reset(before)


def masked(text: str) -> str:
    """Return a text with every digit left out, for what must be shown although it holds a card number."""
    return re.sub(r"\d", "\N{BULLET}", text)


def _cards_from(groups: list[str], first: int) -> Iterator[str]:
    """Yield the card numbers that begin with a group and end with one."""
    digits = ""
    for group in groups[first : first + _LONGEST]:
        digits += group
        if len(digits) > _LONGEST:
            return
        if len(digits) >= _SHORTEST and _is_card(digits):
            yield digits


def _plain(text: str) -> str:
    """Fold digits of any width and script, spaces and dashes, and drop what nobody sees."""
    folded = unicodedata.normalize("NFKC", text).translate(_DASHES)
    return "".join(_readable(letter) for letter in folded if unicodedata.category(letter) != "Cf")


def _readable(letter: str) -> str:
    if letter.isspace():
        return " "
    return str(unicodedata.decimal(letter)) if letter.isdecimal() else letter


def _is_card(digits: str) -> bool:
    return any(
        len(digits) in lengths and any(first <= digits[: len(first)] <= last for first, last in ranges)
        for ranges, lengths in _BRANDS
    ) and _passes_luhn(digits)


def _passes_luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > _TWO_DIGITS else value
    return total % 10 == 0
