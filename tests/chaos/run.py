"""A whole run: bills, calm payers, stormy payers, the days after, and the verdict."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from chaos import records, verdict
from chaos.clerk import Clerk
from chaos.payers import Payer
from chaos.plans import Act, Plan
from chaos.records import Sent
from chaos.storm import Storm
from testing.demo import Demo

_DAY = 86_400


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
    clerk = Clerk(demo)
    clerk.sign_in()
    calm = records.make_bills(demo, run.seed, run.payments, "calm")
    _say(run, f"{len(calm)} bills; calm payers")
    problems = _pay(demo, clerk, calm, run)
    records.wait_until_quiet(demo, partial(_say, run))
    stormy = records.make_bills(demo, run.seed, run.payments, "storm")
    _say(run, f"{len(stormy)} bills; storm")
    storm = Storm(demo, seed=run.seed, kills=run.kills, seconds_between_kills=run.seconds_between_kills)
    storm.begin()
    problems += _pay(demo, clerk, stormy, run)
    while not storm.is_spent:  # the payers were quicker than the killer: they look on
        _look_on(demo, stormy)
    storm.calm()
    _say(run, f"calm again after {dict(storm.did)}; {records.hurry_mails(demo)} mails had to wait")
    problems += _let_days_pass(demo, run, [*calm, *stormy])
    final = records.final(demo)
    problems += verdict.against_the_calm(final.books, final.books, _pairs(calm, stormy))
    return Outcome(
        problems=[*problems, *final.problems],
        did=dict(storm.did),
        payments=len(final.books["payments"]),
        mails=final.mails,
        mails_twice=final.mails_twice,
        seconds=time.monotonic() - begun,
    )


def _pay(demo: Demo, clerk: Clerk, sent: Sequence[Sent], run: Run) -> list[str]:
    """Let all payers play their plans; return what went wrong with any of them."""
    with ThreadPoolExecutor(run.payers) as pool:
        return list(filter(None, pool.map(lambda one: _play(demo, clerk, one), sent)))


def _play(demo: Demo, clerk: Clerk, one: Sent) -> str:
    if not demo.is_running:
        return f"{one.bill.email} ({one.bill.plan.act}): there is nothing left to pay at"
    try:
        Payer(demo, one.bill).play()
        if one.bill.plan.act == Act.REFUNDED:
            clerk.send_back(one.bill.email.split("@")[0])
    except AssertionError as problem:
        return f"{one.bill.email} ({one.bill.plan.act}): {problem}"
    return ""


def _look_on(demo: Demo, sent: Sequence[Sent]) -> None:
    Payer(demo, sent[0].bill).view()
    time.sleep(0.5)


def _let_days_pass(demo: Demo, run: Run, sent: Sequence[Sent]) -> list[str]:
    """What the bank does later: refunds at its dashboard, disputes, debits that clear, fail and come back.

    The comparison with the processor's account must find nothing on any of the days. Returns what it found.
    """
    records.wait_until_quiet(demo, partial(_say, run))
    payments = records.payments(demo)
    for one in sent:
        payment = payments.get(one.link)
        if payment:
            _act_at_bank(demo, one.bill.plan, payment)
    problems = []
    for days in (0, 1, 4, 11):
        records.order(demo, "/control/clock", {"advance": days * _DAY})
        records.name_deposits(demo)
        records.pay_out(demo, "instant" if days == 1 else "standard")
        code, said = demo.command("reconcile", "--company", "meadow")
        _say(run, said.strip())
        problems += [f"the comparison {days} days later: {said}"] if code else []
        records.wait_until_quiet(demo, partial(_say, run))
    return problems


def _act_at_bank(demo: Demo, plan: Plan, payment: dict[str, Any]) -> None:
    intent = f"/control/payment_intents/{payment['reference']}"
    match plan.act:
        case Act.REFUNDED_AT_BANK:
            records.order(demo, f"{intent}/refund", {"amount": payment["amount"] // 2})
        case Act.DISPUTE_LOST | Act.DISPUTE_WON | Act.DISPUTE_APPEALED:
            dispute = records.order(demo, f"{intent}/dispute", {})
            status = "won" if plan.act == Act.DISPUTE_WON else "lost"
            address = f"/control/disputes/{dispute['id']}"
            records.order(demo, f"{address}/close", {"status": status})
            if plan.act == Act.DISPUTE_APPEALED:
                records.order(demo, f"{address}/appeal", {"status": "needs_response"})
                records.order(demo, f"{address}/appeal", {"status": "under_review"})
                records.order(demo, f"{address}/close", {"status": "won"})
        case _:
            pass


def _pairs(calm: Sequence[Sent], stormy: Sequence[Sent]) -> list[tuple[str, str]]:
    return [(one.link, other.link) for one, other in zip(calm, stormy, strict=True)]


def _say(run: Run, text: str) -> None:
    run.say(f"{time.strftime('%H:%M:%S')} {text}")
