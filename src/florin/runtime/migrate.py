"""``florin migrate``: bring the database up to date."""

import argparse
import sys

from django.core.management import call_command
from django.core.management.commands import migrate

from florin.kernel.database import missing_migrations
from florin.runtime.starting import say

HELP = "Bring the database up to date with this version of Florin."
_TOLD_EVERY = 20


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--check", action="store_true", help="change nothing; exit 1 if something is to be done"
    )


def run(options: argparse.Namespace) -> int:
    """Apply what is missing, and say how far it has come."""
    missing = missing_migrations()
    if options.check:
        steps = f"{len(missing)} steps are missing. `florin migrate` takes them."
        say(steps if missing else "The database is up to date.")
        return 1 if missing else 0
    if missing:
        say(f"Bringing the database up to date: {len(missing)} steps.")
    call_command(SteppedMigrate(len(missing)), interactive=False, verbosity=0)
    begin = "`florin serve` serves the pages, and beside it `florin work` carries out jobs."
    say(f"The database is {'now' if missing else 'already'} up to date. Next: {begin}")
    return 0


class SteppedMigrate(migrate.Command):
    """Django's command, which tells each step in one line; where nobody watches, every twentieth."""

    def __init__(self, steps: int) -> None:
        super().__init__()
        self._steps, self._taken = steps, 0

    def migration_progress_callback(self, action: str, migration: object = None, fake: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - Django's signature
        """Tell a step that was taken."""
        if action != "apply_success":
            return
        self._taken += 1
        line = f"  {self._taken:>4} of {self._steps}  {migration}"
        if sys.stdout.isatty():
            sys.stdout.write(f"\r\033[K{line}" + ("\n" if self._taken == self._steps else ""))
            sys.stdout.flush()
        elif self._taken % _TOLD_EVERY == 0 or self._taken == self._steps:
            say(line)
