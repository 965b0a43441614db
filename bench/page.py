"""The payer's page: one payer, many at once, and what all of it weighs."""

import gzip
import re
import shutil
import subprocess
from collections.abc import Callable

from bench import machine, shop
from bench.browser import Answer, Browser
from bench.measures import Measure, milliseconds, of_rates, of_times
from bench.world import World
from florin.domain.links import services as links

_ROUNDS = 3
_ASKED = 300
_WRK_SECONDS = 5
_CONNECTIONS = 16
_FILE = re.compile(r'<(?:link|script|img)\b[^>]*?\b(?:href|src)="([^"]+)"')
_IN_STYLE = re.compile(r'url\(["\']?([^"\')]+)')


def measure(world: World) -> list[Measure]:
    """Ask for a bill that waits to be paid, and for nothing at all from the same server beside it."""
    world.migrate()
    path = f"/pay/{links.token_of(shop.links(shop.open_shop(), 1)[0].pk)}"
    web, empty = world.web, world.empty_web()
    for _ in range(4):
        _in_a_row(world.web_port, path, stay=False)  # both processes are warm after this
    before = machine.processor_seconds(web)
    staying = [_in_a_row(world.web_port, path, stay=True) for _ in range(_ROUNDS)]
    spent = (machine.processor_seconds(web) - before) * 1000 / (_ASKED * _ROUNDS)
    leaving = [_in_a_row(world.web_port, path, stay=False) for _ in range(_ROUNDS)]
    nothing = [_in_a_row(empty, "/", stay=True) for _ in range(_ROUNDS)]
    name = "payer's page, one client"
    return [
        of_times(staying, part="page", what=f"{name}, keep-alive", target=6, processor=spent),
        of_times(leaving, part="page", what=f"{name}, a connection each", target=6),
        of_times(nothing, part="page", what="baseline: an empty answer, keep-alive"),
        *_many_at_once(world, path, empty),
        _weight(world.web_port, path),
    ]


def _in_a_row(port: int, path: str, *, stay: bool) -> list[float]:
    if stay:
        with Browser(port) as browser:
            return _times(lambda: browser.get(path))
    return _times(lambda: _come_and_go(port, path))


def _come_and_go(port: int, path: str) -> Answer:
    with Browser(port, stay=False) as browser:
        return browser.get(path)


def _times(ask: Callable[[], Answer]) -> list[float]:
    return [milliseconds(lambda: ask().fine()) for _ in range(_ASKED)]


def _many_at_once(world: World, path: str, empty: int) -> list[Measure]:
    wrk = shutil.which("wrk")
    what = f"payer's page, wrk -t2 -c{_CONNECTIONS}"
    if wrk is None:
        return [Measure(part="page", what=what, value=0, unit="/s", note="not measured: there is no wrk")]
    before = machine.processor_seconds(world.web)
    rates = [_wrk(wrk, world.web_port, path) for _ in range(_ROUNDS)]
    spent = machine.processor_seconds(world.web) - before
    served = sum(rates) * _WRK_SECONDS
    return [
        of_rates(rates, part="page", what=what, target=600, processor=spent * 1000 / served),
        of_rates([_wrk(wrk, empty, "/")], part="page", what="baseline: an empty answer, the same wrk"),
    ]


def _wrk(wrk: str, port: int, path: str) -> float:
    command = [wrk, "-t2", f"-c{_CONNECTIONS}", f"-d{_WRK_SECONDS}s", "-H", "Accept-Encoding: gzip, br"]
    said = subprocess.run(
        [*command, f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, check=True
    ).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise ValueError(said)
    found = re.search(r"Requests/sec:\s*([\d.]+)", said)
    if found is None:
        raise ValueError(said)
    return float(found[1])


def _weight(port: int, path: str) -> Measure:
    """Add up the bodies of the page and of all that it names, as they come over the wire."""
    with Browser(port) as browser:
        page = browser.get(path).fine()
        text = _text(page)
        names = dict.fromkeys(name for name in _FILE.findall(text) if not name.startswith("data:"))
        parts = {name: browser.get(name).fine() for name in names}
        for style in [part for name, part in parts.items() if name.endswith(".css")]:
            for name in _IN_STYLE.findall(_text(style)):
                if name.startswith("/") and name not in parts:
                    parts[name] = browser.get(name).fine()
    whole = len(page.body) + sum(len(part.body) for part in parts.values())
    note = f"page {len(page.body) / 1000:.1f} kB and {len(parts)} files"
    return Measure(
        part="page", what="everything that page loads", value=whole, unit="bytes", target=30_000, note=note
    )


def _text(answer: Answer) -> str:
    body = gzip.decompress(answer.body) if answer.headers.get("content-encoding") == "gzip" else answer.body
    return body.decode(errors="replace")
