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


@pytest.mark.parametrize(
    "text", ["", "2.9", "2.9% - 1", "2.905%", "-1%", "101%", "1e2%", "2,9%", "1% at least"]
)
def test_a_rate_that_cannot_be_meant_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a rate|more than the payment"):
        Rate.parse(text)


def test_a_schedule_that_cannot_be_meant_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLORIN_FEES_ACH", "0.8%, at least 5.00")
    monkeypatch.setenv("FLORIN_FEES_DISPUTE", "20")
    assert environment.fees() == FeeSchedule(ach=Rate(80, least=500), dispute=2_000)
    for name, value in (("FLORIN_FEES_ACH", "cheap"), ("FLORIN_FEES_DISPUTE", "15.005")):
        monkeypatch.setenv(name, value)
        with pytest.raises(environment.Misconfigured, match=name):
            environment.fees()
        monkeypatch.delenv(name)
