"""Fifty payers on one link at the same instant: one is charged, all others read that they were not."""

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpx

from chaos import verdict
from testing.demo import Demo, wait_until

_FIELD = re.compile(r'name="(seen|currency|nonce)" value="([^"]*)"')
_CHARGED, _SPARED = "Your payment has arrived", "Nothing was charged"
_MAIL = "You were not charged"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: no problems is the aim. Seconds from the cards to the last answer."""

    problems: list[str]
    seconds: float


def play(demo: Demo, *, payers: int) -> Outcome:
    """Let all of them press Pay, then type a card, then come back, each step at one barrier."""
    barrier = threading.Barrier(payers)
    with ThreadPoolExecutor(payers) as pool:
        ends = list(pool.map(lambda _place: _pay(demo, barrier), range(payers)))
    problems = [end.problem for end in ends if end.problem]
    sessions = [end.session for end in ends if end.session]
    wait_until(lambda: not _held(demo, sessions), seconds=120)
    captured = [one for one in _intents(demo, sessions) if one["captured"]]
    if len(captured) != 1:
        problems.append(f"{len(captured)} of {payers} were charged")
    pages = [httpx.get(end.result, timeout=30).text for end in ends if end.result]
    for words, wanted in ((_CHARGED, 1), (_SPARED, len(sessions) - 1)):
        found = sum(words in page for page in pages)
        if found != wanted:
            problems.append(f"{found} of {wanted} read “{words}”")
    released = sum(verdict.is_released(one) for one in _intents(demo, sessions))
    if (mails := _mails(demo, at_least=released)) != released:
        problems.append(f"{mails} of {released} got the mail that nothing was charged")
    return Outcome(problems, max(end.seconds for end in ends))


@dataclass(frozen=True, slots=True)
class _End:
    session: str = ""
    result: str = ""
    problem: str = ""
    seconds: float = 0.0


def _pay(demo: Demo, barrier: threading.Barrier) -> _End:
    with httpx.Client(timeout=60) as web:
        page = web.get(demo.facts["pay_link"])
        form = dict(_FIELD.findall(page.text))
        barrier.wait(60)
        pressed = web.post(f"{demo.facts['pay_link']}/checkout", data=form)
        found = re.search(r"cs_test_\w+", pressed.headers.get("location", ""))
        barrier.wait(60)
        begun = time.monotonic()
        if found is None:
            return _End(problem=f"Pay answered {pressed.status_code}")
        token = {"Authorization": f"Bearer {demo.facts['control_token']}"}
        bank = str(demo.facts["sandbox"]).rstrip("/")
        paid = web.post(f"{bank}/control/sessions/{found[0]}/pay", json={}, headers=token)
        if paid.status_code != httpx.codes.OK:
            return _End(session=found[0], problem=f"The card answered {paid.status_code}")
        result = str(paid.json()["session"]["success_url"])
        answer = web.post(f"{result}/check")
        problem = "" if answer.status_code < httpx.codes.BAD_REQUEST else f"Check: {answer.status_code}"
        return _End(found[0], result, problem, time.monotonic() - begun)


def _held(demo: Demo, sessions: list[str]) -> bool:
    return any(one["status"] == "requires_capture" for one in _intents(demo, sessions))


def _mails(demo: Demo, *, at_least: int) -> int:
    """Count the mails that say so, once they had time to arrive."""
    wanted = {"subject": _MAIL, "limit": "500"}
    with suppress(AssertionError):
        wait_until(lambda: len(demo.mails(**wanted)) >= at_least, seconds=60)
    return len({mail["message_id"] for mail in demo.mails(**wanted)})


def _intents(demo: Demo, sessions: list[str]) -> list[dict[str, Any]]:
    summary = demo.bank.get("/control/summary", params={"account": ""}).json()
    return [one for one in summary["payment_intents"] if one["session"] in sessions]
