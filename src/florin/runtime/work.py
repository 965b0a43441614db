"""``florin work``: carry out jobs."""

import argparse

from florin.runtime import starting, worker

HELP = "Carry out jobs: deliver mail, settle payments. Any number of these may run."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--at-once", type=int, default=4, help="jobs at the same time (default 4)")


def run(options: argparse.Namespace) -> int:
    """Work until stopped. Exit code 2 if the settings cannot be right."""
    if not starting.may_start():
        return 2
    worker.run(at_once=options.at_once)
    return 0
