"""The demo's year as it is drawn: the same again, of the trade's rhythm, and over."""

from collections import Counter
from datetime import date, timedelta
from statistics import median

import pytest

from florin.flows.demo import assortment, drawing, seasons

TODAY = date(2026, 11, 30)
MARKET = assortment.market()


def test_the_same_day_draws_the_same_year_and_another_day_another_one() -> None:
    first, again = (drawing.orders(TODAY, MARKET) for _ in range(2))
    assert first == again
    assert drawing.payments(TODAY, first) == drawing.payments(TODAY, again)
    assert first != drawing.orders(TODAY + timedelta(days=1), MARKET)


@pytest.mark.parametrize("today", [TODAY, date(2027, 2, 14), date(2028, 2, 29), date(2027, 1, 1)])
def test_a_year_ends_yesterday_and_nobody_pays_tomorrow(today: date) -> None:
    drawn = drawing.orders(today, MARKET)
    paid = drawing.payments(today, drawn)

    days = {order.at.date() for order in drawn}
    assert today - timedelta(days=drawing.DAYS) <= min(days) < today - timedelta(days=drawing.DAYS - 7)
    assert max(days) < today
    assert max(payment.at.date() for payment in paid) < today
    assert all(drawn[place].at <= payment.at for payment in paid for place in payment.orders)


def test_the_doors_are_shut_on_sundays_and_everybody_buys_before_valentines() -> None:
    drawn = drawing.orders(TODAY, MARKET)
    on = Counter(order.at.date() for order in drawn)

    assert not [day for day in on if day.weekday() == 6]
    before = sum(on[date(2026, 2, 14) - timedelta(days=back)] for back in range(1, 11))
    quiet = sum(on[date(2026, 3, 14) - timedelta(days=back)] for back in range(1, 11))
    assert before > 1.3 * quiet
    assert seasons.mothers_day(2026) == date(2026, 5, 10)


def test_orders_are_of_the_size_that_real_shops_order() -> None:
    drawn = drawing.orders(TODAY, MARKET)
    worth = [float(sum(one.unit_price * quantity for one, quantity in order.lines)) for order in drawn]

    assert abs(len(drawn) - sum(MARKET.trade.orders_a_year)) < 0.15 * len(drawn)
    assert 2 <= median(len(order.lines) for order in drawn) <= 5
    assert 250 < median(worth) < 700


def test_nobody_in_the_demo_can_be_reached() -> None:
    assert len({shop.email for shop in MARKET.shops}) == len(MARKET.shops) == 60
    assert all(shop.email.endswith(".example") for shop in MARKET.shops)
    assert all(" 555 01" in shop.phone for shop in MARKET.shops)
