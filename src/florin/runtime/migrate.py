"""``florin migrate``: bring the database up to date."""

import argparse

from django.core.management import call_command

HELP = "Bring the database up to date with this version of Florin."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--check", action="store_true", help="change nothing; exit 1 if something is to be done"
    )


def run(options: argparse.Namespace) -> int:
    """Apply what is missing."""
    call_command(
        "migrate", interactive=False, verbosity=0 if not options.check else 1, check_unapplied=options.check
    )
    return 0
