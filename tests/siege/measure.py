"""Watching the pages before, during and after an attack, and judging what was seen."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from siege.target import Target
from siege.watch import PAGES

MOST_SECONDS = 1.0
WARM_SECONDS, CALM_SECONDS = 4.0, 6.0
_OK = 200


@dataclass(slots=True)
class Watch:
    """What was seen: answers, the times between which the attack ran, the memory that was held at most."""

    answers: list[dict[str, Any]] = field(default_factory=list)
    begun: float = 0.0
    ended: float = 0.0
    memory_before: int = 0
    memory_most: int = 0

    def report_lines(self) -> list[str]:
        """Say in lines how long the pages took."""
        return [
            f"{page:<8} {part:<7} {len(seen):4} asked: median {_middle(seen):.3f}, longest {max(seen):.3f} s"
            for part in ("before", "during", "after")
            for page in PAGES
            if (seen := self._seconds(page, part))
        ]

    def problems(self) -> list[str]:
        """Say what was slower than a second, or no good answer, while the attack ran."""
        during = [one for one in self.answers if self._share(one) == "during"]
        slow = [one for one in during if one["seconds"] > MOST_SECONDS or one["status"] != _OK]
        missing = [page for page in PAGES if page not in {one["page"] for one in during}]
        return [
            *(f"{page} was not asked" for page in missing),
            *(
                f"{one['page']} took {one['seconds']:.2f} s ({one['status']}), "
                f"{one['when'] - self.begun:.1f} s after the attack began"
                for one in slow
            ),
        ]

    def _seconds(self, page: str, part: str) -> list[float]:
        return [one["seconds"] for one in self.answers if one["page"] == page and self._share(one) == part]

    def _share(self, answer: dict[str, Any]) -> str:
        if answer["when"] + answer["seconds"] < self.begun:
            return "before"
        return "during" if answer["when"] <= self.ended else "after"


@contextmanager
def watched(target: Target) -> Iterator[Watch]:
    """Watch for some calm seconds, while the block attacks, and for some calm seconds more."""
    watch = Watch(memory_before=target.memory())
    over = threading.Event()
    seen = threading.Thread(target=_look_at_memory, args=(target, watch, over))
    with _watcher(target, watch):
        time.sleep(WARM_SECONDS)  # each process learns the pages first
        watch.answers.clear()
        time.sleep(CALM_SECONDS)
        watch.begun = time.time()
        seen.start()
        try:
            yield watch
        finally:
            watch.ended = time.time()
            over.set()
            seen.join()
            time.sleep(CALM_SECONDS)


@contextmanager
def _watcher(target: Target, watch: Watch) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "-m", "siege.watch", target.url],
        cwd=Path(__file__).parent.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    assert process.stdout
    process.stdin.write(f"{target.cookie}\n")
    process.stdin.flush()
    reading = threading.Thread(
        target=lambda lines: watch.answers.extend(json.loads(line) for line in lines), args=(process.stdout,)
    )
    reading.start()
    try:
        yield
    finally:
        process.terminate()
        process.wait()
        reading.join()


def _look_at_memory(target: Target, watch: Watch, over: threading.Event) -> None:
    while not over.wait(0.2):
        watch.memory_most = max(watch.memory_most, target.memory())


def _middle(seen: Sequence[float]) -> float:
    return sorted(seen)[len(seen) // 2]
