"""A whole run: bills, calm payers, stormy payers, the days after, and the verdict."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chaos import plans, verdict
from chaos.clerk import Clerk
from chaos.payers import Bill, Payer
from chaos.plans import Act, Plan
from chaos.storm import Storm
from testing.demo import Demo

_DAY = 86_400
_SETTLE_SECONDS = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How much of what; the seed decides the plans and the storm."""

    seed: int
    payments: int
    kills: int
    payers: int = 8
    seconds_between_kills: float = 2.0
    say: Callable[[str], object] = field(default=lambda _text: None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of it: no problems is the aim."""

    problems: list[str]
    did: dict[str, int]
    payments: int
    mails: int
    mails_twice: int
    seconds: float


def play(demo: Demo, run: Run) -> Outcome:
    """Play the same plans in calm and in storm, let the days pass, and compare everything with everything."""
    begun = time.monotonic()
    drawn = plans.draw(run.seed, run.payments)
    clerk = Clerk(demo)
    clerk.sign_in()
    calm = _bills(demo, run, "calm", drawn)
    _say(run, f"{len(calm)} bills; calm payers")
    problems = _pay(demo, clerk, calm, run)
    _wait_until_quiet(demo, run)
    stormy = _bills(demo, run, "storm", drawn)
    _say(run, f"{len(stormy)} bills; storm")
    storm = Storm(demo, seed=run.seed, kills=run.kills, seconds_between_kills=run.seconds_between_kills)
    storm.begin()
    problems += _pay(demo, clerk, stormy, run)
    while not storm.is_spent:  # the payers were quicker than the killer: they look on
        _look_on(demo, stormy)
    storm.calm()
    _say(run, f"calm again after {dict(storm.did)}")
    _let_days_pass(demo, run, [*calm, *stormy])
    books, summary = _books(demo), _summary(demo)
    problems += [
        *verdict.unfinished(books),
        *verdict.against_the_bank(books, summary),
        *verdict.against_the_calm(books, books, _pairs(calm, stormy)),
        *verdict.of_duties(books, summary),
    ]
    mailbox = verdict.mailbox_of(demo)
    of_mails, twice = verdict.of_mails(books, mailbox)
    ledger = demo.check_ledger()
    return Outcome(
        problems=[*problems, *of_mails, *([] if ledger["clean"] else [json.dumps(ledger)])],
        did=dict(storm.did),
        payments=len(books["payments"]),
        mails=len(mailbox),
        mails_twice=twice,
        seconds=time.monotonic() - begun,
    )


@dataclass(frozen=True, slots=True)
class _Sent:
    bill: Bill
    link: str


def _bills(demo: Demo, run: Run, label: str, drawn: Sequence[Plan]) -> list[_Sent]:
    made = _world(demo, "bills", str(run.seed), str(run.payments), f"{label}{run.seed}")
    return [
        _Sent(
            Bill(
                drawn[one["place"]],
                one["token"],
                f"{label}{run.seed}-{one['place']}@chaos.example",
            ),
            one["link"],
        )
        for one in made
    ]


def _pay(demo: Demo, clerk: Clerk, sent: Sequence[_Sent], run: Run) -> list[str]:
    """Let all payers play their plans; return what went wrong with any of them."""
    with ThreadPoolExecutor(run.payers) as pool:
        return list(filter(None, pool.map(lambda one: _play(demo, clerk, one), sent)))


def _play(demo: Demo, clerk: Clerk, one: _Sent) -> str:
    if not demo.is_running:
        return f"{one.bill.email} ({one.bill.plan.act}): there is nothing left to pay at"
    try:
        Payer(demo, one.bill).play()
        if one.bill.plan.act == Act.REFUNDED:
            clerk.send_back(one.bill.email.split("@")[0])
    except AssertionError as problem:
        return f"{one.bill.email} ({one.bill.plan.act}): {problem}"
    return ""


def _look_on(demo: Demo, sent: Sequence[_Sent]) -> None:
    Payer(demo, sent[0].bill).look()
    time.sleep(0.5)


def _let_days_pass(demo: Demo, run: Run, sent: Sequence[_Sent]) -> None:
    """What the bank does later: refunds at its dashboard, disputes, debits that clear, fail and come back."""
    _wait_until_quiet(demo, run)
    payments = {one["link"]: one for one in _world(demo, "payments")}
    for one in sent:
        payment = payments.get(one.link)
        if payment:
            _act_at_bank(demo, one.bill.plan, payment)
    for days in (1, 4, 11):
        _order(demo, "/control/clock", {"advance": days * _DAY})
        _reconcile(demo, run)
        _wait_until_quiet(demo, run)


def _act_at_bank(demo: Demo, plan: Plan, payment: dict[str, Any]) -> None:
    intent = f"/control/payment_intents/{payment['reference']}"
    match plan.act:
        case Act.REFUNDED_AT_BANK:
            _order(demo, f"{intent}/refund", {"amount": payment["amount"] // 2})
        case Act.DISPUTE_LOST | Act.DISPUTE_WON:
            dispute = _order(demo, f"{intent}/dispute", {})
            status = "won" if plan.act == Act.DISPUTE_WON else "lost"
            _order(demo, f"/control/disputes/{dispute['id']}/close", {"status": status})
        case _:
            pass


def _wait_until_quiet(demo: Demo, run: Run) -> None:
    """Wait until our records say that nothing is under way; five minutes is the promise, ten the end."""
    begun = time.monotonic()
    books = _books(demo)
    while time.monotonic() - begun < _SETTLE_SECONDS:
        if not verdict.unfinished(books) and not _untaken(books, _summary(demo)):
            _say(run, f"quiet after {time.monotonic() - begun:.0f} s")
            return
        time.sleep(2)
        books = _books(demo)
    _say(run, f"not quiet: {verdict.unfinished(books)}")


def _untaken(books: dict[str, Any], summary: dict[str, Any]) -> bool:
    held = (intent for intent in summary["payment_intents"] if intent["status"] == "requires_capture")
    return any(held) or any("not booked" in one for one in verdict.against_the_bank(books, summary))


def _pairs(calm: Sequence[_Sent], stormy: Sequence[_Sent]) -> list[tuple[str, str]]:
    return [(one.link, other.link) for one, other in zip(calm, stormy, strict=True)]


def _summary(demo: Demo) -> dict[str, Any]:
    found: dict[str, Any] = demo.bank.get("/control/summary", params={"account": ""}).json()
    return found


def _books(demo: Demo) -> dict[str, Any]:
    found: dict[str, Any] = _world(demo, "books")
    return found


def _order(demo: Demo, path: str, order: dict[str, Any]) -> dict[str, Any]:
    answer = demo.bank.post(path, json=order)
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


def _reconcile(demo: Demo, run: Run) -> None:
    code, said = demo.command("reconcile", "--company", "meadow")
    _say(run, said.strip())
    assert code in {0, 1}, said  # 1: it differs, which the verdict will tell


def _world(demo: Demo, *words: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "chaos.world", *words],
        env={**demo.environment, "PYTHONPATH": str(Path(__file__).parent.parent)},
        capture_output=True,
        check=True,
    )
    return json.loads(done.stdout)


def _say(run: Run, text: str) -> None:
    run.say(f"{time.strftime('%H:%M:%S')} {text}")
