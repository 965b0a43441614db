"""Strangers forge notices and forms, staff ask for what they may not: the log tells of it in few lines."""

import json
import threading
import time
from collections import Counter
from itertools import count

import httpx

from siege.target import Target, sign_in

_FORGERS, _SECONDS = 8, 30
_PLACES = 300
_MOST_LINES = 1_200  # forty an hour of one thing from each of 21 places, and once more if the hour turns
_REFUSED = {"/notices/stripe": 400, "/account/sign-in/": 403}
_SECRET = "whsec_a-guess-that-no-log-may-hold"


def attack(target: Target) -> list[str]:
    """Forge from ever new addresses of the loopback; then count what the log made of it."""
    over, places = threading.Event(), count()
    answers: Counter[tuple[str, int]] = Counter()
    forgers = [
        threading.Thread(target=_forge, args=(target, over), kwargs={"answers": answers, "places": places})
        for _ in range(_FORGERS)
    ]
    clerk = threading.Thread(target=_ask_for_too_much, args=(target, over), kwargs={"answers": answers})
    for thread in [*forgers, clerk]:
        thread.start()
    time.sleep(_SECONDS)
    over.set()
    for thread in [*forgers, clerk]:
        thread.join()
    return [*_wrong_answers(answers), *_wrong_lines(target)]


def _forge(
    target: Target, over: threading.Event, *, answers: "Counter[tuple[str, int]]", places: "count[int]"
) -> None:
    head = {"Stripe-Signature": f"t=1,v1={_SECRET}"}
    while not over.is_set():
        place = next(places) % _PLACES
        there = httpx.HTTPTransport(local_address=f"127.2.{place // 250}.{place % 250 + 1}")
        with httpx.Client(base_url=target.url, timeout=60, transport=there, headers=head) as web:
            for path in _REFUSED:
                answers[path, web.post(path, content=b'{"id": "evt_1", "object": "event"}').status_code] += 1


def _ask_for_too_much(target: Target, over: threading.Event, *, answers: "Counter[tuple[str, int]]") -> None:
    head = {"Cookie": sign_in(target.demo, "sales")}
    with httpx.Client(base_url=target.url, timeout=60, headers=head) as web:
        while not over.is_set():
            answers["office", web.get("/office/security-log/").status_code] += 1


def _wrong_answers(answers: "Counter[tuple[str, int]]") -> list[str]:
    meant = {**_REFUSED, "office": 403}
    busy = 503  # told to come back, which is as good
    return [
        f"{path} answered {status}, {times} times"
        for (path, status), times in answers.items()
        if status not in {meant[path], busy}
    ]


def _wrong_lines(target: Target) -> list[str]:
    log = (target.demo.folder / "run" / "web.log").read_text()
    lines = Counter(
        json.loads(line[line.index("{") :])["event"] for line in log.splitlines() if '"event": "' in line
    )
    return [
        *(
            f"{lines[event]} lines of {event}"
            for event in ("notice_forged", "form_refused", "right_refused")
            if not 0 < lines[event] <= _MOST_LINES
        ),
        *(["the log holds what a forger sent"] if _SECRET in log else []),
    ]
