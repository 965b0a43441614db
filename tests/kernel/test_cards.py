"""Card numbers are found however they are written, and the long numbers of trade pass (R23)."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from florin.kernel import cards

# Test numbers that the brands and processors publish, one a brand and length.
CARDS = [
    *("4242424242424242", "5555555555554444", "2223003122003222", "378282246310005", "6011111111111117"),
    *("3056930009020004", "36227206271667", "3566002020360505", "6200000000000005", "6205500000000000004"),
]


@pytest.mark.parametrize("number", CARDS)
@pytest.mark.parametrize("written", ["{}", "card {}, thanks", "No.{}!"])
def test_the_numbers_of_all_brands_are_found(number: str, written: str) -> None:
    assert cards.find(written.format(number)) == number


@pytest.mark.parametrize(
    "text",
    [
        "Paid by card 4242 4242 4242 4242 exp 12/30",
        "4242-4242-4242-4242 12 30",
        "4242\N{EN DASH}4242\N{EN DASH}4242\N{EN DASH}4242",
        "4242\N{NO-BREAK SPACE}4242\N{NO-BREAK SPACE}4242\N{NO-BREAK SPACE}4242",
        "42424242\N{ZERO WIDTH SPACE}42424242",
        "".join(chr(ord("\N{FULLWIDTH DIGIT ZERO}") + int(digit)) for digit in "4242424242424242"),
        "".join(chr(ord("\N{ARABIC-INDIC DIGIT ZERO}") + int(digit)) for digit in "4242424242424242"),
        "ref 7 4242 4242 4242 4242",
    ],
)
def test_a_number_is_found_however_it_is_written(text: str) -> None:
    assert cards.find(text) == "4242424242424242"


def _with_check_digit(digits: str) -> str:
    """Append the check digit of GS1: weights 3 and 1 from the right."""
    total = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits)))
    return f"{digits}{-total % 10}"


@given(st.from_regex(r"4[0-9]{11}", fullmatch=True))
def test_no_ean_is_taken_for_a_card(digits: str) -> None:
    assert cards.find(_with_check_digit(digits)) == ""


@given(st.from_regex(r"[0-9]{17}", fullmatch=True))
def test_no_sscc_is_taken_for_a_card(digits: str) -> None:
    assert cards.find(_with_check_digit(digits)) == ""


@pytest.mark.parametrize("number", ["490154203237518", "356938035643809", "4006381333931", "8712345000004"])
def test_imei_and_gln_pass(number: str) -> None:
    assert cards.find(number) == ""


@pytest.mark.parametrize("text", ["4242424242424241", "0000000000000000", "12 roses", "", "1" * 16])
def test_what_is_no_card_number_passes(text: str) -> None:
    assert cards.find(text) == ""


def test_a_long_text_takes_time_in_proportion() -> None:
    begun = time.perf_counter()
    cards.find("4 " * 20_000)  # by the square it would be a hundred times slower

    assert time.perf_counter() - begun < 5
