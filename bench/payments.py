"""Payments: our share of each, from Pay pressed to booked, without the processor's own page."""

import re
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx
import psycopg

from bench import machine, shop
from bench.browser import Browser
from bench.measures import Measure, milliseconds, of_rates, of_times, p95
from bench.world import World
from florin.domain.attempts.models import Attempt
from florin.domain.links import services as links
from florin.domain.staff.models import User

_ROUNDS = 2
_ALONE = 30
_AT_ONCE = 8
_MANY = 80
_FIELD = re.compile(r'name="(seen|currency|nonce)" value="([^"]*)"')
_here = threading.local()


@dataclass(slots=True)
class _Payer:
    """One bill and what its payer's browser knows of it."""

    path: str
    fields: dict[str, str]
    check: str = ""
    milliseconds: float = 0


def measure(world: World) -> list[Measure]:
    """Let payers pay one after the other and eight at once; the bank shares our processors."""
    world.migrate()
    web, owner, bank = world.web, shop.open_shop(), world.bank
    _pay(world, owner, many=16, at_once=_AT_ONCE)  # warm up
    alone = [_pay(world, owner, many=_ALONE, at_once=1) for _ in range(_ROUNDS)]
    before = machine.processor_seconds(web)
    together = [_pay(world, owner, many=_MANY, at_once=_AT_ONCE) for _ in range(_ROUNDS)]
    spent = machine.processor_seconds(web) - before
    best = max(together, key=lambda each: each[1])[0]
    note = f"each {statistics.median(best):.0f} ms, p95 {p95(best):.0f} ms"
    return [
        of_times([times for times, _rate in alone], part="payments", what="Pay to booked, alone", target=60),
        of_rates(
            [rate for _times, rate in together],
            part="payments",
            what="Pay to booked, eight payers at once",
            target=60,
            processor=spent * 1000 / (_MANY * _ROUNDS),
            note=f"{note}; notices included",
        ),
        *_baselines(world.database, bank),
    ]


def _pay(world: World, owner: User, *, many: int, at_once: int) -> tuple[list[float], float]:
    """Return our milliseconds of each payment, and payments per second of our own time."""
    payers = [_Payer(f"/pay/{links.token_of(link.pk)}", {}) for link in shop.links(owner, many)]
    with ThreadPoolExecutor(at_once, initializer=_sit_down, initargs=(world.web_port,)) as crowd:
        list(crowd.map(_look, payers))
        pressed = _elapsed(crowd, _press, payers)
        for payer in payers:
            _type_card(world, payer)
        checked = _elapsed(crowd, _check, payers)
    nonces = [payer.fields["nonce"] for payer in payers]
    booked = Attempt.objects.filter(nonce__in=nonces, state=Attempt.State.SETTLED).count()
    if booked != many:
        raise ValueError(f"{booked} of {many} payments were booked")
    return [payer.milliseconds for payer in payers], many / (pressed + checked)


def _elapsed(crowd: ThreadPoolExecutor, act: Callable[[_Payer], None], payers: Sequence[_Payer]) -> float:
    begun = time.perf_counter()
    list(crowd.map(act, payers))
    return time.perf_counter() - begun


def _sit_down(port: int) -> None:
    _here.browser = Browser(port)


def _look(payer: _Payer) -> None:
    payer.fields = dict(_FIELD.findall(_here.browser.get(payer.path).fine().body.decode()))


def _press(payer: _Payer) -> None:
    payer.milliseconds += milliseconds(
        lambda: _here.browser.post(f"{payer.path}/checkout", **payer.fields).fine(303)
    )


def _type_card(world: World, payer: _Payer) -> None:
    """Pay at the bank, in the bank's time."""
    attempt = Attempt.objects.get(nonce=payer.fields["nonce"])
    order = {"card": "4242424242424242", "email": "payer@shop.example"}
    world.bank.post(f"/control/sessions/{attempt.reference}/pay", json=order).raise_for_status()
    payer.check = f"{payer.path}/result/{attempt.pk}/check"


def _check(payer: _Payer) -> None:
    payer.milliseconds += milliseconds(lambda: _here.browser.post(payer.check).fine())


def _baselines(database: str, bank: httpx.Client) -> list[Measure]:
    """Commit one row, durably; and ask the bank for nothing, over a connection that stays open."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE TABLE bench_commit (id bigserial PRIMARY KEY, text text)")
        insert = "INSERT INTO bench_commit (text) VALUES ('x')"
        commits = [milliseconds(lambda: connection.execute(insert)) for _ in range(300)]
        connection.execute("DROP TABLE bench_commit")
    asked = [milliseconds(lambda: bank.get("/healthz").raise_for_status()) for _ in range(100)]
    return [
        of_times([commits], part="payments", what="baseline: INSERT and commit of one row"),
        of_times([asked], part="payments", what="baseline: an empty answer of the bank"),
    ]
