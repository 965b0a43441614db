"""The office's Order Summary with ten thousand orders: first page, a late page, and searches."""

from urllib.parse import quote

from django.test import Client

from bench import machine, shop, trade
from bench.browser import Browser
from bench.measures import Measure, milliseconds, of_times
from bench.world import World
from florin.domain.orders.models import Order
from florin.domain.staff.models import User

_MANY = 10_000
_ROUNDS = 3
_ASKED = 30
_WARM_UP = 6
_FROM_THE_END = 120
_PAGE = "/office/orders/"


def measure(world: World) -> list[Measure]:
    """Ask as somebody who is signed in."""
    return measure_with(world, _MANY)


def measure_with(world: World, many: int) -> list[Measure]:
    """Ask a company that has so many orders."""
    world.migrate()
    owner = shop.open_shop()
    trade.write(owner, many)
    addresses = {
        "Order Summary, first page": _PAGE,
        "Order Summary, late page": f"{_PAGE}?after={quote(_late(owner))}",
        "search, order number": f"{_PAGE}?q=TO-{many // 3}",
        "search, beginning of a PO number": f"{_PAGE}?q=PO-29",
        "search, part of a customer's name": f"{_PAGE}?q=rosewood",
        "search, nothing found": f"{_PAGE}?q=tulipomania",
        "Home, for orientation": "/office/",
    }
    cookie, web = _sign_in(owner), world.web
    measures = []
    for name, path in addresses.items():
        before = machine.processor_seconds(web)
        rounds = _rounds(world.web_port, cookie, path)
        spent = (machine.processor_seconds(web) - before) * 1000 / (_ASKED * _ROUNDS + _WARM_UP)
        target = None if name.startswith("Home") else 25
        part = f"lists, {many:,} orders"
        measures.append(of_times(rounds, part=part, what=name, target=target, processor=spent))
    return measures


def _rounds(port: int, cookie: str, path: str) -> list[list[float]]:
    for _ in range(_WARM_UP):
        _get(port, cookie, path)
    return [[milliseconds(lambda: _get(port, cookie, path)) for _ in range(_ASKED)] for _ in range(_ROUNDS)]


def _get(port: int, cookie: str, path: str) -> None:
    with Browser(port, cookie=cookie) as browser:
        answer = browser.get(path).fine()
    if b"<h1" not in answer.body:
        raise ValueError(f"{path} is no whole page")


def _late(owner: User) -> str:
    """Name the order after which one of the last pages begins, as the Older button would."""
    oldest = Order.objects.filter(company=owner.company).order_by("ordered_on", "pk")
    mark = oldest[_FROM_THE_END]
    return f"{mark.ordered_on.isoformat()}_{mark.pk}"


def _sign_in(user: User) -> str:
    client = Client()
    client.force_login(user)
    return "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
