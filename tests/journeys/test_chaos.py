"""A short run of what ``make chaos`` does for long: in the end books, bank and mailbox say the same."""

import random
import sys
from pathlib import Path

import pytest

from chaos.plans import Act
from chaos.run import Run, play
from testing.demo import Demo

pytestmark = pytest.mark.xdist_group("chaos")


def test_kills_and_broken_calls_change_nothing_in_the_end(tmp_path: Path) -> None:
    seed = random.randrange(1 << 30)
    sys.stdout.write(f"seed {seed}\n")

    with Demo.running(tmp_path) as demo:
        outcome = play(demo, Run(seed=seed, payments=len(Act), kills=4, say=sys.stdout.write))

    assert outcome.problems == []
    assert sum(count for what, count in outcome.did.items() if what.startswith("killed")) == 4
