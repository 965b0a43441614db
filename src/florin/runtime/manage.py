"""``florin manage``: Django's own commands."""

import argparse

from django.core.management import execute_from_command_line

HELP = "Run one of Django's own commands, such as `florin manage makemigrations`."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("rest", nargs=argparse.REMAINDER, help="the command and its options")


def run(options: argparse.Namespace) -> int:
    """Hand over to Django."""
    execute_from_command_line(["florin manage", *options.rest])
    return 0
