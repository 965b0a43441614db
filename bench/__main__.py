"""``python -m bench [part …]``: measure, print the table, and write it to ``var/bench.json``."""

import argparse
import sys
import time
from importlib import import_module
from typing import TYPE_CHECKING

from bench import machine, table
from bench.world import ROOT, World

if TYPE_CHECKING:
    from bench.measures import Measure

# Each name is a module with ``measure(world)``; lists_large is asked for by name or by --million.
_PARTS = ("pdf", "sending", "page", "payments", "lists")
_LARGE = "lists_large"
_REPORT = ROOT / "var" / "bench.json"


def main() -> int:
    """Measure the parts that were asked for, each in the same fresh world."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"some of {', '.join(_PARTS)}; else all")
    parser.add_argument("--million", action="store_true", help="also the lists with a million orders")
    options = parser.parse_args()
    parts = [*(options.parts or _PARTS), *([_LARGE] if options.million else [])]
    if unknown := set(parts) - {*_PARTS, _LARGE}:
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    here = machine.look()
    measures: list[Measure] = []
    with World.made() as world:
        for part in parts:
            begun = time.monotonic()
            sys.stderr.write(f"{part} …")
            sys.stderr.flush()
            measures += import_module(f"bench.{part}").measure(world)
            sys.stderr.write(f" {time.monotonic() - begun:.0f} s\n")
    table.show(here, measures)
    table.write(_REPORT, here, measures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
