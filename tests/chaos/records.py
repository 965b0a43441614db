"""What books, bank and mailbox say, asked from outside while everything runs, and whether they agree."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from chaos import plans, verdict
from chaos.payers import Bill
from testing.demo import Demo

_SETTLE_SECONDS = 600
_LEAST_PAYOUT = 10_000
KEY = "sk_test_florin_sandbox"


@dataclass(frozen=True, slots=True)
class Sent:
    """A bill that was mailed to a payer, and the key of its link."""

    bill: Bill
    link: str


@dataclass(frozen=True, slots=True)
class Final:
    """How everything stands in the end: no problems is the aim."""

    problems: list[str]
    books: dict[str, Any]
    mails: int
    mails_twice: int


def make_bills(demo: Demo, seed: int, count: int, label: str) -> list[Sent]:
    """Mail one bill to one new customer for each plan that the seed draws."""
    drawn = plans.draw(seed, count)
    made = _run_in_demo(demo, "bills", str(seed), str(count), f"{label}{seed}")
    return [
        Sent(
            Bill(drawn[one["place"]], one["token"], f"{label}{seed}-{one['place']}@chaos.example"),
            one["link"],
        )
        for one in made
    ]


def payments(demo: Demo) -> dict[str, dict[str, Any]]:
    """Return every payment that came through a link, by the link's key."""
    return {one["link"]: one for one in _run_in_demo(demo, "payments")}


def final(demo: Demo) -> Final:
    """Hold books, bank, ledger, outbox and mailbox against each other."""
    books, summary = _books(demo), _summary(demo)
    of_mails, twice = verdict.of_mails(books, mailbox := verdict.mailbox_of(demo))
    ledger = demo.check_ledger()
    problems = [
        *verdict.unfinished(books),
        *verdict.against_the_bank(books, summary),
        *verdict.of_duties(books, summary),
        *of_mails,
        *([] if ledger["clean"] else [json.dumps(ledger)]),
    ]
    return Final(problems, books, len(mailbox), twice)


def hurry_mails(demo: Demo) -> int:
    """Let mails that the storm kept back be tried now; return how many.

    Whoever failed often in a long storm waits up to an hour, which is right, and nobody waits for it here.
    """
    hurried: int = _run_in_demo(demo, "hurry")
    return hurried


def wait_until_quiet(demo: Demo, say: Callable[[str], object]) -> None:
    """Wait until our records say that nothing is under way; five minutes is the promise, ten the end."""
    begun = time.monotonic()
    books = _books(demo)
    while time.monotonic() - begun < _SETTLE_SECONDS:
        if not verdict.unfinished(books) and not _untaken(books, _summary(demo)):
            say(f"quiet after {time.monotonic() - begun:.0f} s")
            return
        time.sleep(2)
        books = _books(demo)
    say(f"not quiet: {verdict.unfinished(books)}")


def order(demo: Demo, path: str, wanted: dict[str, Any]) -> dict[str, Any]:
    """Give the bank an order, and return its answer."""
    answer = demo.bank.post(path, json=wanted)
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


def name_deposits(demo: Demo) -> None:
    """Let every payer whose bank account waits for it name the two small deposits."""
    for intent in _summary(demo)["payment_intents"]:
        if intent["status"] == "requires_action":
            address = f"/control/payment_intents/{intent['payment_intent']}/verify"
            order(demo, address, {"outcome": "verified"})


def pay_out(demo: Demo, method: str) -> None:
    """Pay out by hand a third of what is available, as a person at the dashboard may."""
    available = _summary(demo)["balances"].get("usd", {}).get("available", 0)
    if available >= _LEAST_PAYOUT:
        wanted = {"amount": str(available // 3), "currency": "usd", "method": method}
        done = demo.bank.post("/v1/payouts", data=wanted, headers={"Authorization": f"Bearer {KEY}"})
        assert done.status_code == httpx.codes.OK, done.text


def _untaken(books: dict[str, Any], summary: dict[str, Any]) -> bool:
    held = (intent for intent in summary["payment_intents"] if intent["status"] == "requires_capture")
    return any(held) or any("not booked" in one for one in verdict.against_the_bank(books, summary))


def _summary(demo: Demo) -> dict[str, Any]:
    found: dict[str, Any] = demo.bank.get("/control/summary", params={"account": ""}).json()
    return found


def _books(demo: Demo) -> dict[str, Any]:
    found: dict[str, Any] = _run_in_demo(demo, "books")
    return found


def _run_in_demo(demo: Demo, *words: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "chaos.office", *words],
        env={**demo.environment, "PYTHONPATH": str(Path(__file__).parent.parent)},
        capture_output=True,
        check=True,
    )
    return json.loads(done.stdout)
