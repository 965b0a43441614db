"""Cards that are declined at a link, without a bank; and the processor's notices of them."""

import json
import time
from typing import Any
from uuid import UUID, uuid4

import stripe
from django.db import transaction

from florin.domain.declines import services as declines
from florin.domain.links.models import Link
from testing import settings

SOMEWHERE = "203.0.113.7"


def decline(link: Link, times: int = 1, *, attempt: UUID | None = None, place: str = SOMEWHERE) -> None:
    """Let so many cards be declined in one try to pay."""
    attempt = attempt or uuid4()
    with transaction.atomic():
        for _ in range(times):
            declines.count(link, attempt=attempt, name=f"ch_{uuid4().hex}", place=place)


def notice(attempt: UUID, *, charge: str = "", **more: Any) -> tuple[dict[str, str], bytes]:
    """What Stripe posts when a card is declined: headers and body."""
    problem: dict[str, Any] = {
        "type": "card_error",
        "code": "card_declined",
        "decline_code": "insufficient_funds",
        **more,
    }
    if charge:
        problem["charge"] = charge
    intent = {
        "id": "pi_1",
        "object": "payment_intent",
        "metadata": {"attempt": str(attempt)},
        "last_payment_error": problem,
    }
    event = {
        "id": f"evt_{uuid4().hex}",
        "object": "event",
        "type": "payment_intent.payment_failed",
        "data": {"object": intent},
    }
    body, stamp = json.dumps(event), int(time.time())
    signature = stripe.WebhookSignature._compute_signature(f"{stamp}.{body}", settings.NOTICE_SECRET)
    return {"stripe-signature": f"t={stamp},v1={signature}"}, body.encode()
