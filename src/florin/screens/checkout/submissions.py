"""Reading what the Pay button sent."""

import re
from dataclasses import dataclass

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParserError

from florin.domain.attempts.methods import ONLINE, Method
from florin.kernel.money import MOST_MINOR, Money

_NONCE = re.compile(r"[A-Za-z0-9_-]{16,40}")
_MINOR = re.compile(r"[0-9]{1,19}")


@dataclass(frozen=True, slots=True)
class PaySubmission:
    """One press of Pay: the amount that the payer saw, which rendering of the page it was, and the method.

    Without a method it is the first one on offer, as on a page that gives no choice.
    """

    seen: Money
    nonce: str
    method: Method | None


def read(request: HttpRequest, currency: str) -> PaySubmission | None:
    """Return what was pressed, or nothing if the form is incomplete, garbled or in another currency."""
    try:
        form = request.POST
    except (BadRequest, MultiPartParserError, SuspiciousOperation, UnreadablePostError):
        return None
    seen, nonce, method = form.get("seen", ""), form.get("nonce", ""), form.get("method", "")
    if method not in {"", *ONLINE}:
        return None
    if form.get("currency") != currency or not _MINOR.fullmatch(seen) or not _NONCE.fullmatch(nonce):
        return None
    minor = int(seen)
    if not 0 < minor <= MOST_MINOR:
        return None
    return PaySubmission(Money(minor, currency), nonce, Method(method) if method else None)
