"""How a company presents itself, where it is, and what it suggests to new customers (Setup > Company)."""

import hashlib
import re
from dataclasses import asdict, dataclass
from zoneinfo import available_timezones

from babel.numbers import is_currency
from django.conf import settings
from django.utils.translation import gettext as _

from florin.domain.companies.models import Company
from florin.kernel import addresses, changes
from florin.kernel.errors import Conflict, Refusal

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
MOST_TERMS_DAYS = 365
MOST_LINES = 8


class InvalidProfile(Refusal):
    """A company cannot be so; ``field`` names what is wrong."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A company's own data; ``logo`` is a cleaned PNG or SVG in base64, or empty."""

    name: str
    address: str
    phone: str
    email: str
    tax_id: str
    logo: str
    colour: str
    time_zone: str
    language: str
    currency: str
    terms_days: int
    remit_to: str
    wire: str

    @property
    def mark(self) -> str:
        """A short text that changes whenever one of them does."""
        return changes.mark(self.timeline_details())

    def timeline_details(self) -> dict[str, str]:
        """Return them as the timeline keeps them."""
        texts = {name: str(value) for name, value in asdict(self).items()}
        return {**texts, "logo": describe_logo(self.logo)}


def profile_of(company: Company) -> Profile:
    """Return a company's profile."""
    return Profile(**{name: getattr(company, name) for name in Profile.__dataclass_fields__})


def change(locked: Company, wanted: Profile, *, seen: str) -> dict[str, str]:
    """Set the profile of a company that the caller has locked, and return what changed, for the timeline.

    Raises:
        Conflict: if it is another than ``seen`` says; nothing is overwritten.
        InvalidProfile: if a company cannot be so.
    """
    now = profile_of(locked)
    if now.mark != seen:
        raise Conflict(_("Somebody else has changed these settings meanwhile. Look at them, then save."))
    check(wanted)
    fields = asdict(wanted)
    for name, value in fields.items():
        setattr(locked, name, value)
    locked.save(update_fields=list(fields))
    return changes.between(now.timeline_details(), wanted.timeline_details())


def check(profile: Profile) -> None:
    """Refuse what no company can be, whoever says it.

    Raises:
        InvalidProfile: naming the field.
    """
    if not profile.name.strip():
        raise InvalidProfile("name", _("Give the company's name."))
    _check_each(profile)
    for name, text in (("address", profile.address), ("remit_to", profile.remit_to), ("wire", profile.wire)):
        if len(text.splitlines()) > MOST_LINES:
            raise InvalidProfile(name, _("At most 8 lines fit on documents."))
    if not 0 <= profile.terms_days <= MOST_TERMS_DAYS:
        raise InvalidProfile("terms_days", _("Give a number of days from 0 to 365."))


def _check_each(profile: Profile) -> None:
    for name, read in (
        ("email", addresses.read),
        ("colour", read_colour),
        ("time_zone", read_time_zone),
        ("language", read_language),
        ("currency", read_currency),
    ):
        try:
            read(getattr(profile, name))
        except Refusal as problem:
            raise InvalidProfile(name, str(problem)) from problem


def read_colour(text: str) -> str:
    """Return a colour as ``#rrggbb``.

    Raises:
        Refusal: if it is none.
    """
    if not _COLOUR.fullmatch(text.strip()):
        raise Refusal(_("Give the color as # and six digits, such as #2f6f57."))
    return text.strip().lower()


def read_time_zone(text: str) -> str:
    """Return the name of a time zone.

    Raises:
        Refusal: if there is none of this name.
    """
    if text.strip() not in available_timezones():
        raise Refusal(_("Choose a time zone, such as America/New_York."))
    return text.strip()


def read_language(text: str) -> str:
    """Return the code of a language that Florin speaks.

    Raises:
        Refusal: if it speaks no such language.
    """
    if text not in dict(settings.LANGUAGES):
        raise Refusal(_("Choose a language."))
    return text


def read_currency(text: str) -> str:
    """Return the code of a currency, in small letters too.

    Raises:
        Refusal: if there is none of this code.
    """
    code = text.strip().upper()
    if not code.isascii() or not is_currency(code):
        raise Refusal(_("This is not a currency; write it like USD."))
    return code


def describe_logo(logo: str) -> str:
    """Return what the timeline says of a logo: its kind, and a name that changes with it."""
    if not logo:
        return ""
    kind = "PNG" if logo.startswith("iVBOR") else "SVG"
    return f"{kind} {hashlib.blake2s(logo.encode(), digest_size=3).hexdigest()}"
