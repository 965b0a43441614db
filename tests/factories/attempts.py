"""Attempts to pay without a processor, and what one would say of them."""

from uuid import uuid4

from django.db import transaction

from factories import make_link
from factories.ledger import usd
from florin.contracts.processor import Outcome, Report
from florin.domain.attempts import bill, services
from florin.domain.attempts.models import Attempt
from florin.domain.links.models import Link
from florin.domain.payments import settling
from florin.domain.payments.settling import Decision
from florin.domain.receipts import services as receipts
from florin.domain.staff.models import User
from florin.kernel.money import Money


def open_attempt(link: Link, nonce: str = "") -> Attempt:
    """Press Pay without asking a processor."""
    with transaction.atomic():
        return services.open_for(bill.draw_up(link), nonce=nonce or uuid4().hex)


def report(
    attempt: Attempt, outcome: Outcome, amount: Money | None = None, fee: Money | None = None
) -> Decision:
    """Let the processor say something about an attempt."""
    return _record(attempt, Report(reference="cs_1", outcome=outcome, amount=amount, fee=fee, payment="pi_1"))


def report_card_payment(attempt: Attempt, outcome: Outcome) -> None:
    """Let the processor say something about an attempt to pay all of it by card, with its receipt."""
    told = Report(
        reference=f"session-{attempt.pk}",
        outcome=outcome,
        amount=attempt.money,
        payment=f"payment-{attempt.pk}",
        payer_email="payer@shop.example",
        card_brand="visa",
        card_last4="4242",
        card_funding="credit",
    )
    with transaction.atomic():
        decision = _record(attempt, told)
        if isinstance(decision, settling.Booked):
            receipts.issue(decision.payment)


def make_paid_attempt(owner: User) -> Attempt:
    """An invoice of 100.00 that was paid by card, with its fee."""
    attempt = open_attempt(make_link(owner))
    report(attempt, Outcome.SETTLED, usd(10_000), usd(315))
    return attempt


def _record(attempt: Attempt, told: Report) -> Decision:
    with transaction.atomic():
        return settling.record(settling.lock(attempt.pk), told)
