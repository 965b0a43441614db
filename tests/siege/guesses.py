"""Strangers in many places guess one person's password, who signs in from their own browser all the same."""

import re
import threading
import time
from itertools import count

import httpx

from siege.target import Target

_GUESSERS, _SECONDS, _SIGN_INS = 8, 45, 3
_MOST_SECONDS = 20.0  # as long as the web server lets anybody wait at its door
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_FOUND, _TOO_MANY = 302, 429


def attack(target: Target) -> list[str]:
    """Guess from ever new addresses of the loopback, while the person comes in from a known browser."""
    person = next(user for user in target.demo.facts["users"] if user["roles"] == ["cashier"])
    known = httpx.Client(base_url=target.url, timeout=60)
    problems = [] if _sign_in(known, person) == _FOUND else ["the person cannot sign in before the attack"]
    over, slowed, places = threading.Event(), count(), count(1)
    guessers = [
        threading.Thread(
            target=_guess, args=(target, person["email"], over), kwargs={"slowed": slowed, "places": places}
        )
        for _ in range(_GUESSERS)
    ]
    for guesser in guessers:
        guesser.start()
    try:
        for _time in range(_SIGN_INS):
            time.sleep(_SECONDS / _SIGN_INS)
            begun = time.monotonic()
            status = _sign_in(known, person)
            took = time.monotonic() - begun
            if status != _FOUND or took > _MOST_SECONDS:
                problems.append(f"the person signs in from the known browser: {status} after {took:.1f} s")
    finally:
        over.set()
        for guesser in guessers:
            guesser.join()
        known.close()
    if next(slowed) == 0:
        problems.append("nobody who guessed was told to wait")
    return problems


def _guess(
    target: Target, login: str, over: threading.Event, *, slowed: "count[int]", places: "count[int]"
) -> None:
    while not over.is_set():
        place = next(places) % 60_000
        there = httpx.HTTPTransport(local_address=f"127.1.{place // 250}.{place % 250 + 1}")
        with httpx.Client(base_url=target.url, timeout=60, transport=there) as web:
            try:
                if _sign_in(web, {"email": login, "password": "a wrong guess"}) == _TOO_MANY:
                    next(slowed)
            except httpx.HTTPError:
                continue  # refused at the door, which is as good


def _sign_in(web: httpx.Client, person: dict[str, str]) -> int:
    """Sign in on a page of one's own, out again if that was right, and return the status."""
    found = _TOKEN.search(web.get("/account/sign-in/").text)
    if not found:
        return 0
    form = {"login": person["email"], "password": person["password"], "csrfmiddlewaretoken": found[1]}
    status = web.post("/account/sign-in/", data=form).status_code
    if status == _FOUND:
        web.cookies.delete("session")
    return status
