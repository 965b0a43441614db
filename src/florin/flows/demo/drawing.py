"""Drawing a year of orders and payments: the same for the same day and seed, and nothing is written.

Whoever orders how often, at which intervals, how many lines and how much of each is drawn from what real
shops did; the holidays of the trade are laid over it. When a shop pays, the data set does not know: that is
made up, shop by shop.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import accumulate, groupby
from random import Random  # noqa: TID251 - a year that is the same again, no secret
from zoneinfo import ZoneInfo

from florin.domain.attempts.methods import Method
from florin.flows.demo import seasons
from florin.flows.demo.assortment import Flower, Market, Shop, Trade

SEED = 20101201
DAYS = 365
# A gift wholesaler has sixty times as many articles, and its shops buy five times as many at once.
_LINES_TO_ONE = 5
_MOST_LINES, _MOST_OF_A_LINE = 12, 40
_STEMS_A_BUNCH = 25
_SMALLEST_SHOP, _LARGEST_SHOP = 0.45, 2.6
_UNPAID_OF_100, _SHORT_OF_100 = 1, 2
_WITH_PO = 3  # every third shop gives a purchase order's number
_FRIDAY = 4
_AT_THE_COUNTER = timedelta(minutes=6)


@dataclass(frozen=True, slots=True)
class DrawnOrder:
    """An order to be, with its invoice of the same moment: flowers, how much of each."""

    shop: Shop
    at: datetime
    lines: Sequence[tuple[Flower, Decimal]]
    po_number: str


@dataclass(frozen=True, slots=True)
class DrawnPayment:
    """A payment to be: of which orders, by their place in the list, and what of a hundred it leaves open."""

    shop: Shop
    at: datetime
    method: Method
    reference: str
    orders: Sequence[int]
    short: int = 0


def orders(today: date, market: Market) -> list[DrawnOrder]:
    """Return the orders of the year that ends on the day before ``today``, the earliest first."""
    days = [today - timedelta(days=back) for back in range(DAYS, 0, -1)]
    reached = list(accumulate(seasons.weight(day, market.trade.weekday_shares) for day in days))
    drawn = [
        _order(chance, shop, days[place], market)
        for shop in market.shops
        for chance in [Random(f"{SEED}:{today}:{shop.place}")]  # noqa: S311
        for place in _places(
            chance, reached, reached[-1] / market.trade.orders_a_year[shop.place], market.trade
        )
    ]
    return sorted(drawn, key=lambda order: (order.at, order.shop.place))


def payments(today: date, drawn: Sequence[DrawnOrder]) -> list[DrawnPayment]:
    """Return what was paid for these orders before ``today``, the earliest first."""
    of_shop: dict[int, list[int]] = {}
    for place, order in enumerate(drawn):
        of_shop.setdefault(order.shop.place, []).append(place)
    paid = [
        payment
        for places in of_shop.values()
        for payment in _payments(drawn, places, Random(f"{SEED}:{today}:pays:{places[0]}"))  # noqa: S311
        if payment.at.date() < today
    ]
    return sorted(paid, key=lambda payment: (payment.at, payment.shop.place))


def _places(chance: Random, reached: Sequence[float], mean: float, trade: Trade) -> Iterator[int]:
    """Yield the days on which a shop orders: its intervals are real shops', longer where little is bought."""
    position, place = mean * chance.random(), 0
    while position < reached[-1]:
        while reached[place] < position:
            place += 1
        yield place
        position += mean * _draw(chance, trade.interval_to_mean)


def _order(chance: Random, shop: Shop, day: date, market: Market) -> DrawnOrder:
    trade = market.trade
    size = min(max(trade.order_value_to_median[shop.place], _SMALLEST_SHOP), _LARGEST_SHOP)
    size *= 1 + seasons.rush(day) / 3
    count = min(-(-int(_draw(chance, trade.lines_an_order)) // _LINES_TO_ONE), _MOST_LINES)
    chosen = chance.sample(market.flowers, count)
    wanted = [flower for flower in market.flowers if flower.season and flower.season == seasons.season(day)]
    if wanted and not any(flower in wanted for flower in chosen):
        chosen[0] = chance.choice(wanted)
    [hour] = chance.choices(range(24), trade.hour_shares)
    lines = [(flower, _quantity(chance, flower, size, trade)) for flower in chosen]
    po_number = f"{chance.randrange(1000, 9999)}" if shop.place % _WITH_PO == 0 else ""
    return DrawnOrder(shop, datetime.combine(day, time(hour, chance.randrange(60))), lines, po_number)


def _quantity(chance: Random, flower: Flower, size: float, trade: Trade) -> Decimal:
    pieces = min(max(round(_draw(chance, trade.quantity_a_line) * size), 1), _MOST_OF_A_LINE)
    match flower.unit:
        case "stem":
            return Decimal(_STEMS_A_BUNCH * max(pieces // 2, 1))
        case "box":
            return Decimal(max(pieces // 8, 1))
        case _:
            return Decimal(pieces)


def _payments(drawn: Sequence[DrawnOrder], places: Sequence[int], chance: Random) -> Iterator[DrawnPayment]:
    shop = drawn[places[0]].shop
    match shop.pays:
        case "never":
            return
        case "monthly":
            months = groupby(places, key=lambda place: (drawn[place].at.year, drawn[place].at.month))
            for (year, month), some in months:
                day = date(year + month // 12, month % 12 + 1, 10) + timedelta(days=shop.pace)
                yield _payment(chance, day, drawn, list(some))
        case _:
            for place in places:
                if chance.randrange(100) < _UNPAID_OF_100:
                    continue
                yield _payment(chance, _pay_day(chance, drawn[place]), drawn, [place])


def _pay_day(chance: Random, order: DrawnOrder) -> date:
    day = order.at.date()
    if order.shop.pays in {"cash", "terminal"}:
        return day
    return day + timedelta(days=order.shop.terms + order.shop.pace + chance.randint(-4, 6))


def _payment(chance: Random, day: date, drawn: Sequence[DrawnOrder], places: Sequence[int]) -> DrawnPayment:
    last = drawn[places[-1]]
    shop = last.shop
    while day.weekday() > _FRIDAY:  # banks and bookkeepers rest at the weekend
        day += timedelta(days=1)
    method = {"wire": Method.WIRE, "cash": Method.CASH, "terminal": Method.TERMINAL}.get(
        shop.pays, Method.CHECK
    )
    number = {Method.CHECK: f"{chance.randrange(1200, 9800)}", Method.WIRE: f"FT{chance.randrange(10**6):06}"}
    short = chance.choice([5, 8, 12]) if chance.randrange(100) < _SHORT_OF_100 else 0
    at = max(datetime.combine(day, time(17, chance.randrange(60))), last.at + _AT_THE_COUNTER)
    return DrawnPayment(shop, at, method, number.get(method, ""), places, short)


def _draw(chance: Random, percentiles: Sequence[float]) -> float:
    """Draw from the middle 98 of a hundred: the outermost are one customer's whims."""
    place = 1 + chance.random() * (len(percentiles) - 3)
    low = int(place)
    return percentiles[low] + (percentiles[low + 1] - percentiles[low]) * (place - low)


def in_zone(at: datetime, zone: str) -> datetime:
    """Return a drawn moment, which is the company's local time, as an instant."""
    return at.replace(tzinfo=ZoneInfo(zone))
