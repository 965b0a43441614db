"""An honest gateway that lives in memory: the shortest one that keeps every promise of the interface."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from florin.contracts import processor as says
from florin.contracts.capabilities import Capabilities, Terms
from florin.contracts.limits import Limits
from florin.edges.gateways.interface import Gateway
from florin.kernel import clock
from florin.kernel.money import Money

NONE, FEE = Money(0, "USD"), Money(30, "USD")
DONE, ACTIVE, CARDS = says.RefundOutcome.SUCCEEDED, says.AccountStatus.ACTIVE, says.MethodStatus.ACTIVE


@dataclass
class MemoryGateway(Gateway):
    orders: dict[str, says.StartOrder] = field(default_factory=dict)
    sessions: dict[str, says.Report] = field(default_factory=dict)
    refunds: dict[str, tuple[str, says.RefundReport]] = field(default_factory=dict)
    lines: list[tuple[str, says.Movement]] = field(default_factory=list)
    paid_out: list[says.PayoutReport] = field(default_factory=list)
    capabilities = Capabilities(
        processor="Memory",
        methods={"card": Terms(can_hold=True)},
        limits=lambda _: Limits(least=FEE, most=Money(99_999_999, "USD")),
        itemises_payouts=True,
        tells_fees=True,
        tells_balance=True,
    )

    def start(self, order: says.StartOrder) -> says.Started:
        self.orders.setdefault(order.key, order)
        self.sessions.setdefault(order.key, says.Report(reference=order.key, outcome=says.Outcome.OPEN))
        return says.Started(reference=order.key, url=f"memory:{order.key}")

    def look_up(self, reference: str) -> says.Report:
        return self.move(reference, says.Outcome.OPEN, says.Outcome.OPEN)

    def capture(self, reference: str, amount: Money, *, key: str, payment: str = "") -> says.Report:
        held, attempt = self.look_up(reference), self.orders[reference].attempt
        if held.outcome != says.Outcome.AUTHORISED:
            return held
        if amount > (held.amount or NONE):
            raise says.GatewayRefusal(says.RefusalReason.AMOUNT)
        at = self.book(says.MovementKind.PAYMENT, amount, fee=FEE, payment=held.payment, attempt=attempt).at
        return self.move(reference, held.outcome, says.Outcome.SETTLED, amount=amount, fee=FEE, taken_at=at)

    def expire(self, reference: str, *, key: str) -> None:
        self.move(reference, says.Outcome.OPEN, says.Outcome.EXPIRED)

    def void(self, reference: str, *, key: str, payment: str = "") -> says.Report:
        return self.move(reference, says.Outcome.AUTHORISED, says.Outcome.CANCELLED)

    def refund(self, payment: str, amount: Money, *, key: str, refund: str) -> says.RefundReport:
        if key not in self.refunds:
            if sum((line.gross for _, line in self.lines if line.payment == payment), -amount) < NONE:
                raise says.GatewayRefusal(says.RefusalReason.STATE)
            name = self.book(says.MovementKind.REFUND, -amount, payment=payment).reference
            made = says.RefundReport(reference=name, outcome=DONE, amount=amount, refund=refund)
            self.refunds[key] = payment, made
        return self.refunds[key][1]

    def payment_events(self, payment: str) -> says.PaymentEvents:
        made = tuple(report for about, report in self.refunds.values() if about == payment)
        return says.PaymentEvents(fee=self.look_up(payment).fee, refunds=made[::-1])

    def movements(self, *, since: datetime, payout: str = "") -> Iterator[says.Movement | says.Unread]:
        return (line for part, line in self.lines if part == payout or (not payout and line.at >= since))

    def balance(self) -> tuple[Money, ...]:
        return (sum((line.net for _, line in self.lines), NONE),)

    def payouts(self, *, since: datetime) -> Iterator[says.PayoutReport | says.Unread]:
        return (payout for payout in self.paid_out if payout.made_at >= since)

    def account(self, account: str) -> says.AccountReport:
        return says.AccountReport(reference=account, status=ACTIVE, cards=CARDS, debits=CARDS)

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> tuple[says.Notice, ...]:
        if headers.get("signature") != "memory":
            raise says.BadNotice("It is not signed")
        return tuple(says.Notice(**told) for told in json.loads(body))

    def move(self, reference: str, before: says.Outcome, after: says.Outcome, **more: Any) -> says.Report:
        if reference not in self.sessions:
            raise says.GatewayRefusal(says.RefusalReason.NOT_FOUND)
        if self.sessions[reference].outcome == before:
            self.sessions[reference] = replace(self.sessions[reference], outcome=after, **more)
        return self.sessions[reference]

    def book(self, kind: says.MovementKind, gross: Money, fee: Money = NONE, **about: Any) -> says.Movement:
        name, now = f"m{len(self.lines)}", clock.now()
        line = says.Movement(reference=name, kind=kind, gross=gross, fee=fee, at=now, **about)
        self.lines.insert(0, ("", line))
        return line
