"""Payments > Settings: the switches that hold for a whole company.

lock -> still as they were shown? -> switches -> sessions end -> timeline
"""

from django.db import transaction

from florin.domain.activity import services as activity
from florin.domain.companies import receiving, signing_in
from florin.domain.companies import services as companies
from florin.domain.companies.models import Company
from florin.domain.companies.receiving import Terms
from florin.domain.companies.services import Switches
from florin.domain.companies.signing_in import Limits
from florin.domain.security import services as security
from florin.domain.staff.models import User
from florin.flows import expire_sessions


@transaction.atomic(durable=True)
def change(company: Company, switches: Switches, *, seen: str, by: User) -> Switches:
    """Set a company's switches; links that are already out obey from the next look on (R8, R10, R13).

    Raises:
        Conflict: if somebody else changed them after ``seen`` was shown.
    """
    changed = companies.switch(company, switches, seen=seen)
    if changed:
        expire_sessions.expire(company=company)
        note(company, changed, by=by)
    return switches


@transaction.atomic(durable=True)
def change_receiving(company: Company, terms: Terms, *, seen: str, by: User) -> None:
    """Set what is suggested when a payment is received or returned (R20).

    Raises:
        Conflict: if somebody else changed it after ``seen`` was shown.
    """
    changed = receiving.change(company, terms, seen=seen)
    if changed:
        note(company, changed, by=by)


@transaction.atomic(durable=True)
def change_sessions(company: Company, limits: Limits, *, seen: str, by: User) -> None:
    """Set how people sign in; who is signed in is held to it from the next request on.

    Raises:
        Conflict: if somebody else changed it after ``seen`` was shown.
    """
    changed = signing_in.change(company, limits, seen=seen)
    if changed:
        note(company, changed, by=by)


def note(company: Company, changed: dict[str, str], *, by: User) -> None:
    """Tell of it on the company's timeline and in its security log."""
    activity.note(company.pk, activity.Kind.SETTINGS_CHANGED, subjects=[company.pk], actor=by.name, **changed)
    security.note(security.Kind.SETTINGS_CHANGED, company_id=company.pk, who=by.email, **changed)
