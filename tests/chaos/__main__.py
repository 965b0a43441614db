"""``python -m chaos``: rounds of crowds, then the storm; prints its seed first, and every problem last."""

import argparse
import random
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chaos import rounds
from chaos.run import Run, play
from testing.demo import Demo


def main() -> int:
    """Run it, and exit 1 if anything is wrong."""
    parser = argparse.ArgumentParser(prog="python -m chaos", description=__doc__)
    parser.add_argument("--payments", type=int, default=2000, help="so many in calm, and again in storm")
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    parser.add_argument("--rounds", type=int, default=200, help="of a crowd on one link, and on one refund")
    parser.add_argument("--crowd", type=int, default=50, help="so many people at once in each round")
    parser.add_argument("--pause", type=float, default=2.0, help="seconds between kills")
    parser.add_argument("--folder", type=Path, help="keep data and logs here; else nothing is kept")
    options = parser.parse_args()
    _say(f"seed {options.seed}")
    with _room(options.folder) as folder, Demo.running(folder, FLORIN_TRUSTED_PROXIES="1") as demo:
        rushed = rounds.play(demo, rounds=options.rounds, people=options.crowd, seed=options.seed, say=_say)
        _say(
            f"{len(rushed.problems)} problems in the rounds; the slowest payer waited {rushed.slowest:.1f} s"
        )
        outcome = play(
            demo,
            Run(
                seed=options.seed,
                payments=options.payments,
                kills=options.kills,
                seconds_between_kills=options.pause,
                say=_say,
            ),
        )
    problems = [*rushed.problems, *outcome.problems]
    _say(f"did {outcome.did}")
    _say(
        f"{outcome.payments} payments, {outcome.mails} mails, {outcome.mails_twice} of them a second time, "
        f"{outcome.seconds:.0f} s, {len(problems)} problems"
    )
    for problem in problems:
        _say(problem)
    return 1 if problems else 0


@contextmanager
def _room(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        kept.mkdir(parents=True)
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix="florin-chaos-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
