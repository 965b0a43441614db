"""Reading what a processor says of one account: take in what moved, settle what we missed, name the rest.

movements and payouts -> settle what we missed -> keep and book -> ask of what payouts consist

What the processor refuses to show, or what cannot be read, is found by its name and holds nothing else up.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from django.db import transaction

from florin.contracts.processor import (
    GatewayError,
    GatewayRefusal,
    Movement,
    MovementKind,
    PayoutReport,
    RefusalReason,
    Unread,
)
from florin.domain.activity import services as activity
from florin.domain.attempts.methods import Method
from florin.domain.attempts.models import Attempt
from florin.domain.payments.models import Payment
from florin.domain.payouts import services
from florin.domain.payouts.comparing import Found
from florin.domain.payouts.models import Difference, Payout
from florin.domain.payouts.services import MerchantAccount
from florin.edges.gateways import registry
from florin.edges.gateways.interface import Gateway
from florin.flows import record_refusal, settle_payment

_log = logging.getLogger(__name__)

BEGINNING = datetime(2010, 1, 1, tzinfo=UTC)
# Processors write some movements late, and clocks differ: each run looks so far back behind the last.
OVERLAP = timedelta(days=3)
# A payout arrives, or comes back, days after it was made; its parts may be named as late.
_PAYOUTS_MOVE = timedelta(days=35)
_AT_ONCE = 500
_OF_PAYMENTS = (MovementKind.PAYMENT, MovementKind.PAYMENT_REVERSED)
# What a debit is whose money the processor has told of and which is no payment, or not yet.
_WITHOUT_PAYMENT = (Attempt.State.PENDING, Attempt.State.FAILED, Attempt.State.CANCELLED)
_LONGEST_NAME, _LONGEST_WORDS = 120, 200

Told = TypeVar("Told")


@dataclass(slots=True)
class Tally:
    """What a run has done so far: it looks at everything from ``since`` and can vouch for it ``until`` then.

    It has ``lost`` an account if there is one that it could not look at; ``read`` names the others.
    """

    since: datetime
    until: datetime
    lost: bool = False
    read: set[str] = field(default_factory=set)
    compared: int = 0
    mended: int = 0
    found: list[Found] = field(default_factory=list)


def read(account: MerchantAccount, since: datetime, tally: Tally) -> None:
    """Take in movements and payouts since then; of an account never looked at, from the beginning.

    Raises:
        GatewayError: if the processor does not answer, and payments still go there.
        GatewayRefusal: if the account that they go to has left us.
    """
    is_new = services.is_new(account)
    since = BEGINNING if is_new else since
    try:
        gateway = gateway_of(account)
        reported = list(gateway.movements(since=since))
        payouts = list(gateway.payouts(since=since - _PAYOUTS_MOVE))
    except (GatewayError, GatewayRefusal) as problem:
        if isinstance(problem, GatewayRefusal):
            record_refusal.about_account(account.company, problem)
        is_gone = isinstance(problem, GatewayRefusal) and problem.reason == RefusalReason.ACCOUNT_GONE
        if account.is_current and (is_gone or isinstance(problem, GatewayError)):
            raise
        _log.warning("The account %s is not compared: %s", account.reference, problem)
        tally.lost = True
        if is_gone:
            return  # for good
        tally.found.append(unread(_name(account), problem))
        if not is_new:  # or the next run reads it from the beginning anyway
            tally.until = min(tally.until, since + OVERLAP)
        return
    tally.read.add(_name(account))
    tally.since = min(tally.since, since)
    _take_in(account, _readable(reported, tally), _readable(payouts, tally), tally)
    _itemise(account, gateway, since - _PAYOUTS_MOVE, tally)


def _readable(reported: Iterable[Told | Unread], tally: Tally) -> list[Told]:
    """Return what could be read of a list; what could not is found, by its name."""
    readable = []
    for one in reported:
        if isinstance(one, Unread):
            _log.error("%s cannot be read as the processor tells it", one.reference)
            tally.found.append(unread(one.reference))
        else:
            readable.append(one)
    return readable


def unread(subject: str, problem: Exception | None = None) -> Found:
    """Name what could not be looked at, with the processor's own words if it refused."""
    words = str(problem) if isinstance(problem, GatewayRefusal) else ""
    return Found(Difference.Kind.UNREAD, subject[:_LONGEST_NAME], theirs=words[:_LONGEST_WORDS])


def _name(account: MerchantAccount) -> str:
    return account.reference or account.gateway


def _take_in(
    account: MerchantAccount, reported: Sequence[Movement], payouts: Sequence[PayoutReport], tally: Tally
) -> None:
    """Keep movements and payouts, after the attempts that they are about have become payments."""
    left = _settle_missed(account, reported, tally)
    tally.compared += len(reported)
    _take_in_payouts(account, payouts)
    rest = [one for one in reversed(reported) if one.payment not in left]  # the oldest first
    for start in range(0, len(rest), _AT_ONCE):
        with transaction.atomic(durable=True):
            services.lock(account.company)
            services.take_in(account, rest[start : start + _AT_ONCE])


def _settle_missed(account: MerchantAccount, reported: Sequence[Movement], tally: Tally) -> set[str]:
    """Settle attempts whose money the processor has and we have not.

    Returns the processor's names of those that must wait for the next run, with all that followed them. A
    debit under way, or one that failed, has no payment and need not wait for any.
    """
    waiting: set[str] = set()
    for start in range(0, len(reported), _AT_ONCE):
        part = reported[start : start + _AT_ONCE]
        ours = services.ours(account, part)
        for one in ours.news:
            attempt = ours.attempts.get(one.reference)
            if one.payment in waiting:
                tally.until = min(tally.until, one.at)
            if attempt is None or one.payment in {"", *ours.payments, *waiting}:
                continue
            settle_payment.settle(attempt.pk)
            if payment := Payment.objects.filter(attempt=attempt, reference=one.payment).first():
                ours.payments[one.payment] = payment.pk
                tally.mended += 1
                continue
            attempt.refresh_from_db(fields=["state"])
            if (
                one.kind in _OF_PAYMENTS
                and attempt.method == Method.ACH
                and attempt.state in _WITHOUT_PAYMENT
            ):
                continue
            waiting.add(one.payment)
            tally.until = min(tally.until, one.at)
            tally.found.append(_unsettled(attempt, one))
    return waiting


def _unsettled(attempt: Attempt, reported: Movement) -> Found:
    return Found(
        Difference.Kind.STATE,
        reported.payment,
        ours=attempt.state,
        theirs=f"{reported.gross.decimal} {reported.gross.currency}",
    )


@transaction.atomic(durable=True)
def _take_in_payouts(account: MerchantAccount, reported: Sequence[PayoutReport]) -> None:
    """Keep payouts, and tell on the timeline of those that arrived or came back."""
    kinds = {
        Payout.State.PAID: activity.Kind.PAID_OUT,
        Payout.State.FAILED: activity.Kind.PAYOUT_FAILED,
    }
    services.lock(account.company)
    for payout, _before in services.take_in_payouts(account, reported):
        kind = kinds.get(Payout.State(payout.state))
        if kind:
            activity.note(
                account.company.pk,
                kind,
                subjects=[payout.pk],
                actor=services.BY,
                payout=str(payout.pk),
                **activity.details_of(payout.money),
            )


def _itemise(account: MerchantAccount, gateway: Gateway, since: datetime, tally: Tally) -> None:
    """Ask of which movements each payout consists that is not the sum of its parts yet (X6).

    Only if the processor tells; one that it does not tell after all keeps no other waiting.
    """
    if not gateway.capabilities.itemises_payouts:
        return
    for payout in services.not_itemised(account, since=since):
        try:
            reported = list(gateway.movements(since=BEGINNING, payout=payout.reference))
        except (GatewayError, GatewayRefusal) as problem:
            _log.warning("The parts of %s are not told: %s", payout.reference, problem)
            tally.found.append(unread(payout.reference, problem))
            continue
        parts = _readable(reported, tally)
        _take_in(account, parts, (), tally)
        with transaction.atomic(durable=True):
            services.lock(account.company)
            services.itemise(payout, parts)


def gateway_of(account: MerchantAccount) -> Gateway:
    """Return the gateway that speaks for an account.

    Raises:
        GatewayError: if nobody here knows how to speak to its processor any more.
    """
    try:
        return registry.get(account.gateway, account.reference)
    except LookupError as problem:
        raise GatewayError(f"Nobody here speaks to {account.gateway}") from problem
