"""What a business types into the processor's form: checked field by field."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from florin_sandbox.accounts import Details

FIELDS = ("name", "tax_id", "line1", "city", "state", "postal_code", "first_name", "last_name", "dob")
SECRET = ("routing", "number", "ssn")
LONGEST = 200
ADULT = 18
OLDEST = 120
ROUTING_WEIGHTS = (3, 7, 1) * 3
PATTERNS = {
    "tax_id": r"\d{2}-?\d{7}",
    "state": r"[A-Za-z]{2}",
    "postal_code": r"\d{5}(-\d{4})?",
    "number": r"\d{4,17}",
    "ssn": r"\d{4}",
}


@dataclass(slots=True)
class Typed:
    """A filled-in form: what is wrong with it by field, or else what it tells.

    Numbers of the bank account and of the person are not kept for showing the form again.
    """

    values: dict[str, str] = field(default_factory=lambda: dict.fromkeys(FIELDS, ""))
    wrong: dict[str, str] = field(default_factory=dict)
    details: Details | None = None


def read(form: Mapping[str, str], now: int) -> Typed:
    """The form as typed, each wrong field with the key of the sentence to say about it."""
    said = {name: form.get(name, "").strip()[:LONGEST] for name in FIELDS + SECRET}
    typed = Typed({name: said[name] for name in FIELDS})
    for name, value in said.items():
        if not re.fullmatch(PATTERNS.get(name, r".+"), value, re.ASCII if name in PATTERNS else 0):
            typed.wrong[name] = f"bad_{name}"
    if not _routing(said["routing"]):
        typed.wrong["routing"] = "bad_routing"
    if not _adult(said["dob"], datetime.fromtimestamp(now, UTC).date()):
        typed.wrong["dob"] = "bad_dob"
    if not typed.wrong:
        typed.details = _details(said)
    return typed


def _details(said: Mapping[str, str]) -> Details:
    address = {name: said[name] for name in ("line1", "city", "postal_code")}
    return Details(
        name=said["name"],
        address={**address, "state": said["state"].upper()},
        tax_id=said["tax_id"].replace("-", ""),
        routing_number=said["routing"],
        last4=said["number"][-4:],
    )


def _routing(number: str) -> bool:
    """Whether a routing number's check digit is right."""
    if not re.fullmatch(r"\d{9}", number, re.ASCII):
        return False
    return sum(int(digit) * weight for digit, weight in zip(number, ROUTING_WEIGHTS, strict=True)) % 10 == 0


def _adult(text: str, today: date) -> bool:
    try:
        born = date.fromisoformat(text)
    except ValueError:
        return False
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return ADULT <= age <= OLDEST
