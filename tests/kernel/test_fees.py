"""What processing is expected to cost (product decisions, "Fees")."""

import pytest

from florin.config import environment
from florin.kernel.fees import FeeSchedule, Rate
from florin.kernel.money import Money

SCHEDULE = FeeSchedule()


def usd(minor: int) -> Money:
    return Money(minor, "USD")


@pytest.mark.parametrize(
    ("method", "amount", "fee"),
    [
        ("card", 10_000, 315),
        ("card", 50, 26),
        ("card", 1_017, 54),  # 29.493 + 25, and half up
        ("card", 10, 10),  # never more than was paid
        ("ach", 10_000, 100),
        ("ach", 25_050, 251),
        ("ach", 60, 60),
        ("check", 10_000, 0),
    ],
)
def test_a_payment_costs_what_its_method_costs(method: str, amount: int, fee: int) -> None:
    assert SCHEDULE.of_payment(usd(amount), method=method) == usd(fee)


def test_a_refund_brings_back_the_variable_part_less_what_is_kept() -> None:
    assert SCHEDULE.returned(usd(10_000), of=usd(10_000), method="card") == usd(190)
    assert SCHEDULE.returned(usd(5_000), of=usd(10_000), method="card") == usd(45)
    assert SCHEDULE.returned(usd(3_000), of=usd(10_000), method="card") == usd(0)
    assert SCHEDULE.returned(usd(1_000), of=usd(10_000), method="wire") == usd(0)


def test_small_refunds_bring_back_no_more_than_one_large_one() -> None:
    free = FeeSchedule(refund_kept=0)
    parts = [free.returned(usd(1), of=usd(100), method="card", before=before).minor for before in range(100)]
    assert sum(parts) == free.returned(usd(100), of=usd(100), method="card").minor == 3


def test_a_rate_is_read_as_operators_write_it() -> None:
    assert Rate.parse(" 2.9% + 0.25 ") == Rate(290, fixed=25)
    assert Rate.parse("1%, at least 1.00") == Rate(100, least=100)
    assert Rate.parse("1.25 %") == Rate(125)
    assert Rate.parse("0.8%, at most 5.00") == Rate(80, most=500)
    assert Rate.parse("1% + 0.10, at least 1.00, at most 8") == Rate(100, 10, 100, 800)


@pytest.mark.parametrize(
    "text", ["", "2.9", "2.9% - 1", "2.905%", "-1%", "101%", "1e2%", "2,9%", "1% at least", "1%, at most"]
)
def test_a_rate_that_cannot_be_meant_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a rate|more than the payment"):
        Rate.parse(text)


def test_a_rate_whose_least_is_more_than_its_most_is_refused() -> None:
    with pytest.raises(ValueError, match="more than the most"):
        Rate.parse("1%, at least 5.00, at most 1.00")


@pytest.mark.parametrize(("amount", "fee"), [(10_000, 80), (62_500, 500), (1_000_000, 500), (300, 2)])
def test_a_fee_with_a_cap_never_exceeds_it(amount: int, fee: int) -> None:
    assert FeeSchedule(ach=Rate(80, most=500)).of_payment(usd(amount), method="ach") == usd(fee)


def test_a_refund_of_a_capped_fee_brings_back_no_more_than_the_cap() -> None:
    capped = FeeSchedule(ach=Rate(80, most=500), refund_kept=0)
    assert capped.returned(usd(1_000_000), of=usd(1_000_000), method="ach") == usd(500)


def test_where_the_whole_fee_is_kept_a_refund_brings_nothing_back() -> None:
    assert FeeSchedule(refund_kept=None).returned(usd(10_000), of=usd(10_000), method="card") == usd(0)


def test_what_is_near_enough_is_tolerated() -> None:
    schedule = FeeSchedule(tolerance=Rate(150))
    assert schedule.tolerates(usd(315 + 150), of=usd(10_000), method="card")
    assert not schedule.tolerates(usd(315 + 151), of=usd(10_000), method="card")
    assert not SCHEDULE.tolerates(usd(314), of=usd(10_000), method="card")


def test_the_fixed_parts_are_of_a_unit_whatever_its_decimals() -> None:
    schedule = FeeSchedule(card=Rate(0, fixed=4_025), dispute=150_000)
    assert schedule.of_payment(Money(10_000, "JPY"), method="card") == Money(40, "JPY")
    assert schedule.of_payment(Money(100_000, "KWD"), method="card") == Money(40_250, "KWD")
    assert schedule.of_dispute("JPY") == Money(1_500, "JPY")


def test_a_schedule_that_cannot_be_meant_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLORIN_FEES_ACH", "0.8%, at least 5.00")
    monkeypatch.setenv("FLORIN_FEES_DISPUTE", "20")
    assert environment.fees() == FeeSchedule(ach=Rate(80, least=500), dispute=2_000)
    monkeypatch.setenv("FLORIN_FEES_ACH", "0.8%, at most 5.00")
    monkeypatch.setenv("FLORIN_FEES_REFUND_KEPT", "all")
    monkeypatch.setenv("FLORIN_FEES_TOLERANCE", "1.5%")
    assert environment.fees() == FeeSchedule(
        ach=Rate(80, most=500), dispute=2_000, refund_kept=None, tolerance=Rate(150)
    )
    for name, value in (("FLORIN_FEES_ACH", "cheap"), ("FLORIN_FEES_DISPUTE", "15.005")):
        monkeypatch.setenv(name, value)
        with pytest.raises(environment.Misconfigured, match=name):
            environment.fees()
        monkeypatch.delenv(name)
