"""The keeper of the demo's programs: whoever is killed is started again, whoever cannot run is given up."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from florin.runtime.processes import Processes


@pytest.fixture
def family(tmp_path: Path) -> Iterator[Processes]:
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    with Processes(tmp_path) as processes:
        yield processes
    for number, handler in kept.items():
        signal.signal(number, handler)


def test_a_program_is_started_again_however_often_it_is_killed(family: Processes, tmp_path: Path) -> None:
    signal.signal(signal.SIGALRM, lambda *_: _kill_the_next(tmp_path, seen))
    seen: list[int] = []
    signal.setitimer(signal.ITIMER_REAL, 0.3, 0.3)
    try:
        family.start("sleeper", ["sleep", "1000"])
        with pytest.raises(KeyboardInterrupt):
            family.watch()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    assert len(seen) == len(set(seen)) == 8


def test_a_program_that_cannot_run_is_given_up_with_its_last_words(family: Processes) -> None:
    family.start("broken", ["sh", "-c", "echo The port is taken; exit 3"])
    begun = time.monotonic()
    with pytest.raises(SystemExit, match="The broken does not stay up; it said last:\nThe port is taken"):
        family.watch()
    assert time.monotonic() - begun < 20


def _kill_the_next(folder: Path, seen: list[int]) -> None:
    """Kill the program that runs now, unless that was done already; after the eighth, press Ctrl-C."""
    if len(seen) == 8:
        raise KeyboardInterrupt
    for note in folder.glob("*.group"):  # there is none, or an empty one, between two lives
        for process in map(int, note.read_text().split()[:1]):
            if process not in seen:
                seen.append(process)
                os.kill(process, signal.SIGKILL)
