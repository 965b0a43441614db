"""The machine that the numbers come from, and whether it was quiet."""

import os
import platform
import time
from dataclasses import dataclass
from pathlib import Path

_QUIET = 0.9  # at least this share of the processors' time is idle before we begin


@dataclass(frozen=True, slots=True)
class Machine:
    """Processors, load average of the last minute, and the idle share of one second just now."""

    cores: int
    model: str
    system: str
    python: str
    load: float
    idle: float

    @property
    def busy(self) -> bool:
        """Whether others are at work, so that the numbers are worse than they ought to be."""
        return self.idle < _QUIET or self.load > self.cores / 2

    def __str__(self) -> str:
        return (
            f"{self.cores} cores, {self.model}, {self.system}, Python {self.python}; "
            f"load average {self.load:.2f}, {self.idle:.0%} idle before the start"
        )


def look() -> Machine:
    """Describe this machine; takes a second."""
    return Machine(
        cores=len(os.sched_getaffinity(0)),
        model=_model(),
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
        load=os.getloadavg()[0],
        idle=idle(1),
    )


def idle(seconds: float) -> float:
    """Return the share of all processors' time that nobody used while we waited."""
    before = _ticks()
    time.sleep(seconds)
    after = _ticks()
    spent = [late - early for early, late in zip(before, after, strict=True)]
    return (spent[3] + spent[4]) / max(sum(spent), 1)


def processor_seconds(group: int) -> float:
    """Return the processor time that the living processes of a process group have used."""
    ticks = 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[2]) == group:
                ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _ticks() -> list[int]:
    """Return user, nice, system, idle, iowait, irq, softirq and steal time since the machine was started."""
    return [int(word) for word in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]


def _model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()
