"""``florin backup``: the database and the secrets that belong to it, in one file."""

import argparse
import sys
from pathlib import Path

from django.conf import settings

from florin.flows import back_up
from florin.kernel.errors import Refusal

HELP = "Back up the database and the secrets in FLORIN_DATA into one file; serve and work may run."
_SHORTEST_KEY = 32


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "target",
        type=Path,
        help="a new file; or a folder, where the file is named by the time and old ones are deleted"
        " as FLORIN_BACKUP_KEEP says",
    )
    parser.add_argument(
        "--verify",
        action="store_true",
        help="restore it into a database made for that, and prove the books there, before it gets its name",
    )
    add_key_file(parser)


def add_key_file(parser: argparse.ArgumentParser) -> None:
    """Declare where the key may be: a file or the environment, and never the command line."""
    parser.add_argument(
        "--key-file", type=Path, help="a file that holds the key, in the place of FLORIN_BACKUP_KEY"
    )


def key_of(options: argparse.Namespace) -> str:
    """Return the key, or nothing.

    Raises:
        Refusal: if the file cannot be read, or its key is too short.
    """
    if options.key_file is None:
        return str(settings.BACKUP_KEY)
    try:
        key = str(options.key_file.read_text().strip())
    except (OSError, UnicodeDecodeError) as problem:
        raise Refusal(f"The key cannot be read: {problem}") from problem
    if len(key) < _SHORTEST_KEY:
        raise Refusal(f"The key in {options.key_file} must have at least {_SHORTEST_KEY} characters.")
    return key


def run(options: argparse.Namespace) -> int:
    """Back up. Exit code 1 if there is no good backup afterwards."""
    try:
        made = back_up.make(options.target.absolute(), key=key_of(options), verify=options.verify)
    except (Refusal, OSError) as problem:
        sys.stderr.write(f"There is no backup. {problem}\n")
        return 1
    sys.stdout.write(
        f"{made.path}: {made.size:,} bytes, {'encrypted' if made.encrypted else 'not encrypted'}.\n"
    )
    if made.verified:
        sys.stdout.write("It was restored to try it, and its books are right.\n")
    for path in made.deleted:
        sys.stdout.write(f"Deleted, for there are newer ones: {path.name}\n")
    if not made.encrypted:
        sys.stdout.write(
            "Whoever has this file has the books and the key of all links. Set FLORIN_BACKUP_KEY, or keep it"
            " safe.\n"
        )
    return 0
