"""A client of the sandbox, as Stripe's library has it, that holds every answer against the library."""

import json
from typing import Any

import requests
import stripe

from stripe_contract import checker

FOUND: list[str] = []
"""What is wrong with what the sandbox gave since somebody looked; `taken` empties it."""


def client(*, seconds: float) -> stripe.RequestsClient:
    """A client that reads along, and never stands in the way: a test may be about something else."""
    session = requests.Session()
    session.hooks["response"].append(_answered)
    return stripe.RequestsClient(timeout=seconds, session=session)


def check(body: bytes, about: str) -> None:
    """Keep what is wrong with an answer or a notice."""
    FOUND.extend(f"{about}: {problem}" for problem in checker.of_answer(json.loads(body)))


def taken() -> list[str]:
    """What was found, each once, and begin anew."""
    found = sorted(set(FOUND))
    FOUND.clear()
    return found


def _answered(response: requests.Response, **_more: Any) -> None:
    if response.headers["Content-Type"] == "application/json":  # a proxy's page is nobody's object
        check(response.content, f"{response.request.method} {response.request.path_url}")
