"""The adapter to Stripe: Checkout in payment mode, cards authorised first and captured by us.

Facts used here are from Stripe's API reference: a session makes its payment intent when the payer
confirms; ``requires_capture`` holds the money; an idempotency key replays the first answer, a 500 included.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import stripe

from florin.kernel.money import Money
from florin.kernel.processor import (
    BadNotice,
    GatewayBusy,
    GatewayError,
    GatewayRefusal,
    Notice,
    Outcome,
    Report,
    Started,
    StartOrder,
)

_NOTICE_MAY_BE_OLD_SECONDS = 300
_WHOLE_STORY = ["payment_intent.latest_charge.balance_transaction"]


class StripeGateway:
    """Speaks to Stripe's API at ``base``; the test processor and the real one are the same to it.

    ``seconds`` is how long a call may take before its outcome counts as unknown.
    """

    def __init__(self, *, api_key: str, base: str, notice_secret: str, seconds: int) -> None:
        self._notice_secret = notice_secret
        self._client = stripe.StripeClient(
            api_key,
            base_addresses={"api": base},
            max_network_retries=0,  # asking again is our poller's decision
            http_client=stripe.RequestsClient(timeout=seconds),
        )

    def start(self, order: StartOrder) -> Started:
        """Open a Checkout session; see ``Gateway.start``."""
        try:
            session = self._ask(
                self._client.v1.checkout.sessions.create,
                params=_session(order),
                options={"idempotency_key": order.key},
            )
        except GatewayError as problem:
            if isinstance(problem.__cause__, stripe.InvalidRequestError):
                raise GatewayRefusal(str(problem)) from problem
            raise
        return Started(reference=session["id"], url=session["url"] or "")

    def look_up(self, reference: str) -> Report:
        """Ask for the session with its payment, charge and fee in one request; see ``Gateway.look_up``."""
        session = self._ask(
            self._client.v1.checkout.sessions.retrieve, reference, params={"expand": _WHOLE_STORY}
        )
        return _report(session)

    def capture(self, reference: str, amount: Money, *, key: str, payment: str = "") -> Report:
        """Capture the session's payment; see ``Gateway.capture``."""
        self._try(
            self._client.v1.payment_intents.capture,
            payment or self._intent_of(reference),
            params={"amount_to_capture": amount.minor},
            options={"idempotency_key": key},
        )
        return self.look_up(reference)

    def expire(self, reference: str, *, key: str) -> None:
        """Expire the session; see ``Gateway.expire``."""
        self._try(self._client.v1.checkout.sessions.expire, reference, options={"idempotency_key": key})

    def void(self, reference: str, *, key: str, payment: str = "") -> Report:
        """Cancel the session's payment; see ``Gateway.void``."""
        self._try(
            self._client.v1.payment_intents.cancel,
            payment or self._intent_of(reference),
            options={"idempotency_key": key},
        )
        return self.look_up(reference)

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        """Check Stripe's signature; see ``Gateway.read_notice``."""
        try:
            event = stripe.Webhook.construct_event(
                body, headers.get("stripe-signature", ""), self._notice_secret, _NOTICE_MAY_BE_OLD_SECONDS
            )
        except (ValueError, stripe.SignatureVerificationError) as problem:
            raise BadNotice(str(problem)) from problem
        about = event.to_dict()["data"]["object"].get("metadata") or {}
        return Notice(event=event["id"], kind=event["type"], attempt=str(about.get("attempt", "")))

    def _intent_of(self, reference: str) -> str:
        payment = self.look_up(reference).payment
        if not payment:
            raise GatewayError(f"The session {reference} has no payment yet")
        return payment

    def _try(self, call: Any, *arguments: Any, **named: Any) -> None:
        """Ask for a change; a refusal is no answer about money, so the caller looks it up afterwards."""
        try:
            call(*arguments, **named)
        except stripe.InvalidRequestError:
            return  # "already captured", "already expired": the look-up that follows tells the truth
        except stripe.StripeError as problem:
            raise _no_answer(problem) from problem

    def _ask(self, call: Any, *arguments: Any, **named: Any) -> dict[str, Any]:
        try:
            answer: stripe.StripeObject = call(*arguments, **named)
        except stripe.StripeError as problem:
            raise _no_answer(problem) from problem
        return answer.to_dict()


def _no_answer(problem: stripe.StripeError) -> GatewayError:
    kind = GatewayBusy if problem.http_status == HTTPStatus.CONFLICT else GatewayError
    return kind(f"{type(problem).__name__}: {problem.user_message or ''}")


def _session(order: StartOrder) -> dict[str, Any]:
    about = {"attempt": order.attempt}
    return {
        "mode": "payment",
        "branding_settings": {"display_name": order.merchant},
        "payment_method_types": ["card"],
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": paper.amount.currency.lower(),
                    "unit_amount": paper.amount.minor,
                    "product_data": {"name": paper.name},
                },
            }
            for paper in order.papers
        ],
        "payment_intent_data": {
            "capture_method": "manual",
            "description": order.description,
            "metadata": about,
        },
        "metadata": about,
        "client_reference_id": order.attempt,
        "locale": order.language,
        "success_url": order.return_url,
        "cancel_url": order.cancel_url,
        "expires_at": int(order.expires_at.timestamp()),
        **({"customer_email": order.payer_email} if order.payer_email else {}),
    }


def _report(session: Mapping[str, Any]) -> Report:
    """Read one session's whole story."""
    reference = session["id"]
    intent = session.get("payment_intent")
    if not intent:
        expired = session["status"] == "expired"
        return Report(reference=reference, outcome=Outcome.EXPIRED if expired else Outcome.OPEN)
    charge = intent.get("latest_charge") or {}
    card = (charge.get("payment_method_details") or {}).get("card") or {}
    return Report(
        reference=reference,
        outcome=_outcome(session["status"], intent["status"]),
        amount=_amount(intent),
        fee=_fee(charge),
        payment=intent["id"],
        payer_email=(session.get("customer_details") or {}).get("email") or "",
        card_brand=card.get("brand") or "",
        card_last4=card.get("last4") or "",
        card_funding=card.get("funding") or "",
    )


def _outcome(session_status: str, intent_status: str) -> Outcome:
    match intent_status:
        case "succeeded":
            return Outcome.SETTLED
        case "requires_capture":
            return Outcome.AUTHORISED
        case "canceled":
            return Outcome.EXPIRED if session_status == "expired" else Outcome.CANCELLED
        case _:
            return Outcome.EXPIRED if session_status == "expired" else Outcome.OPEN


def _amount(intent: Mapping[str, Any]) -> Money | None:
    currency = str(intent["currency"]).upper()
    match intent["status"]:
        case "succeeded":
            return Money(intent["amount_received"], currency)
        case "requires_capture":
            return Money(intent["amount_capturable"], currency)
        case _:
            return None


def _fee(charge: Mapping[str, Any]) -> Money | None:
    """Return the processor's fee in the charge's currency, once it has been reckoned (R15)."""
    booked = charge.get("balance_transaction")
    if not isinstance(booked, Mapping) or booked.get("fee") is None:
        return None
    return Money(booked["fee"], str(booked["currency"]).upper())
