"""``florin open-company``: let a wholesaler move in."""

import argparse
import getpass
import sys

from django.conf import settings

from florin.flows import open_company
from florin.flows.open_company import NewCompany
from florin.kernel.errors import Refusal

HELP = "Open a company with its first Admin; the password is asked for, or read from standard input."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("slug", help="a short name for commands, such as meadow")
    parser.add_argument("--name", required=True, help="as customers know it")
    parser.add_argument("--email", required=True, help="where payment confirmations go")
    parser.add_argument("--admin", required=True, help="the first Admin's address, to sign in with")
    parser.add_argument(
        "--admin-name", default="", help="the Admin's name (default: what stands before the @)"
    )
    parser.add_argument("--language", default="en", help="en or es (default en)")
    parser.add_argument("--currency", default="USD", help="ISO 4217 (default USD)")
    parser.add_argument("--time-zone", default="UTC", help="such as America/New_York (default UTC)")
    parser.add_argument(
        "--takes-payments",
        action="store_true",
        help="the processor account in the environment is this company's own, and active",
    )


def run(options: argparse.Namespace) -> int:
    """Ask for the password and open the company."""
    asked = sys.stdin.isatty()
    password = getpass.getpass("Password of the Admin: ") if asked else sys.stdin.readline().rstrip("\r\n")
    new = NewCompany(
        slug=options.slug,
        name=options.name,
        email=options.email,
        currency=options.currency,
        time_zone=options.time_zone,
        language=options.language,
        admin=options.admin,
        admin_name=options.admin_name,
        password=password,
    )
    try:
        company = open_company.move_in(new, takes_payments=options.takes_payments)
    except Refusal as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 2
    where = f"{settings.PUBLIC_URL}/"
    sys.stdout.write(
        f"{company.name} is open. Sign in at {where} as {options.admin}: Home says what comes next.\n"
    )
    return 0
