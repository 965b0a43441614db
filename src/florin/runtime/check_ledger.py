"""``florin check-ledger``: prove the books."""

import argparse
import json
import sys
from dataclasses import asdict

from florin.flows import check_books

HELP = "Prove that the books are right; exit 1 and say where if they are not."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")


def run(options: argparse.Namespace) -> int:
    """Recompute everything and print what differs."""
    found = check_books.findings()
    if options.json:
        answer = {"clean": not found, "findings": [asdict(finding) for finding in found]}
        sys.stdout.write(json.dumps(answer, indent=2) + "\n")
    else:
        for finding in found:
            sys.stdout.write(f"{finding.subject}: {finding.check}: {finding.detail}\n")
        sys.stdout.write("The books are right.\n" if not found else f"{len(found)} findings.\n")
    return 1 if found else 0
