"""``florin connect-stripe``: let Stripe send its notices here, and say what is missing."""

import argparse
import sys

from florin.contracts import connection_words
from florin.contracts.connection import Level
from florin.flows import connect_processor

HELP = "Make or mend the webhook endpoints at Stripe, check the connection, and say what is missing."

_GATEWAY = "stripe"
_MARKS = {Level.GOOD: "ok     ", Level.NOTE: "note   ", Level.PROBLEM: "TO DO  "}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--check", action="store_true", help="change nothing, only say how it stands")


def run(options: argparse.Namespace) -> int:
    """Connect, and print what was found. Exit code 1 while something must be put right."""
    try:
        findings = connect_processor.check(_GATEWAY) if options.check else connect_processor.connect(_GATEWAY)
    except OSError as problem:
        sys.stderr.write(f"The signing secret cannot be kept. {problem}. Then run this again.\n")
        return 1
    problems = 0
    for finding in findings:
        problems += finding.level == Level.PROBLEM
        sys.stdout.write(f"{_MARKS[finding.level]}{connection_words.sentence(finding)}\n")
    sys.stdout.write(f"{connection_words.summary(problems=problems)}\n")
    return 1 if problems else 0
