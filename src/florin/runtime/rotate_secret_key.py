"""``florin rotate-secret-key``: a new secret key, and no dead link."""

import argparse
import sys

from florin.flows import rotate_secret_key
from florin.kernel.errors import Refusal

HELP = "Put a new secret key in the place of the present one; links, sessions and cookies stay good."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare no options: a key never stands on a command line."""


def run(_options: argparse.Namespace) -> int:
    """Rotate the key. Exit code 1 if the environment holds it."""
    try:
        rotate_secret_key.rotate()
    except Refusal as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    sys.stdout.write(
        "There is a new secret key. The former one is kept beside it, in florin_old_secret_keys, so that its"
        " links still open.\n"
        "Now start serve and work again, both at once. Then take a backup: the new key is in none yet.\n"
    )
    return 0
