"""Reading what Stripe sends to our door: whether it is Stripe's, of this moment, and has an event's shape.

Only what is signed is read at all; and what is signed need not be well-formed, for a secret may be known to
somebody else, or a relay in between be broken. Stripe's SDK looks at the age of a notice only.
"""

import json
import logging
import time
from collections.abc import Iterable, Mapping
from typing import Any

import stripe

from florin.contracts.processor import LONGEST_REFERENCE, BadNotice, ForgedNotice, Notice
from florin.edges.gateways.stripe import reading

_log = logging.getLogger(__name__)
_MAY_BE_OLD_SECONDS = 300
_MAY_BE_EARLY_SECONDS = 300  # clocks differ
_REFUSED = "payment_intent.payment_failed"
_LONGEST_KIND, _LONGEST_ATTEMPT = 80, 40


def read(signature: str, body: bytes, secrets: Iterable[str]) -> Notice:
    """Return what a notice says it is about, if one of the secrets signed it; each endpoint has its own.

    Raises:
        BadNotice: if none did, or too long ago, or in the future; or if it is not an event of Stripe's.
    """
    _check_signature(signature, body, secrets)
    try:
        return _notice(_mapping(_parsed(body), "It"))
    except BadNotice as bad:
        _log.warning("A notice that is signed cannot be read: %s", bad)
        raise


def _notice(event: Mapping[str, Any]) -> Notice:
    thing = _mapping(_mapping(event.get("data"), "Its data").get("object"), "Its data.object")
    kind, what = _text(event, "type", longest=_LONGEST_KIND), _text(thing, "object")
    named = {**thing, "id": _text(thing, "id") if "id" in thing else ""}  # an upcoming object has none
    if named.get("metadata") is not None:
        _mapping(named["metadata"], "Its metadata")
    refused = named.get("last_payment_error") if kind == _REFUSED else None
    problem = _mapping(refused, "Its error") if refused else {}
    reason, code = reading.why_declined(problem)
    return Notice(
        event=_text(event, "id"),
        kind=kind,
        attempt=_of_ours(reading.attempt_of(kind, named)),
        payment=_checked(reading.payment_of(named)),
        payout=named["id"] if what == "payout" else "",
        account=_text(event, "account") if event.get("account") else _checked(reading.account_of(named)),
        decline=_checked(reading.decline_of(problem)),
        decline_reason=reason,
        code=code,
    )


def _check_signature(signature: str, body: bytes, secrets: Iterable[str]) -> None:
    problem = "no secret is set to check notices with"
    for secret in secrets:
        try:
            stripe.WebhookSignature.verify_header(body, signature, secret, _MAY_BE_OLD_SECONDS)
        # The others if the body is not UTF-8, or a signature not ASCII.
        except (stripe.SignatureVerificationError, ValueError, TypeError) as wrong:
            problem = str(wrong)
        else:
            _check_time(signature)
            return
    raise ForgedNotice(problem)


def _check_time(signature: str) -> None:
    """Refuse what is signed for later: it could be sent again and again until then."""
    times = [part.partition("=")[2] for part in signature.split(",") if part.startswith("t=")]
    if int(times[0]) > time.time() + _MAY_BE_EARLY_SECONDS:
        raise ForgedNotice("Its time stamp is in the future")


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as problem:
        raise BadNotice("It is not JSON that can be read") from problem


def _mapping(value: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise BadNotice(f"{name} is no object")
    return value


def _text(thing: Mapping[str, Any], name: str, *, longest: int = LONGEST_REFERENCE) -> str:
    value = thing.get(name)
    if not isinstance(value, str) or not value:
        raise BadNotice(f"Its {name} is no text")
    return _checked(value, longest)


def _checked(value: str, longest: int = LONGEST_REFERENCE) -> str:
    if len(value) > longest or not value.isascii() or not value.isprintable():
        raise BadNotice("A name in it is none of Stripe's")
    return value


def _of_ours(attempt: str) -> str:
    """Return the attempt's name if it can be one of ours: others may use the account, and the same word."""
    return attempt if len(attempt) <= _LONGEST_ATTEMPT and attempt.isascii() and attempt.isprintable() else ""
