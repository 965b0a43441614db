"""The ``florin`` command: find the database, wake Django, hand over to a console command."""

import argparse
import os
import sys
from contextlib import ExitStack
from importlib import import_module
from typing import Protocol, cast

import django

from florin.config import environment
from florin.edges import database_server


class Command(Protocol):
    """What a module in ``screens/console`` offers."""

    HELP: str

    @staticmethod
    def arguments(parser: argparse.ArgumentParser) -> None:
        """Declare the command's own options."""

    @staticmethod
    def run(options: argparse.Namespace) -> int:
        """Do it, and return the exit code."""


_COMMANDS = {
    "demo": "demo",
    "serve": "serve",
    "work": "work",
    "migrate": "migrate",
    "import": "import_invoices",
    "check-ledger": "check_ledger",
    "manage": "manage",
}


def main() -> None:
    """Run one command; ``florin --help`` lists them."""
    parser = argparse.ArgumentParser(
        prog="florin",
        description="Accounts receivable for wholesalers, built around the payment link.",
    )
    chosen = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands = {name: _load(module) for name, module in _COMMANDS.items()}
    for name, command in commands.items():
        command.arguments(chosen.add_parser(name, help=command.HELP, description=command.HELP))
    options = parser.parse_args()

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "florin.config.settings")
    if options.command == "demo":
        environment.prepare_demo()
    with ExitStack() as stack:
        if not environment.text("DATABASE_URL"):
            stack.enter_context(database_server.running(environment.data_folder() / "postgres"))
        django.setup()
        code = commands[options.command].run(options)
    sys.exit(code)


def _load(module: str) -> Command:
    return cast("Command", import_module(f"florin.screens.console.{module}"))
