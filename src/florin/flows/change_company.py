"""Setup > Company: the letterhead and what else a company says of itself.

clean the logo -> lock -> still as it was shown? -> currency only while nothing is booked -> timeline
"""

import base64
from collections.abc import Mapping
from dataclasses import replace

from django.db import transaction
from django.utils.translation import gettext as _

from florin.domain.companies import mail_texts, numbering, profile
from florin.domain.companies.mail_texts import Key
from florin.domain.companies.models import Company
from florin.domain.companies.numbers import Series
from florin.domain.companies.profile import InvalidProfile, Profile
from florin.domain.ledger.models import Item
from florin.domain.staff.models import User
from florin.edges.documents import pictures
from florin.flows import change_settings
from florin.kernel.errors import Refusal


def clean_logo(logo: str) -> str:
    """Return a logo as a company keeps it: cleaned, in base64, as it came.

    Raises:
        InvalidProfile: if it cannot be a logo.
    """
    try:
        return base64.b64encode(pictures.clean(base64.b64decode(logo, validate=True))).decode()
    except (Refusal, ValueError) as problem:
        raise InvalidProfile("logo", str(problem)) from problem


def change(company: Company, wanted: Profile, *, seen: str, by: User) -> None:
    """Set a company's profile; documents that exist keep the letterhead that they were made with.

    A ``logo`` that is not the company's yet is cleaned, wherever it comes from.

    Raises:
        Conflict: if somebody else changed it after ``seen`` was shown.
        InvalidProfile: if a company cannot be so, or the currency would change though something is booked.
    """
    if wanted.logo and wanted.logo != company.logo:
        wanted = replace(wanted, logo=clean_logo(wanted.logo))  # before anything is locked: it takes a moment
    _save(company, wanted, seen=seen, by=by)


@transaction.atomic(durable=True)
def change_numbers(
    company: Company, wanted: Mapping[Series, tuple[str, int | None]], *, seen: str, by: User
) -> None:
    """Set prefix and next number of each series, as ``numbering.change`` says; what has a number keeps it.

    Raises:
        Conflict: if somebody else changed a prefix after ``seen`` was shown.
        InvalidNumbering: if a series cannot be so.
    """
    changed = numbering.change(company, wanted, seen=seen)
    if changed:
        change_settings.note(company, changed, by=by)


@transaction.atomic(durable=True)
def change_mail_texts(company: Company, wanted: Mapping[Key, str], *, seen: str, by: User) -> None:
    """Set what a company's mails begin with; those that are queued already keep what they had.

    Raises:
        Conflict: if somebody else changed a text after ``seen`` was shown.
        Refusal: if a text cannot stand in a mail.
    """
    changed = mail_texts.change(company, wanted, seen=seen)
    if changed:
        change_settings.note(company, changed, by=by)


@transaction.atomic(durable=True)
def _save(company: Company, wanted: Profile, *, seen: str, by: User) -> None:
    locked = Company.objects.select_for_update().get(pk=company.pk)
    if wanted.currency != locked.currency and is_booked(company):
        raise InvalidProfile("currency", currency_stays(locked))
    changed = profile.change(locked, wanted, seen=seen)
    if changed:
        change_settings.note(company, changed, by=by)


def is_booked(company: Company) -> bool:
    """Whether something was ever booked for the company: then its currency stays."""
    return Item.objects.filter(company=company).exists()


def currency_stays(company: Company) -> str:
    """Say why a company's currency cannot be changed any more."""
    return _("The currency stays %(currency)s, because something is booked already.") % {
        "currency": company.currency
    }
