"""``florin preview-emails``: write every email with made-up content to a folder, to look at in a browser."""

import argparse
import sys
from pathlib import Path

from florin.flows import preview_emails

HELP = "Write every email with made-up content to a folder, to look at in a browser; nothing is sent."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's own options."""
    parser.add_argument("folder", type=Path, help="where to; made if it is missing")


def run(options: argparse.Namespace) -> int:
    """Write them, and say which page to open."""
    index = preview_emails.write_all(options.folder)
    sys.stdout.write(f"Open {index.resolve().as_uri()}\n")
    return 0
