"""Money is exact: nothing is lost, nothing is made up, and nothing that is not money gets in."""

import operator
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from florin.kernel.money import MOST_MINOR, Money, exponent, line_total

CURRENCIES = st.sampled_from(["USD", "JPY", "KWD"])
MINOR = st.integers(-MOST_MINOR, MOST_MINOR)
WEIGHTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=40).filter(any)


@pytest.mark.parametrize(("currency", "decimals"), [("JPY", 0), ("USD", 2), ("KWD", 3), ("EUR", 2)])
def test_each_currency_has_its_own_decimals(currency: str, decimals: int) -> None:
    assert exponent(currency) == decimals
    assert Money(12345, currency).decimal == Decimal(12345).scaleb(-decimals)


@given(MINOR, CURRENCIES)
def test_what_is_written_out_reads_back_the_same(minor: int, currency: str) -> None:
    amount = Money(minor, currency)

    assert Money.parse(str(amount.decimal), currency) == amount
    assert Money.parse(f"{amount.decimal:,f}", currency) == amount


@given(MINOR, WEIGHTS)
def test_the_parts_of_a_split_sum_to_the_whole(minor: int, weights: list[int]) -> None:
    parts = Money(minor, "USD").split(weights)

    assert sum(part.minor for part in parts) == minor


@given(MINOR, WEIGHTS)
def test_each_part_of_a_split_is_within_one_unit_of_its_exact_share(minor: int, weights: list[int]) -> None:
    parts = Money(minor, "USD").split(weights)

    for part, weight in zip(parts, weights, strict=True):
        assert abs(part.minor - Fraction(minor * weight, sum(weights))) < 1
        assert weight or not part


def test_what_does_not_divide_goes_to_the_largest_remainder_and_then_to_the_first() -> None:
    assert [part.minor for part in Money(100, "USD").split([1, 1, 1])] == [34, 33, 33]
    assert [part.minor for part in Money(10, "USD").split([1, 2])] == [3, 7]
    assert [part.minor for part in Money(-100, "USD").split([1, 1, 1])] == [-33, -33, -34]


@pytest.mark.parametrize("weights", [[], [0, 0], [2, -1], [-1]])
def test_money_cannot_be_split_by_nothing_or_less(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="Weights"):
        Money(100, "USD").split(weights)


@pytest.mark.parametrize("minor", [1.0, Decimal(1), "1", True, None])
def test_only_a_whole_number_of_minor_units_is_money(minor: object) -> None:
    with pytest.raises(TypeError, match="whole number"):
        Money(minor, "USD")  # type: ignore[arg-type]


@pytest.mark.parametrize("currency", ["", "US", "usd", "USDX", "ÜSD", "A1B", "US\n", "1US"])
def test_only_three_capital_letters_are_a_currency(currency: str) -> None:
    with pytest.raises(ValueError, match="ISO 4217"):
        Money(1, currency)


def test_an_amount_that_the_database_cannot_hold_is_not_money() -> None:
    assert Money(MOST_MINOR, "USD").minor == 2**63 - 1
    with pytest.raises(ValueError, match="too large"):
        Money(MOST_MINOR + 1, "USD")


RECKONINGS = [operator.add, operator.sub, operator.lt, operator.le, operator.gt, operator.ge]


@pytest.mark.parametrize("reckon", RECKONINGS)
def test_two_currencies_are_never_reckoned_together(reckon: Callable[[Money, Money], object]) -> None:
    with pytest.raises(ValueError, match="Cannot reckon"):
        reckon(Money(1, "USD"), Money(1, "EUR"))
    assert Money(1, "USD") != Money(1, "EUR")


@given(st.lists(st.integers(-(10**12), 10**12), min_size=2, max_size=9))
def test_money_adds_and_orders_as_whole_numbers_do(minors: list[int]) -> None:
    amounts = [Money(minor, "USD") for minor in minors]

    assert sum(amounts, start=Money.zero("USD")).minor == sum(minors)
    for left, right in pairwise(amounts):
        assert (left < right) == (left.minor < right.minor)
        assert left - right == -(right - left)


@pytest.mark.parametrize(
    ("text", "minor"),
    [("1,234.50", 123450), (" 5 ", 500), ("5.", 500), (".5", 50), ("-0.01", -1), ("+7", 700)],
)
def test_an_amount_is_read_as_people_type_it(text: str, minor: int) -> None:
    assert Money.parse(text, "USD") == Money(minor, "USD")


HOSTILE = ["", ".", "-", "NaN", "Infinity", "1e3", "1e999999", "1e-1000040", "0x10", "1_000", "1 000", "\x00"]
AMBIGUOUS = ["1,50", "1,,234", "12,34,567", ",100", "1,234,", "1.234,50", "١٢", "1-", "--1", "9" * 5000]


@pytest.mark.parametrize("text", HOSTILE + AMBIGUOUS)
def test_what_is_not_plainly_an_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not an amount|too large"):
        Money.parse(text, "USD")


@pytest.mark.parametrize(
    ("text", "currency"), [("1.005", "USD"), ("1.5", "JPY"), ("1." + "0" * 40 + "1", "USD")]
)
def test_more_decimals_than_the_currency_has_are_refused_not_rounded(text: str, currency: str) -> None:
    with pytest.raises(ValueError, match="more decimals"):
        Money.parse(text, currency)


@given(st.text())
def test_whatever_is_typed_gives_money_or_a_value_error(text: str) -> None:
    try:
        amount = Money.parse(text, "USD")
    except ValueError:
        return
    assert isinstance(amount.minor, int)


@pytest.mark.parametrize(
    ("quantity", "price", "minor"),
    [("1", "0.125", 12), ("1", "0.135", 14), ("3", "0.335", 100), ("-1", "0.125", -12), ("2.5", "0.0333", 8)],
)
def test_a_line_is_rounded_once_and_half_to_even(quantity: str, price: str, minor: int) -> None:
    assert line_total(Decimal(quantity), Decimal(price), "USD") == Money(minor, "USD")


QUANTITIES = st.decimals(-(10**9), 10**9, places=3)
PRICES = st.decimals(-(10**6), 10**6, places=4)


@given(QUANTITIES, PRICES, CURRENCIES)
def test_a_line_is_never_further_than_half_a_unit_from_the_exact_product(
    quantity: Decimal, price: Decimal, currency: str
) -> None:
    exact = Fraction(quantity) * Fraction(price) * 10 ** exponent(currency)

    assert line_total(quantity, price, currency).minor == round(exact)  # Fraction rounds half to even


@pytest.mark.parametrize("number", ["1e20", "1e300", "1e999999", "NaN", "Infinity"])
def test_a_line_that_no_money_can_be_is_refused(number: str) -> None:
    with pytest.raises(ValueError, match=r"too large|NaN"):
        line_total(Decimal(number), Decimal(number), "USD")


def test_a_line_with_many_digits_is_still_rounded_once() -> None:
    just_over_half = Decimal("0.0050000000000000000000000000000001")

    assert line_total(Decimal(1), just_over_half, "USD") == Money(1, "USD")
    assert line_total(Decimal(100), just_over_half, "USD") == Money(50, "USD")
