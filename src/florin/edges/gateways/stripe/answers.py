"""What an answer of Stripe's that is not a yes means: a plain no, "wait", or that we do not know.

The statuses and codes are those of Stripe's pages on errors, error codes, rate limits and idempotent
requests, and of its SDK. docs/gateways.md has the table.
"""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import stripe

from florin.contracts.processor import (
    GatewayBusy,
    GatewayError,
    GatewayFault,
    GatewayRefusal,
    GatewayThrottled,
    RefusalReason,
)

_BY_CODE = {
    "amount_too_small": RefusalReason.AMOUNT,
    "amount_too_large": RefusalReason.AMOUNT,
    "charge_exceeds_source_limit": RefusalReason.AMOUNT,
    "charge_exceeds_transaction_limit": RefusalReason.AMOUNT,
    "resource_missing": RefusalReason.NOT_FOUND,
    "balance_insufficient": RefusalReason.BALANCE,
    "insufficient_funds": RefusalReason.BALANCE,
    "capture_charge_authorization_expired": RefusalReason.STATE,
    "charge_already_captured": RefusalReason.STATE,
    "charge_already_refunded": RefusalReason.STATE,
    "charge_disputed": RefusalReason.STATE,
    "charge_expired_for_capture": RefusalReason.STATE,
    "charge_not_refundable": RefusalReason.STATE,
    "intent_invalid_state": RefusalReason.STATE,
    "payment_intent_unexpected_state": RefusalReason.STATE,
}
_KEYS = re.compile(r"\b[rs]k_(live|test)_[\w*]+")  # Stripe shows the end of a key that it refuses
_WAIT_SECONDS, _LONGEST_WAIT_SECONDS = 2, 600


def meaning(problem: stripe.StripeError) -> GatewayError | GatewayRefusal:
    """Return the exception that says what an answer means; what is no answer of Stripe's is unknown."""
    given, status = _error_body(problem), problem.http_status
    text = f"{type(problem).__name__}: {_KEYS.sub('(a key)', problem.user_message or '')}"
    if isinstance(problem, stripe.RateLimitError):
        return GatewayThrottled(text, retry_after=_retry_after(problem.headers or {}))
    match status:
        case HTTPStatus.CONFLICT:
            return GatewayBusy(text)
        case HTTPStatus.INTERNAL_SERVER_ERROR:  # 502 to 504 may come from in between
            return GatewayFault(text)
        case HTTPStatus.FAILED_DEPENDENCY:  # it waited for somebody else in vain
            return GatewayError(text)
        case int() if given and status < HTTPStatus.INTERNAL_SERVER_ERROR:
            return GatewayRefusal(
                _reason(status, given),
                _KEYS.sub("(a key)", str(given.get("message") or "")),
                code=str(given.get("code") or ""),
                request=problem.request_id or "",
            )
        case _:
            return GatewayError(text)


def _error_body(problem: stripe.StripeError) -> Mapping[str, Any]:
    """Return Stripe's own account of an error; nothing if a proxy in between answered."""
    body = problem.json_body
    given = body.get("error") if isinstance(body, Mapping) else None
    return given if isinstance(given, Mapping) else {}


def _reason(status: int, given: Mapping[str, Any]) -> RefusalReason:
    code = str(given.get("code") or "")
    if given.get("type") == "idempotency_error":
        return RefusalReason.KEY_REUSED
    match status:
        case HTTPStatus.UNAUTHORIZED:
            return RefusalReason.KEY
        case HTTPStatus.FORBIDDEN:
            return RefusalReason.ACCOUNT_GONE if code == "account_invalid" else RefusalReason.PERMISSION
        case HTTPStatus.PAYMENT_REQUIRED:
            return RefusalReason.DECLINED
        case _:
            return _BY_CODE.get(code, RefusalReason.PARAMETER)


def _retry_after(headers: Mapping[str, str]) -> int:
    """Return how many seconds to wait, as the answer says; a date or nothing is a little while."""
    given = str(headers.get("retry-after", ""))
    wanted = int(given[:6]) if given.isdecimal() else _WAIT_SECONDS
    return min(max(wanted, 1), _LONGEST_WAIT_SECONDS)
