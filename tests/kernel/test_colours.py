"""Text in or on any colour that a company may choose can be read."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from florin.kernel import colours

_ANY = st.integers(0, 0xFFFFFF).map("#{:06x}".format)
_GREYS_AND_CORNERS = ["#{:02x}{:02x}{:02x}".format(*parts) for parts in product(range(0, 256, 17), repeat=3)]


def test_contrast_is_what_the_standard_says() -> None:
    assert colours.contrast("#000000", "#ffffff") == 21
    assert colours.contrast("#777777", "#777777") == 1
    assert round(colours.contrast("#767676", "#ffffff"), 2) == round(colours.contrast("#fff", "#767676"), 2)
    assert 4.54 < colours.contrast("#767676", "#ffffff") < 4.55


@given(_ANY)
def test_text_on_any_colour_can_be_read(colour: str) -> None:
    assert colours.contrast(colours.ink_on(colour), colour) >= colours.ENOUGH


def test_even_the_worst_greys_and_corners_carry_text() -> None:
    assert min(colours.contrast(colours.ink_on(colour), colour) for colour in _GREYS_AND_CORNERS) > 4.55


@given(_ANY)
def test_a_colour_becomes_readable_on_light_and_on_dark(colour: str) -> None:
    assert colours.contrast(colours.darker(colour, on="#f4f5f4"), "#f4f5f4") >= colours.ENOUGH
    assert colours.contrast(colours.lighter(colour, on="#22262b"), "#22262b") >= colours.ENOUGH


def test_a_colour_that_can_be_read_already_stays_as_it_is() -> None:
    assert colours.darker("#2f6f57", on="#ffffff") == "#2f6f57"


@pytest.mark.parametrize("nonsense", ["", "red", "#12", "#12345g", "url(x)", "#2F6F57"])
def test_what_is_no_colour_is_the_house_colour(nonsense: str) -> None:
    assert colours.read(nonsense) == colours.HOUSE


def test_a_short_colour_is_read_in_full() -> None:
    assert colours.read(" #FA0 ") == "#ffaa00"
