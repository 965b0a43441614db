"""``florin operator``: who may sign in to the operator's console."""

import argparse
import getpass
import sys

from florin.domain.operators import services as operators
from florin.domain.operators.models import Operator
from florin.domain.security import services as security
from florin.flows import sign_in_operator
from florin.kernel.errors import Refusal

HELP = "Add, list, deactivate or activate operators; give one another password or a second factor."

_REFUSED = 2
_VERBS = ("add", "list", "deactivate", "activate", "password", "second-factor")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("verb", choices=_VERBS, help="what to do")
    parser.add_argument("email", nargs="?", default="", help="whose address; not needed to list")


def run(options: argparse.Namespace) -> int:
    """Do it; a password is asked for, or read from standard input."""
    if options.verb != "list" and not options.email:
        sys.stderr.write("Say whose: give the operator's address.\n")
        return _REFUSED
    try:
        sys.stdout.write(_carry_out(options.verb, options.email))
    except Refusal as refusal:
        sys.stderr.write(f"{refusal}\n")
        return _REFUSED
    return 0


def _carry_out(verb: str, email: str) -> str:
    match verb:
        case "add":
            operator = operators.add(email, _password())
            security.note(security.Kind.PERSON_ADDED, who=operator.email, what="operator")
            return f"{operator.email} can sign in at /operator/.\n"
        case "password":
            operator = operators.choose_password(email, _password())
            security.note(security.Kind.PASSWORD_CHANGED, who=operator.email, what="operator")
            return f"{operator.email} has another password, and is signed out everywhere.\n"
        case "second-factor":
            address = sign_in_operator.give_second_factor(email)
            security.note(security.Kind.RIGHTS_CHANGED, who=operators.find(email).email, what="operator")
            return f"Put this into an app for codes; it is not shown again:\n{address}\n"
        case "deactivate" | "activate":
            active = verb == "activate"
            operator = operators.switch(email, active=active)
            security.note(
                security.Kind.RIGHTS_CHANGED,
                who=operator.email,
                what="operator",
                fields="active",
                active_after="on" if active else "off",
            )
            return f"{operator.email} can {'' if active else 'no longer '}sign in.\n"
        case _:
            return "".join(
                f"{one.email}{'' if one.is_active else ' (inactive)'}\n"
                for one in Operator.objects.order_by("email")
            )


def _password() -> str:
    if sys.stdin.isatty():
        return getpass.getpass("Password of the operator: ")
    return sys.stdin.readline().rstrip("\r\n")
