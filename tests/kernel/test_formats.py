"""Amounts, numbers and dates read as the language writes them, and no decimal of a currency is lost."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from florin.kernel import formats
from florin.kernel.money import Money

_CURRENCIES = ["USD", "EUR", "JPY", "KWD", "IQD", "CLP", "COP", "HUF", "LYD", "TND", "CHF"]


@pytest.mark.parametrize(
    ("minor", "currency", "language", "written"),
    [
        (123_450, "USD", "en", "$1,234.50"),
        (123_450, "USD", "es", "1.234,50\xa0US$"),
        (12_345_600, "EUR", "de", "123.456,00\xa0€"),
        (1234, "JPY", "en", "¥1,234"),
        (1234, "KWD", "en", "KWD\xa01.234"),
        (123_456, "IQD", "en", "IQD\xa0123.456"),  # CLDR would round it to whole dinars
        (-500, "CHF", "en", "\N{MINUS SIGN}CHF\xa05.00"),
        (500, "USD", "no such language", "$5.00"),
    ],
)
def test_an_amount_reads_as_its_language_writes_it(
    minor: int, currency: str, language: str, written: str
) -> None:
    assert formats.money(Money(minor, currency), language) == written


@given(
    st.integers(-(10**12), 10**12), st.sampled_from(_CURRENCIES), st.sampled_from(["en", "es", "es-MX", "de"])
)
def test_every_figure_of_an_amount_is_written(minor: int, currency: str, language: str) -> None:
    amount = Money(minor, currency)

    for written in (formats.money(amount, language), formats.figure(amount, language)):
        digits = "".join(letter for letter in written if letter.isdigit())
        assert int(digits) == abs(minor)


def test_a_column_that_names_its_currency_needs_only_figures() -> None:
    assert formats.figure(Money(123_450, "USD"), "en") == "1,234.50"
    assert formats.figure(Money(1234, "KWD"), "en") == "1.234"


def test_a_unit_price_keeps_its_fractions_and_at_least_the_currencys_decimals() -> None:
    prices = ["1.2", "0.3825", "10"]

    assert [formats.unit_price(Decimal(price), "USD", "en") for price in prices] == [
        "1.20",
        "0.3825",
        "10.00",
    ]
    assert formats.unit_price(Decimal("0.5000"), "JPY", "en") == "0.5"


def test_a_minus_is_a_minus_sign_and_no_hyphen() -> None:
    minus = Money(-123_450, "USD")

    assert formats.money(minus, "en") == "\N{MINUS SIGN}$1,234.50"
    assert formats.money(minus, "es") == "\N{MINUS SIGN}1.234,50\xa0US$"
    assert formats.figure(minus, "en") == "\N{MINUS SIGN}1,234.50"
    assert formats.unit_price(Decimal("-0.5"), "USD", "en") == "\N{MINUS SIGN}0.50"
    assert formats.quantity(Decimal(-2), "es") == "\N{MINUS SIGN}2"


def test_a_quantity_has_no_idle_zeros() -> None:
    assert formats.quantity(Decimal("1200.000"), "en") == "1,200"
    assert formats.quantity(Decimal("2.500"), "es") == "2,5"


def test_what_is_no_number_stays_as_it_was_written() -> None:
    assert formats.quantity("a few", "en") == "a few"
    assert formats.unit_price("NaN", "USD", "en") == "NaN"


def test_days_read_as_the_language_writes_them() -> None:
    assert formats.day(date(2026, 12, 24), "en") == "Dec 24, 2026"
    assert formats.day(date(2026, 12, 24), "es") == "24 dic 2026"
    assert formats.short_day(date(2026, 9, 30), "en") == "Sep 30"


@pytest.mark.parametrize(
    ("language", "time_zone", "sign"),
    [
        *(("en", "America/New_York", "."), ("es", "America/New_York", "."), ("es", "Europe/Madrid", ",")),
        *(("en", "Europe/Madrid", ","), ("es", "America/Mexico_City", "."), ("es", "UTC", ",")),
        *(("en", "UTC", "."), ("de", "Europe/Zurich", ".")),
    ],
)
def test_decimals_stand_where_the_spreadsheets_of_the_companys_region_have_them(
    language: str, time_zone: str, sign: str
) -> None:
    assert formats.decimal_sign(language, time_zone) == sign
