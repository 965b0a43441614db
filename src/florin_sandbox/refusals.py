"""Answers to order: each no that the real service can give before it does any work."""

from collections.abc import Callable

from florin_sandbox import errors
from florin_sandbox.errors import Refusal
from florin_sandbox.faults import Fault

AMOUNTS = {
    "amount_too_small": "The amount must convert to at least 50 cents.",
    "amount_too_large": "The amount must be no more than $999,999.99.",
}
UNANSWERED = {502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout"}


class Unanswered(Exception):  # noqa: N818 - an order, not an accident
    """Something on the way to us answers in our place, in HTML."""

    def __init__(self, status: int) -> None:
        super().__init__(UNANSWERED[status])
        self.status = status

    def page(self) -> bytes:
        """The page that a proxy shows."""
        return f"<html><head><title>{self.status} {self}</title></head><body>{self}</body></html>".encode()


def _amount(fault: Fault) -> Refusal:
    code = fault.code or "amount_too_small"
    return Refusal(AMOUNTS.get(code, "The amount is not valid."), code=code)


def _throttled(fault: Fault) -> Refusal:
    told = Refusal(
        "Request rate limit exceeded. You can learn more about rate limits in the documentation.",
        status=429,
        code=fault.code or "rate_limit",
    )
    told.headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    return told


ANSWERS: dict[str, Callable[[Fault], Refusal]] = {
    "400_parameter": lambda fault: Refusal(
        "Received unknown parameter: frobnicate", code=fault.code or "parameter_unknown", param="frobnicate"
    ),
    "400_amount": _amount,
    "400_idempotency": lambda _: Refusal(
        "Keys for idempotent requests can only be used with the same parameters they were first used with.",
        kind="idempotency_error",
    ),
    "401": lambda _: Refusal("Invalid API Key provided: sk_test_********wxyz", status=401),
    "403_permission": lambda _: errors.no_permission("rk_test_********wxyz", "rak_checkout_session_write"),
    "403_account": lambda _: errors.no_account("acct_1gone"),
    "404": lambda _: errors.no_such("object", "gone_1"),
    "409": lambda _: errors.key_in_use("key"),
    "429": _throttled,
}
"""What a mode answers; nothing is done, and nothing is kept under the idempotency key."""
MODES = (*ANSWERS, *map(str, UNANSWERED))


def before(fault: Fault) -> None:
    """Raise what is ordered in the place of any work; Unanswered if somebody in between is to answer."""
    if fault.mode in ANSWERS:
        raise ANSWERS[fault.mode](fault)
    if not fault.effect:
        after(fault)


def after(fault: Fault) -> None:
    """Raise what hides that the work has been done: a proxy's answer."""
    if fault.mode.isdecimal() and int(fault.mode) in UNANSWERED:
        raise Unanswered(int(fault.mode))
