"""Strangers ask for addresses that are there and that are not: each answer carries the headers."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx

from siege.target import Target

_SECONDS, _THREADS = 20, 8
_PATHS = (
    "/healthz",
    "/.well-known/security.txt",
    "/account/sign-in/",
    "/nowhere",
    "/office/orders/",
    "/static/nowhere.css",
    "/pay/nobody",
    "/%00",
)
_HEADERS = ("content-security-policy", "permissions-policy", "x-content-type-options", "referrer-policy")


def attack(target: Target) -> list[str]:
    """Ask for all of it with three verbs, as fast as eight can."""
    until = time.monotonic() + _SECONDS
    missing: set[str] = set()
    lock = threading.Lock()

    def stray(_number: int) -> None:
        with httpx.Client(base_url=target.url, timeout=60) as web:
            while time.monotonic() < until:
                found = {problem for path in _paths(web) for problem in _problems_at(web, path)}
                with lock:
                    missing.update(found)

    with ThreadPoolExecutor(_THREADS) as pool:
        list(pool.map(stray, range(_THREADS)))
    return sorted(missing)


def _paths(web: httpx.Client) -> list[str]:
    """The addresses, and that of a style sheet that is there, which has another name after each release."""
    page = web.get("/account/sign-in/").text
    style = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
    return [*_PATHS, style]


def _problems_at(web: httpx.Client, path: str) -> list[str]:
    problems = []
    for verb in ("GET", "POST", "DELETE"):
        answer = web.request(verb, path)
        if answer.status_code >= 500 and answer.status_code != 503:
            problems.append(f"{verb} {path} answered {answer.status_code}")
        problems += [f"{verb} {path} lacks {name}" for name in _HEADERS if name not in answer.headers]
    return problems
