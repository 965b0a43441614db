"""Refusals, in the shape and with the codes Stripe uses."""

from typing import Any

from florin_sandbox.store import Json


class Refusal(Exception):  # noqa: N818 - it is an answer, not an accident
    """An answer other than 2xx: HTTP status plus Stripe's error object."""

    def __init__(
        self, message: str, *, status: int = 400, kind: str = "invalid_request_error", **details: Any
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers: dict[str, str] = {}
        self.error: Json = {"message": message, "type": kind}
        self.error.update({name: value for name, value in details.items() if value is not None})

    def body(self, request_id: str) -> Json:
        """The JSON document the caller gets."""
        error = dict(self.error)
        if "code" in error:
            error["doc_url"] = f"https://stripe.com/docs/error-codes/{error['code'].replace('_', '-')}"
        error["request_log_url"] = f"/control/log#{request_id}"
        return {"error": error}


def missing(name: str) -> Refusal:
    """A parameter that must be there is not."""
    return Refusal(f"Missing required param: {name}.", code="parameter_missing", param=name)


def unknown(name: str) -> Refusal:
    """A parameter nobody knows."""
    return Refusal(f"Received unknown parameter: {name}", code="parameter_unknown", param=name)


def invalid(name: str, message: str, code: str | None = None) -> Refusal:
    """A parameter that cannot mean anything."""
    return Refusal(message, code=code, param=name)


def no_such(kind: str, identifier: str, param: str = "id") -> Refusal:
    """An id that leads nowhere."""
    return Refusal(f"No such {kind}: '{identifier}'", status=404, code="resource_missing", param=param)


def no_account(identifier: str) -> Refusal:
    """The `Stripe-Account` header names an account that this key may not act for."""
    message = f"This key has no access to the account '{identifier}', or there is no such account."
    return Refusal(message, status=403, code="account_invalid")


def no_permission(shown: str, permission: str) -> Refusal:
    """A restricted key that may not do this."""
    message = (
        f"The provided key '{shown}' does not have the required permissions for this endpoint."
        f" Having the '{permission}' permission would allow this request to continue."
    )
    return Refusal(message, status=403, code="more_permissions_required")


def key_in_use(key: str) -> Refusal:
    """The same request is still under way."""
    message = (
        f"Another request with the idempotency key {key} is still in progress."
        " It was probably submitted twice; try again later."
    )
    return Refusal(message, status=409, kind="idempotency_error", code="idempotency_key_in_use")


def unexpected_state(message: str, intent: Json) -> Refusal:
    """A payment intent that is in no state for this."""
    return Refusal(message, code="payment_intent_unexpected_state", payment_intent=intent)


def broken() -> Refusal:
    """The processor's own fault."""
    return Refusal("An unknown error occurred.", status=500, kind="api_error")


def declined() -> Refusal:
    """The issuer said no where nobody asked it."""
    return Refusal(
        "Your card was declined.",
        status=402,
        kind="card_error",
        code="card_declined",
        decline_code="generic_decline",
    )
