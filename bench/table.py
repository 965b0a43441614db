"""The results as people read them, and as programs do."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.machine import Machine
from bench.measures import Measure

_FEW = 100  # below this a number is shown with one decimal


def show(machine: Machine, measures: Sequence[Measure]) -> None:
    """Print the table."""
    console = Console(width=None if Console().is_terminal else 130)
    table = Table("what", title=str(machine), title_justify="left", caption=_caption(machine))
    for heading in ("target", "measured", "p95", "processor"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("")
    table.add_column("note", overflow="fold", style="dim")
    part = ""
    for measure in measures:
        if measure.part != part:
            table.add_section()
            part = measure.part
        table.add_row(*_row(measure), style="red" if measure.verdict == "misses" else "")
    console.print(table)


def write(path: Path, machine: Machine, measures: Sequence[Measure]) -> None:
    """Keep the same as JSON; times in milliseconds, rates per second, weights in bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {**asdict(machine), "busy": machine.busy},
        "measures": [{**asdict(measure), "verdict": measure.verdict} for measure in measures],
    }
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def _row(measure: Measure) -> tuple[str, ...]:
    sign = ">=" if measure.more_is_better else "<="
    target = f"{sign} {_number(measure.target, measure.unit)}" if measure.target is not None else ""
    late = _number(measure.p95, measure.unit) if measure.p95 is not None else ""
    spent = _number(measure.processor, "ms") if measure.processor is not None else ""
    value = _number(measure.value, measure.unit)
    return (measure.what, target, value, late, spent, measure.verdict, measure.note)


def _number(value: float, unit: str) -> str:
    if unit == "bytes":
        return f"{value / 1000:.1f} kB"
    digits = 1 if value < _FEW else 0
    return f"{value:,.{digits}f}{unit}" if unit == "/s" else f"{value:,.{digits}f} {unit}"


def _caption(machine: Machine) -> str:
    warning = "  THE MACHINE WAS BUSY: expect better numbers on a quiet one." if machine.busy else ""
    return f"Lines without a target are baselines, for comparing machines.{warning}"
