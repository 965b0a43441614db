"""Many payers on one link at the same instant: one is charged, all others read that they were not."""

import re
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx

from testing.demo import Demo
from testing.processes import wait_until

_FIELD = re.compile(r'name="(seen|currency|nonce)" value="([^"]*)"')
_CHARGED, _SPARED = "Your payment has arrived", "Nothing was charged"
_PATIENCE_SECONDS = 180


@dataclass(frozen=True, slots=True)
class End:
    """How one payer fared. Seconds from the card to the last answer."""

    session: str = ""
    result: str = ""
    problem: str = ""
    seconds: float = 0.0


def play(demo: Demo, token: str, *, payers: int) -> list[End]:
    """Let all of them press Pay, then type a card, then come back, each step at one barrier."""
    page = f"{str(demo.facts['pay_link']).rsplit('/', 1)[0]}/{token}"
    barrier = threading.Barrier(payers)
    with ThreadPoolExecutor(payers) as pool:
        return list(pool.map(lambda place: _pay(demo, page, barrier, place), range(payers)))


def problems_in(demo: Demo, ends: Sequence[End], intents: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Say what is wrong with a round; ``intents`` is what the bank did, by session."""
    problems = [end.problem for end in ends if end.problem]
    captured = sum(bool(intents.get(end.session, {}).get("captured")) for end in ends)
    if captured != 1:
        problems.append(f"{captured} of {len(ends)} were charged")
    pages = [httpx.get(end.result, timeout=_PATIENCE_SECONDS).text for end in ends if end.result]
    for words, wanted in ((_CHARGED, 1), (_SPARED, len(pages) - 1)):
        found = sum(words in page for page in pages)
        if found != wanted:
            problems.append(f"{found} of {wanted} read “{words}”")
    return problems


def wait_until_nothing_is_held(demo: Demo) -> None:
    """Wait until the bank holds money on nobody's card."""
    wait_until(
        lambda: not any(one["status"] == "requires_capture" for one in intents_of(demo).values()),
        seconds=600,
    )


def intents_of(demo: Demo) -> dict[str, Any]:
    """Return what the bank did, by session."""
    summary = demo.bank.get("/control/summary", params={"account": ""}).json()
    return {one["session"]: one for one in summary["payment_intents"]}


def _click(web: httpx.Client, address: str, page: str = "") -> httpx.Response:
    """Press a button; press again, on a fresh page, when told that others do, as a payer would."""
    deadline = time.monotonic() + _PATIENCE_SECONDS * 2 / 3
    while True:
        form = dict(_FIELD.findall(page))
        pressed = web.post(address, data=form)
        if pressed.status_code != httpx.codes.SERVICE_UNAVAILABLE or time.monotonic() > deadline:
            return pressed
        time.sleep(float(pressed.headers.get("Retry-After", 2)))
        page = pressed.text if _FIELD.search(pressed.text) else page


def _pay(demo: Demo, page: str, barrier: threading.Barrier, place: int) -> End:
    with httpx.Client(timeout=_PATIENCE_SECONDS) as web:
        shown = web.get(page).text
        barrier.wait(_PATIENCE_SECONDS)
        pressed = _click(web, f"{page}/checkout", shown)
        found = re.search(r"cs_test_\w+", pressed.headers.get("location", ""))
        barrier.wait(_PATIENCE_SECONDS)
        begun = time.monotonic()
        if found is None:
            return End(problem=f"Pay answered {pressed.status_code}")
        token = {"Authorization": f"Bearer {demo.facts['control_token']}"}
        address = f"{str(demo.facts['sandbox']).rstrip('/')}/control/sessions/{found[0]}/pay"
        payer = {"email": f"payer-{place}@chaos.example"}
        paid = web.post(address, json=payer, headers=token)
        if paid.status_code == httpx.codes.BAD_REQUEST and "has expired" in paid.text:
            # Another paid in the meantime, and Florin ended this one's page: their bill must say so.
            still = _FIELD.search(web.get(page).text)
            return End(session=found[0], problem="An ended page, and the bill still asks" if still else "")
        if paid.status_code != httpx.codes.OK:
            return End(session=found[0], problem=f"The card answered {paid.status_code}")
        result = str(paid.json()["session"]["success_url"])
        answer = _click(web, f"{result}/check")
        problem = "" if answer.status_code < httpx.codes.BAD_REQUEST else f"Check: {answer.status_code}"
        return End(found[0], result, problem, time.monotonic() - begun)
