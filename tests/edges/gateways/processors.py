"""A gateway, and what payers and others do at its processor: what the contract suite needs of each."""

import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

import stripe

from florin.contracts.processor import MovementKind, Outcome, PayoutReport
from florin.edges.gateways.breaker import Breaker, GuardedGateway
from florin.edges.gateways.interface import Gateway
from florin.edges.gateways.stripe.gateway import StripeGateway
from florin.kernel.money import Money
from testing import settings
from testing.bank import Bank
from testing.memory_gateway import MemoryGateway

Signed = tuple[dict[str, str], bytes]


class Playground(Protocol):
    """What a test does beside calling the gateway."""

    gateway: Gateway

    def pay(self, reference: str) -> None:
        """A payer pays by card on the session's page."""

    def pay_out(self) -> None:
        """The processor pays out by itself, and tells of which movements that consists."""

    def notice(self, payment: str) -> Signed:
        """The processor tells that something happened to a payment."""


@dataclass
class StripePlayground:
    """Stripe's adapter at the test processor."""

    bank: Bank
    gateway: Gateway = field(init=False)

    def __post_init__(self) -> None:
        plain = StripeGateway(
            api_key="sk_test_of_the_tests",
            base=self.bank.base,
            notice_secret=lambda: settings.NOTICE_SECRET,
            seconds=10,
        )
        self.gateway = GuardedGateway(plain, Breaker())

    def pay(self, reference: str) -> None:
        self.bank.order(f"sessions/{reference}/pay", card="4242424242424242")

    def pay_out(self) -> None:
        self.bank.order("payouts", account="", include_pending=True, reconciled=True)

    def notice(self, payment: str) -> Signed:
        thing = {"id": "re_1", "object": "refund", "payment_intent": payment, "metadata": {}}
        event = {"id": "evt_1", "object": "event", "type": "refund.updated", "data": {"object": thing}}
        body, stamp = json.dumps(event), int(time.time())
        signature = stripe.WebhookSignature._compute_signature(f"{stamp}.{body}", settings.NOTICE_SECRET)
        return {"stripe-signature": f"t={stamp},v1={signature}"}, body.encode()


@dataclass
class MemoryPlayground:
    """The gateway that is its own processor."""

    memory: MemoryGateway = field(default_factory=MemoryGateway)

    gateway: Gateway = field(init=False)

    def __post_init__(self) -> None:
        self.gateway = self.memory

    def pay(self, reference: str) -> None:
        [item] = self.memory.orders[reference].line_items
        paid = {"amount": item.amount, "payment": reference, "card_last4": "4242"}
        self.memory.move(reference, Outcome.OPEN, Outcome.AUTHORISED, **paid)

    def pay_out(self) -> None:
        [amount], now = self.memory.balance(), datetime.now(UTC)
        name = f"o{len(self.memory.paid_out)}"
        self.memory.paid_out.append(
            PayoutReport(reference=name, amount=amount, state="paid", arrives_on=now.date(), made_at=now)
        )
        self.memory.lines = [(part or name, line) for part, line in self.memory.lines]
        self.memory.book(MovementKind.PAYOUT, Money(-amount.minor, amount.currency), source=name)

    def notice(self, payment: str) -> Signed:
        told = [{"event": "e1", "kind": "refund", "attempt": "", "payment": payment}]
        return {"signature": "memory"}, json.dumps(told).encode()
