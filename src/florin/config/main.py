"""The ``florin`` command: read the command's name, wake Django, find the database, hand over."""

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from importlib import import_module
from importlib.metadata import version
from typing import Protocol, cast

import django

from florin.config import environment
from florin.edges import database_server

# Each name is a module of ``runtime``.
_COMMANDS = {
    "demo": ("demo", "start everything on this machine, with a bank to pay at; Ctrl-C stops it"),
    "serve": ("serve", "serve the office and the payment pages"),
    "work": ("work", "carry out jobs: deliver mail, settle payments; any number may run"),
    "run": ("run", "migrate, serve and work in one, kept up; for a container or a single unit"),
    "migrate": ("migrate", "bring the database up to date with this version"),
    "connect-stripe": ("connect_stripe", "let Stripe send its notices here, and say what is missing"),
    "open-company": ("open_company", "let a wholesaler move in, with its first Admin"),
    "user": ("user", "invite people, change their roles, deactivate or reset them"),
    "import": (
        "import_invoices",
        "take over customers, products or invoice lines from a file of another program",
    ),
    "operator": ("operator", "add or remove people who may use the operator's console"),
    "export": ("export", "write everything that belongs to a company into one archive of CSV files"),
    "reconcile": ("reconcile", "compare the processor's account with the books; exit 1 if they differ"),
    "check-ledger": ("check_ledger", "prove that the books are right; exit 1 if they are not"),
    "doctor": ("doctor", "look at everything that an installation needs; exit 1 if something is wrong"),
    "backup": ("backup", "put the database and its secrets into one file"),
    "restore": ("restore", "put what a backup holds in the place of what is here"),
    "rotate-secret-key": ("rotate_secret_key", "put a new secret key in place; links that are out stay good"),
    "preview-emails": (
        "preview_emails",
        "write every email, with made-up content, to a folder",
    ),
    "manage": ("manage", "run one of Django's own commands"),
}


class Command(Protocol):
    """What a module in ``runtime`` offers."""

    HELP: str

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the command's own options."""

    def run(self, options: argparse.Namespace) -> int:
        """Do it, and return the exit code."""


def main(words: Sequence[str] | None = None) -> None:
    """Run one command; ``florin --help`` lists them, ``florin COMMAND --help`` explains one."""
    name, rest = _name(sys.argv[1:] if words is None else words)
    environment.keep_private()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "florin.config.settings")
    if name == "demo":
        environment.prepare_demo()
    django.setup()
    module, _ = _COMMANDS[name]
    command = cast("Command", import_module(f"florin.runtime.{module}"))
    parser = argparse.ArgumentParser(prog=f"florin {name}", description=command.HELP)
    command.arguments(parser)
    options = parser.parse_args(rest)
    embedded = not environment.text("DATABASE_URL")
    folder = environment.data_folder() / "postgres"
    if embedded and not database_server.is_made(folder):
        sys.stderr.write(f"Making the PostgreSQL that comes with Florin, in {folder}; only this once.\n")
    try:
        with database_server.running(folder) if embedded else nullcontext():
            code = command.run(options)
    except database_server.DatabaseServerError as problem:
        sys.exit(f"The PostgreSQL that comes with Florin does not start. {problem}")
    sys.exit(code)


def _name(words: Sequence[str]) -> tuple[str, Sequence[str]]:
    listing = "\n".join(f"  {name:<17} {summary}" for name, (_, summary) in _COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="florin",
        description="Accounts receivable for wholesalers, built around the payment link.",
        epilog=f"commands:\n{listing}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"florin {version('florin')}")
    parser.add_argument("command", choices=_COMMANDS, metavar="COMMAND", help="one of those below")
    name: str = parser.parse_args(words[:1]).command
    return name, words[1:]
