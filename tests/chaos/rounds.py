"""Rounds of many payers at once on one link, then of many cashiers at once on the refund of one payment."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from chaos import crowd, records
from chaos.clerk import Clerk
from chaos.payers import Payer
from chaos.plans import Act
from testing.demo import Demo

_SHARE = 60  # of a hundred: two of them are more than the payment


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: no problems is the aim. Seconds of the slowest payer."""

    problems: list[str]
    slowest: float
    seconds: float


def play(demo: Demo, *, rounds: int, people: int, seed: int, say: Callable[[str], object]) -> Outcome:
    """Let payers crowd on a fresh link each round, then cashiers on a fresh payment; judge all of it."""
    begun = time.monotonic()
    ends = [
        crowd.play(demo, one.bill.token, payers=people)
        for one in records.make_bills(demo, seed, rounds, "crowd")
    ]
    say(f"{rounds} rounds of {people} payers on one link: {time.monotonic() - begun:.0f} s")
    crowd.wait_until_nothing_is_held(demo)
    intents = crowd.intents_of(demo)
    problems = [
        f"crowd {place}: {problem}"
        for place, round_ in enumerate(ends)
        for problem in crowd.problems_in(demo, round_, intents)
    ]
    refunds_begun = time.monotonic()
    problems += _send_back(demo, rounds=rounds, people=people, seed=seed)
    say(f"{rounds} rounds of {people} refunds of {_SHARE} %: {time.monotonic() - refunds_begun:.0f} s")
    records.wait_until_quiet(demo, say)
    problems += records.final(demo).problems
    slowest = max((end.seconds for round_ in ends for end in round_), default=0.0)
    return Outcome(problems, slowest, time.monotonic() - begun)


def _send_back(demo: Demo, *, rounds: int, people: int, seed: int) -> list[str]:
    clerk = Clerk(demo)
    clerk.sign_in()
    problems = []
    for one in records.make_bills(demo, seed, rounds, "refunds"):
        plan = replace(one.bill.plan, act=Act.PAY, comes_back=True)
        Payer(demo, replace(one.bill, plan=plan)).play()
        taken = clerk.send_back_at_once(one.bill.email.split("@")[0], percent=_SHARE, people=people)
        if taken != 1:
            problems.append(f"{one.bill.email}: {taken} of {people} refunds of {_SHARE} % were taken")
    return problems
