"""What a payer types into the page: checked field by field."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from florin_sandbox import cards
from florin_sandbox.cards import Card

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
EXPIRY = re.compile(r"(\d{1,2})\s*/?\s*(\d{2}|\d{4})")
CENTURY = 2000
LAST_MONTH = 12
FURTHEST = 50
LONGEST = 200


@dataclass(slots=True)
class Typed:
    """A filled-in form: what is wrong with it by field, or else the card. The number itself is not kept."""

    email: str = ""
    name: str = ""
    expiry: str = ""
    wrong: dict[str, str] = field(default_factory=dict)
    card: Card | None = None

    @property
    def payer(self) -> dict[str, str]:
        """Who pays."""
        return {"email": self.email, "name": self.name}


def read(form: Mapping[str, str], now: int) -> Typed:
    """The form as typed, each wrong field with the key of the sentence to say about it."""
    email, name, expiry = (form.get(key, "").strip()[:LONGEST] for key in ("email", "name", "expiry"))
    typed = Typed(email, name, expiry)
    number = cards.digits(form.get("number", ""))
    if not EMAIL.fullmatch(typed.email):
        typed.wrong["email"] = "bad_email"
    if not cards.plausible(number):
        typed.wrong["number"] = "bad_number"
    month, year, complaint = _expiry(typed.expiry, datetime.fromtimestamp(now, UTC))
    if complaint:
        typed.wrong["expiry"] = complaint
    if not re.fullmatch(r"\d{3,4}", form.get("cvc", "").strip(), re.ASCII):
        typed.wrong["cvc"] = "bad_cvc"
    if not typed.name:
        typed.wrong["name"] = "bad_name"
    if not typed.wrong:
        typed.card = cards.read(number, exp_month=month, exp_year=year)
    return typed


def _expiry(text: str, today: datetime) -> tuple[int, int, str]:
    match = EXPIRY.fullmatch(text)
    if match is None or not text.isascii():
        return 0, 0, "bad_expiry"
    month, year = int(match[1]), int(match[2])
    year += CENTURY if year < CENTURY else 0
    if not 1 <= month <= LAST_MONTH or year > today.year + FURTHEST:
        return 0, 0, "bad_expiry"
    if (year, month) < (today.year, today.month):
        return 0, 0, "past_expiry"
    return month, year, ""
