"""The last three weeks, lived through step by step at the test processor, whose clock begins back then.

How far that clock has come is also how far we are: a step that is over is not done again, so a demo that was
killed goes on from there.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from florin.flows import deliver_outbox
from florin.flows.demo import life as people
from florin.flows.demo.life import Life
from florin.kernel import clock

_FRIDAY = 4
_JUST_NOW, _PAUSE = timedelta(minutes=4), timedelta(minutes=7)
_WILTED = "Two bunches of tulips arrived wilted"
_SHORT = "Box of leatherleaf came five bunches short"


Act = Callable[[], object]
Script = Iterator[tuple[int, int, int, Act]]


@dataclass(frozen=True, slots=True)
class Scene:
    """Something that somebody does at a moment (UTC)."""

    at: datetime
    act: Act


def live(life: Life) -> None:
    """Live through what is left of the weeks, and bring the test processor's clock to this moment.

    What is interrupted is not done again from the beginning: the worker finishes what must be finished.
    """
    behind = life.control.behind()
    if not behind:
        return
    reached = clock.now() - behind
    for scene in scenes(life, today=clock.today(life.company.time_zone)):
        if scene.at <= reached:
            continue
        behind = life.control.advance(max(scene.at - clock.now() + behind, timedelta()))
        with clock.at(scene.at):
            scene.act()
            deliver_outbox.deliver()
    life.control.advance(behind)
    life.look_round()


def scenes(life: Life, *, today: date) -> list[Scene]:
    """Return what happens, one after the other, all of it over; what falls on a weekend is done on Friday.

    What is told of this morning has just happened where the morning has not come so far yet.
    """
    latest, last = clock.now() - _JUST_NOW, datetime.min.replace(tzinfo=UTC)
    told: list[Scene] = []
    for days_ago, hour, minute, act in sorted(_script(life), key=lambda one: (-one[0], one[1], one[2])):
        moment = _moment(today - timedelta(days=days_ago), time(hour, minute), life.company.time_zone)
        last = min(max(moment, last + _PAUSE), latest + timedelta(seconds=len(told)))
        told.append(Scene(last, act))
    return told


def _moment(day: date, at: time, zone: str) -> datetime:
    workday = day - timedelta(days=max(day.weekday() - _FRIDAY, 0))
    return datetime.combine(workday, at, ZoneInfo(zone)).astimezone(UTC)


def _script(life: Life) -> Script:
    """Yield how many days ago, the hour and the minute (in the company's time), and what happened."""
    yield from _links(life)
    yield from _counter(life)
    for days_ago in (13, 2):
        yield days_ago, 18, 5, life.look_round


def _links(life: Life) -> Script:
    def paid(days_ago: int, hour: int, shop: str, pay: Callable[[str], None]) -> Script:
        yield days_ago, hour, 12, partial(life.order, shop)
        yield days_ago, hour, 41, partial(life.open, shop)
        yield days_ago, hour, 44, partial(pay, shop)

    card, bank = life.pay_by_card, life.pay_by_bank
    yield from paid(20, 8, "Bloom Theory", card)
    yield from paid(19, 10, "Wildwood Floral Design", bank)
    yield from paid(18, 9, "Rosa's Florería", partial(bank, account=people.RETURNED_BANK))
    yield from paid(15, 11, "Stems on Fifth", card)
    yield from paid(12, 14, "Blossoms by Bianca", card)
    yield from paid(7, 15, "Kendall Floral & Gifts", partial(bank, account=people.EMPTY_BANK))
    yield from paid(5, 8, "Wildwood Floral Design", card)
    yield from paid(4, 13, "Lowcountry Petals", partial(card, card=people.DISPUTED_CARD))
    yield from paid(1, 9, "Vine & Vessel", bank)
    yield from paid(0, 7, "Blossoms by Bianca", card)
    yield 9, 9, 35, partial(life.order, "Sea Oats Floral")
    yield 8, 16, 20, partial(life.send_statement, "Sea Oats Floral")
    yield 7, 9, 5, partial(life.open, "Sea Oats Floral")
    yield 7, 9, 9, partial(life.pay_by_card, "Sea Oats Floral")
    yield 3, 11, 30, partial(life.bounce, "Paper Moon Events")
    yield 2, 8, 50, partial(life.order, "Evergreen Wedding Studio")
    yield 2, 12, 15, partial(life.open, "Evergreen Wedding Studio")
    yield 1, 10, 10, partial(life.order, "Stems on Fifth")
    yield 1, 10, 25, partial(life.revoke, "Stems on Fifth")
    yield 1, 8, 20, partial(life.order, "Garden District Blooms")
    yield 1, 16, 0, partial(life.send_statement, "Garden District Blooms")
    yield 0, 8, 15, partial(life.order, "Lowcountry Petals")


def _counter(life: Life) -> Script:
    yield 12, 10, 30, partial(life.order, "Magnolia & Main")
    yield 11, 9, 40, partial(life.apply_credit, "Magnolia & Main", 2_460, _WILTED)
    yield (
        10,
        10,
        20,
        partial(life.refund_some, "Blossoms by Bianca", "One bunch of lilies was bruised", percent=15),
    )
    yield 6, 15, 30, partial(life.pay_ahead, "Bayshore Hospitality Group", 150_000)
    yield 5, 11, 10, partial(life.approve_credit, "Harbor House Flowers", 3_850, _SHORT)
    yield (
        5,
        11,
        25,
        partial(life.void_credit, "Oak & Ivy Florist", 5_900, _SHORT, why="Written for the wrong shop"),
    )
    yield 4, 10, 0, partial(life.pay_again_by_check, "Wildwood Floral Design")
    yield (
        3,
        14,
        5,
        partial(life.reject_credit, "Northside Flowers", 12_000, "Wants 10 % off", why="No such agreement"),
    )
    yield 2, 15, 45, partial(life.void, "Key Lime Floral")
    yield 1, 11, 35, partial(life.submit_credit, "Thistle & Thyme", 4_275, "Hydrangeas froze on the truck")
    yield 1, 14, 20, partial(life.hold, "Fourth Street Flowers")
    yield 0, 8, 30, partial(life.draft_credit, "Petal & Stem", 1_950, _WILTED)
    yield 0, 8, 40, partial(life.draft, "The Flower Cart")
    yield 0, 8, 55, partial(life.draft, "Harbor House Flowers")
