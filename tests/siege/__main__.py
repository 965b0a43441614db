"""``python -m siege [NAME …]``: attack a demo of its own, and say how its pages fared; exit 1 if not well.

An attack is a module here with ``attack(target)``, which runs for at most two minutes, leaves nothing
behind and returns sentences about what else is wrong (what was not refused, memory that it could take).
"""

import argparse
import sys
import tempfile
from importlib import import_module
from pathlib import Path

from siege import measure, sockets
from siege.target import Target

# Each name is a module.
ATTACKS = (
    "bodies",
    "cards",
    "crowds",
    "documents",
    "forgeries",
    "guesses",
    "heads",
    "neighbors",
    "passwords",
    "paying",
    "readers",
    "strays",
    "uploads",
)


def main() -> int:
    """Play the attacks that were asked for, one after the other, on the same demo."""
    parser = argparse.ArgumentParser(prog="python -m siege", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of {', '.join(ATTACKS)}; else all")
    names = parser.parse_args().names or ATTACKS
    if unknown := {*names} - {*ATTACKS}:
        parser.error(f"there is no attack {', '.join(sorted(unknown))}")
    sockets.allow_many()
    with (
        tempfile.TemporaryDirectory(prefix="florin-siege-", ignore_cleanup_errors=True) as folder,
        Target.made(Path(folder)) as target,
    ):
        broken = [name for name in names if not _withstood(target, name)]
    _say(f"broken by {', '.join(broken)}" if broken else "withstood")
    return 1 if broken else 0


def _withstood(target: Target, name: str) -> bool:
    module = import_module(f"siege.{name}")
    _say(f"{name}: {(module.__doc__ or '').splitlines()[0]}")
    with measure.watched(target) as watch:
        problems = module.attack(target)
    problems += watch.problems()
    _say(*(f"  {line}" for line in watch.report_lines()))
    _say(f"  memory {watch.memory_before >> 20} MiB before, {watch.memory_most >> 20} MiB at most")
    _say(*(f"  PROBLEM {line}" for line in problems[:10]))
    return not problems


def _say(*lines: str) -> None:
    for line in lines:
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
