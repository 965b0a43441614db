"""``florin user``: the people of a company from a shell, by the same rules as under Setup > People."""

import argparse
import sys

from florin.domain.companies.models import Company
from florin.domain.staff import people
from florin.domain.staff.models import User
from florin.domain.staff.rights import Role
from florin.flows import change_password, change_person, invite_person
from florin.kernel.database import find
from florin.kernel.errors import Refusal

HELP = "Invite a user, change roles, deactivate, or let somebody begin afresh."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what can be done, and the options of each."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    add = verbs.add_parser("add", help="invite somebody by mail, and print the link")
    add.add_argument("company", help="the company's short name, such as meadow")
    add.add_argument("email", help="the address to sign in with")
    _ask_for_roles(add)
    add.add_argument("--language", default="en", choices=["en", "es"], help="default en")
    roles = verbs.add_parser("roles", help="give somebody these roles and no others")
    roles.add_argument("email")
    _ask_for_roles(roles)
    deactivate = verbs.add_parser("deactivate", help="let somebody sign in no longer; sessions end at once")
    deactivate.add_argument("email")
    reset = verbs.add_parser(
        "reset", help="take password and second factor away; mail and print a link to a new password"
    )
    reset.add_argument("email")


def run(options: argparse.Namespace) -> int:
    """Do it, and say what was done; exit code 2 with the reason if it was refused."""
    try:
        sentence = _VERBS[options.verb](options)
    except Refusal as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 2
    sys.stdout.write(f"{sentence}\n")
    return 0


def _ask_for_roles(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--role",
        dest="roles",
        action="append",
        required=True,
        choices=[role.value for role in Role],
        metavar="ROLE",
        help=f"may be given several times: {', '.join(Role)}",
    )


def _add(options: argparse.Namespace) -> str:
    company = find(Company.objects.all(), slug=options.company)
    made = invite_person.invite(company, options.email, options.roles, language=options.language, by=None)
    return f"{made.email} is invited. The same link, for 72 hours: {invite_person.address_of(made)}"


def _change_roles(options: argparse.Namespace) -> str:
    found = _find(options.email)
    mark = people.mark(found)
    person = change_person.change_roles(found.company, found.pk, options.roles, seen=mark, by=None)
    return f"{person.email} is now: {', '.join(person.roles)}."


def _deactivate(options: argparse.Namespace) -> str:
    found = _find(options.email)
    change_person.deactivate(found.company, found.pk, by=None)
    return f"{found.email} is deactivated and signed out everywhere."


def _reset(options: argparse.Namespace) -> str:
    found = _find(options.email)
    person = change_person.reset(found.company, found.pk, by=None)
    return f"{person.email} gets a link by mail. One that works too, for an hour: " + (
        change_password.address_of(person)
    )


def _find(email: str) -> User:
    return find(User.objects.select_related("company"), email=email.strip().lower())


_VERBS = {"add": _add, "roles": _change_roles, "deactivate": _deactivate, "reset": _reset}
