"""Finding payment card numbers in what people write, so that none is ever kept (R23).

A number counts as a card's if a brand issues numbers that begin so and are so long (ISO/IEC 7812; the ranges
that the brands publish), and its check digit is right (Luhn). By the check digit alone one in ten of all long
numbers would be refused: GTIN, GLN, SSCC and IMEI among them.
"""

import re
import unicodedata

_SHORTEST, _LONGEST = 14, 19
# Groups of digits with one sign between them, as cards print their numbers.
_GROUPED = re.compile(r"\d+(?:[ .\-/_]\d+)*", re.ASCII)
_DASHES = dict.fromkeys(
    map(ord, "\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{EN DASH}\N{EM DASH}\N{MINUS SIGN}"), "-"
)
_TWO_DIGITS = 9


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


def find(text: str) -> str:
    """Return the digits of the first card number in a text, however it is grouped; empty if it holds none.

    Takes time in proportion to the text.
    """
    if len(text) < _SHORTEST or sum(map(str.isdecimal, text)) < _SHORTEST:
        return ""
    for run in _GROUPED.finditer(_plain(text)):
        groups = re.findall(r"\d+", run[0])
        for first in range(len(groups)):
            if number := _card_from(groups, first):
                return number
    return ""


def masked(text: str) -> str:
    """Return a text with every digit left out, for what must be shown although it holds a card number."""
    return re.sub(r"\d", "\N{BULLET}", text)


def _card_from(groups: list[str], first: int) -> str:
    """Return the card number that begins with a group and ends with one, if there is any."""
    digits = ""
    for group in groups[first : first + _LONGEST]:
        digits += group
        if len(digits) > _LONGEST:
            return ""
        if len(digits) >= _SHORTEST and _is_card(digits):
            return digits
    return ""


def _plain(text: str) -> str:
    """Fold digits of any width and script, spaces and dashes, and drop what nobody sees."""
    folded = unicodedata.normalize("NFKC", text).translate(_DASHES)
    return "".join(_letter(letter) for letter in folded if unicodedata.category(letter) != "Cf")


def _letter(letter: str) -> str:
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
