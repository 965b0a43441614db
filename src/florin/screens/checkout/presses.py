"""Reading what the Pay button sent."""

import re
from dataclasses import dataclass

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParserError

from florin.kernel.money import MOST_MINOR, Money

_NONCE = re.compile(r"[A-Za-z0-9_-]{16,40}")
_MINOR = re.compile(r"[0-9]{1,19}")


@dataclass(frozen=True, slots=True)
class Press:
    """One press of Pay: the amount that the payer saw, and which rendering of the page it was."""

    seen: Money
    nonce: str


def read(request: HttpRequest, currency: str) -> Press | None:
    """Return what was pressed, or nothing if the form is incomplete, garbled or in another currency."""
    try:
        form = request.POST
    except (BadRequest, MultiPartParserError, SuspiciousOperation, UnreadablePostError):
        return None
    seen, nonce = form.get("seen", ""), form.get("nonce", "")
    if form.get("currency") != currency or not _MINOR.fullmatch(seen) or not _NONCE.fullmatch(nonce):
        return None
    minor = int(seen)
    return Press(Money(minor, currency), nonce) if 0 < minor <= MOST_MINOR else None
