"""``florin doctor``: whether this installation has all that it needs."""

import argparse
import json
import sys
from dataclasses import asdict

from florin.contracts.connection import Level
from florin.flows import examine_installation
from florin.kernel import addresses
from florin.kernel.addresses import BadAddress

HELP = "Look at settings, database, mail, processor, clock, disk, backups and worker; exit 1 if one is wrong."

_MARKS = {Level.GOOD: "ok     ", Level.NOTE: "note   ", Level.PROBLEM: "TO DO  "}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--mail", metavar="ADDRESS", default="", help="send a test letter there")
    parser.add_argument("--json", action="store_true", help="print what was found as JSON")


def run(options: argparse.Namespace) -> int:
    """Look, and print a sentence for each thing. Exit code 1 while something must be put right."""
    try:
        mail_to = addresses.on_the_wire(options.mail) if options.mail else ""
    except BadAddress as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    found = examine_installation.examine(mail_to=mail_to)
    healthy = not any(condition.level == Level.PROBLEM for condition in found)
    if options.json:
        answer = {"healthy": healthy, "conditions": [asdict(condition) for condition in found]}
        sys.stdout.write(json.dumps(answer, indent=2) + "\n")
    else:
        for condition in found:
            sys.stdout.write(f"{_MARKS[condition.level]}{condition.topic}: {condition.sentence}\n")
        sys.stdout.write("Everything is in order.\n" if healthy else "Something must be put right.\n")
    return 0 if healthy else 1
